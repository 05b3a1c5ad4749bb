import { join } from 'node:path';
import { buildModule } from './build-module.js';
import type { BuildOptions, Target } from './build-module.js';
import { cells } from './cases.js';

/** What a module of a cell weighs when its sizes are given to the creator. */
export interface ModuleSize {
  readonly cell: string;
  readonly target: Target;
  /** As generated; what a bundler makes of the creator, minified and compressed; that of a module built without training. */
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly forwardOnlyGzipBytes: number;
}

/** Builds every cell for every target, with and without training. */
export async function moduleSizes(folder: string, targets: readonly Target[], options: BuildOptions): Promise<ModuleSize[]> {
  const sizes: ModuleSize[] = [];
  for (const target of targets) {
    for (const { cell, definition } of cells) {
      const common = { ...options, definition, target };
      const { bytes, gzipBytes } = await buildModule(join(folder, `${cell}-${target}`), common);
      const forward = await buildModule(join(folder, `${cell}-${target}-forward`), { ...common, forwardOnly: true });
      sizes.push({ cell, target, bytes, gzipBytes, forwardOnlyGzipBytes: forward.gzipBytes });
    }
  }
  return sizes;
}
