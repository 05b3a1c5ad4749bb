import { pathToFileURL } from 'node:url';
import { DeclarationError } from '../declare/declaration-error.js';
import { ShapeError } from '../ops/op.js';
import { originalPlace } from './original-place.js';
import { ownModule } from './own-modules.js';
import { isThrownByUs, userFrame } from './stack-place.js';
import { UserError } from './user-error.js';

/** The name by which redirected modules reach the running instance; no package can have it. */
const ownInstance = 'cellwright:own';

/**
 * Runs a TypeScript or JavaScript module of the user's and gives its exports. What it imports as `cellwright`, or from the
 * folder of this package, is the instance that runs here, so that its cells are our cells; every call loads it and what it
 * imports afresh.
 *
 * @throws UserError for a module that is missing, does not parse or throws; DeclarationError as the module throws it
 */
export async function loadModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  // Both are slow to load, and `--help` needs neither.
  const [{ createJiti }, library] = await Promise.all([import('jiti'), import('../index.js')]);
  // Keeps what it transpiles, by content: loading the transpiler takes longer than compiling a cell.
  const transpiler = createJiti(file, { moduleCache: false });
  const jiti = createJiti(file, {
    moduleCache: false,
    fsCache: false,
    virtualModules: { cellwright: library, [ownInstance]: { load: (own: string) => import(pathToFileURL(own).href) as Promise<unknown> } },
    transform(source) {
      const own = source.filename === undefined ? undefined : ownModule(source.filename);
      const code = own === undefined ? transpiler.transform(source) : `module.exports = await require('${ownInstance}').load(${JSON.stringify(own)});`;
      return { code };
    },
  });
  try {
    return await jiti.import<Readonly<Record<string, unknown>>>(file);
  } catch (error) {
    throw await loadError(file, error);
  }
}

async function loadError(file: string, error: unknown): Promise<unknown> {
  if (error instanceof DeclarationError) return error;
  if (!(error instanceof Error)) return new UserError(`the module throws ${String(error)}`, { file });
  const parse = /^ParseError: (.*?)\s*\n\s*(.*):(\d+):(\d+)\s*$/s.exec(error.message);
  if (parse !== null) {
    const [, reason = '', path = file, line, column] = parse;
    // The parser counts columns from 0.
    return new UserError(`syntax error: ${reason}`, { file: path, line: Number(line), column: Number(column) + 1 });
  }
  const frame = userFrame(error);
  const place = frame === undefined ? { file } : await originalPlace(frame);
  const [message = ''] = error.message.split('\n');
  if (!isThrownByUs(error)) return new UserError(message === '' ? `the module throws an ${error.name}` : message, place);
  if (error instanceof RangeError || error instanceof ShapeError) return new UserError(message, place);
  // The declaration functions lean on the types; JavaScript, or TypeScript that nobody checked, may give them anything.
  if (error instanceof TypeError && frame !== undefined) {
    return new UserError(`this call fails on what it was given (${message}); a type check of the file says more`, place);
  }
  return error;
}
