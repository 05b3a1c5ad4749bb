import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Target } from './build-module.js';
import { runChild } from './child.js';

/** What `cellwright build` takes, start of the process included. */
export interface BuildTimes {
  readonly target: Target;
  /** One cell. */
  readonly coldMs: number;
  /** Each further cell. */
  readonly furtherMs: number;
}

const cells = ['vanillaLstm', 'npLstm', 'gruV3', 'gruV1', 'cifg', 'layerNormLstm', 'slstm'];

/** @throws Error where `dist/` is missing or the command fails */
export async function timeBuildCommand(root: string, folder: string, target: Target, repetitions: number): Promise<BuildTimes> {
  const program = join(root, 'dist', 'cli', 'main.js');
  if (!existsSync(program)) throw new Error('dist/ is missing: npm run build:dist');
  const build = async (names: readonly string[]): Promise<number> => {
    const configuration = join(folder, `build-${target}-${String(names.length)}`, 'cellwright.config.ts');
    mkdirSync(join(configuration, '..'), { recursive: true });
    writeFileSync(configuration, configurationText(names, target));
    const start = performance.now();
    const { outcome, output, errors } = await runChild(process.execPath, [program, 'build', '--config', configuration]);
    if (outcome !== 'finished') throw new Error(`cellwright build fails: ${errors}${output}`);
    return performance.now() - start;
  };
  const best = async (names: readonly string[]): Promise<number> => {
    let least = Infinity;
    for (let k = 0; k < repetitions; k++) least = Math.min(least, await build(names));
    return least;
  };
  const coldMs = await best(cells.slice(0, 1));
  const allMs = await best(cells);
  return { target, coldMs, furtherMs: (allMs - coldMs) / (cells.length - 1) };
}

function configurationText(names: readonly string[], target: Target): string {
  const modules = names.map((name) => `{ definition: ${name}${target === 'typescript' ? '' : `, target: '${target}'`} }`);
  return `import { ${names.join(', ')} } from 'cellwright';\nexport default { output: 'modules', modules: [${modules.join(', ')}] };\n`;
}
