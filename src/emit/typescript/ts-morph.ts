import { createRequire } from 'node:module';
import type * as TsMorph from 'ts-morph';

/**
 * ts-morph, loaded when first asked for: that takes as long as compiling a few cells. `import` would take a fifth longer, since
 * it searches all 13 MB for names of exports before it runs them.
 */
export function tsMorph(): typeof TsMorph {
  return createRequire(import.meta.url)('ts-morph') as typeof TsMorph;
}
