import type { CompileObserver } from '../compile.js';
import { printGraph } from '../graph/print.js';
import { printKernels } from '../lower/print.js';
import type { Terminal } from './terminal.js';

export interface DumpOptions {
  /** The graph after each pass. */
  readonly ir: boolean;
  /** The kernel programs. */
  readonly kernels: boolean;
}

/** Prints what the compiler does with one module, as it does it. */
export function dumpObserver(name: string, { ir, kernels }: DumpOptions, { print, colors }: Terminal): CompileObserver {
  const section = (title: string, text: string): void => {
    print(colors.bold(`// ${name}, ${title}`));
    print(`${text}\n`);
  };
  return {
    ...(ir && {
      afterPass(program, pass, graph, milliseconds) {
        section(`${program}, after ${pass} (${milliseconds.toFixed(1)} ms)`, printGraph(graph));
      },
    }),
    ...(kernels && {
      lowered(program, lowered) {
        section(`${program}, kernels`, printKernels(lowered));
      },
    }),
  };
}
