import typescript from 'typescript';

/** A compiler's API, as far as it is the same in every version from 5.0 on. */
export type Compiler = Pick<typeof typescript, 'createProgram' | 'createCompilerHost' | 'createSourceFile' | 'flattenDiagnosticMessageText' | 'getPreEmitDiagnostics' | 'ScriptTarget' | 'ModuleKind' | 'ModuleResolutionKind' | 'sys' | 'version'>;

/** Strict settings that a user's project may have; the library is that of ES2022 alone, without a browser or Node. */
const strict = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitReturns: true,
  noImplicitOverride: true,
  noFallthroughCasesInSwitch: true,
  noPropertyAccessFromIndexSignature: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  forceConsistentCasingInFileNames: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
  lib: ['lib.es2022.d.ts'],
} as const;

/** What a compiler has to say about some files, given by name. */
export function problemsOf(texts: ReadonlyMap<string, string>, compiler: Compiler = typescript): string[] {
  const files = new Map([...texts].map(([name, text]) => [`/folder/${name}`, text]));
  const options = {
    ...strict,
    types: [],
    lib: ['lib.es2022.d.ts'],
    target: compiler.ScriptTarget.ES2022,
    module: compiler.ModuleKind.ES2022,
    moduleResolution: compiler.ModuleResolutionKind.Bundler,
  };
  const host = compiler.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  const libraries = librariesOf(compiler);
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    if (text !== undefined) return compiler.createSourceFile(name, text, compiler.ScriptTarget.ES2022);
    const known = libraries.get(name);
    if (known !== undefined) return known;
    const found = read(name, ...rest);
    if (found !== undefined) libraries.set(name, found);
    return found;
  };
  host.directoryExists = () => true;
  host.fileExists = (name) => files.has(name);
  host.readFile = (name) => files.get(name) ?? compiler.sys.readFile(name);
  const program = compiler.createProgram([...files.keys()], options, host);
  return compiler.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file === undefined || start === undefined ? '' : `${file.fileName}:${String(file.getLineAndCharacterOfPosition(start).line + 1)} `;
    return `${line}${compiler.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

const known = new Map<Compiler, Map<string, typescript.SourceFile>>();

/** Parsed once, since they are most of the work. */
function librariesOf(compiler: Compiler): Map<string, typescript.SourceFile> {
  const own = known.get(compiler) ?? new Map<string, typescript.SourceFile>();
  known.set(compiler, own);
  return own;
}
