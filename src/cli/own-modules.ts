import { fileURLToPath } from 'node:url';

/** Our own folder, and the folders that hold the same modules: as written and as compiled. */
const ownFolder = fileURLToPath(new URL('../', import.meta.url));
const folders = ['src', 'dist'].map((name) => fileURLToPath(new URL(`../../${name}/`, import.meta.url)));
const ownEnding = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/**
 * The file of the running instance that holds the same module as a file of cellwright's sources or of `dist/`; undefined for
 * any other file. A module that imports the language by its path thus declares cells that are ours. The library of cells is a
 * user like any other: its files are read as they stand.
 */
export function ownModule(file: string): string | undefined {
  const folder = folders.find((each) => file.startsWith(each));
  const [, path] = /^(.*)\.[jt]s$/.exec(file.slice(folder?.length ?? 0)) ?? [];
  if (folder === undefined || path === undefined || /^cells[\\/]/.test(path)) return undefined;
  return `${ownFolder}${path}${ownEnding}`;
}
