import type { LoweredProgram } from '../../lower/lower-program.js';
import type { Programs } from '../../program/build-programs.js';
import { modelEquations } from '../../report/equations.js';
import { kernelLines } from './kernel-code.js';
import type { KernelCodeContext } from './kernel-code.js';
import { indent } from './map-code.js';
import { packName, runName } from './module-context.js';

export function programsOf({ sequence, step, update }: Programs): LoweredProgram[] {
  return [sequence, step, update].flatMap((program) => program ?? []);
}

/** `runForward`, `runBackward`, …: the kernels of each entry under its equations. */
export function runFunctions(programs: Programs, context: KernelCodeContext): string[] {
  const equations = modelEquations(programs.model.graph);
  const forward = equations.flatMap((each) => each.forward);
  const backward = equations.flatMap((each) => each.backward);
  const docs: Readonly<Record<string, readonly [title: string, equations: readonly string[]]>> = {
    forward: ["All steps, first to last; ' marks the value of the previous step:", forward],
    backward: ['All steps, last to first; dx is the derivative of the loss by x:', backward],
    gradient: ['The gradient of the loss; dx is its derivative by x:', backward],
    loss: ['The loss.', []],
    step: ["One step; ' marks the state before it:", forward],
    update: [`One update by ${programs.optimizer?.name ?? ''}.`, []],
  };
  return programsOf(programs)
    .flatMap(({ entries }) => entries)
    .flatMap(({ name, kernels }) => {
      const [title, lines] = docs[name] ?? [name, []];
      return [
        '/**',
        ` * ${title}`,
        ...lines.map((line) => ` *     ${line}`),
        ' */',
        `function ${runName(name)}(): void {`,
        ...(kernels.length === 0 ? [] : ['  const memory = arena;', ...indent(kernelLines(kernels, context))]),
        '}',
        '',
      ];
    });
}

/** `packParameters` for what forward and step read; one more for each other entry. */
export function packFunctions(programs: Programs, context: KernelCodeContext): string[] {
  const calls = new Map<string, Set<string>>([[packName('forward'), new Set()]]);
  for (const pack of programsOf(programs).flatMap(({ packs }) => packs)) {
    const name = packName(pack.entry);
    const own = calls.get(name) ?? new Set<string>();
    for (const line of kernelLines([pack], context)) own.add(line);
    calls.set(name, own);
  }
  return [...calls].flatMap(([name, lines]) => [`function ${name}(): void {`, ...indent([...lines]), '}', '']);
}

export function packingEntries(programs: Programs): Set<string> {
  return new Set(programsOf(programs).flatMap(({ packs }) => packs.map(({ entry }) => entry)));
}
