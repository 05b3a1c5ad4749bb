import { fileURLToPath } from 'node:url';

/** Where the reference cases are kept. */
export const referenceFolder = fileURLToPath(new URL('../oracle/cases/', import.meta.url));
