import type { PackKernel } from '../../lower/kernel-program.js';
import type { LoweredProgram } from '../../lower/lower-program.js';
import type { Programs } from '../../program/build-programs.js';
import { modelEquations } from '../../report/equations.js';
import { kernelLines } from './kernel-code.js';
import type { KernelCodeContext } from './kernel-code.js';
import { indent } from './map-code.js';
import { packName, runName } from './module-context.js';

export function programsOf({ sequence, directional, step, update }: Programs): LoweredProgram[] {
  return [sequence, step, update, ...directional.values()].flatMap((program) => program ?? []);
}

/** The documentation of what runs an entry: its equations. */
export function entryDocs(programs: Programs): (entry: string) => string[] {
  const equations = modelEquations(programs.model.graph);
  const forward = equations.flatMap((each) => each.forward);
  const backward = equations.flatMap((each) => each.backward);
  const docs: Readonly<Record<string, readonly [title: string, equations: readonly string[]]>> = {
    forward: ["All steps, first to last; ' marks the value of the previous step:", forward],
    backward: ['All steps, last to first; dx is the derivative of the loss by x:', backward],
    gradient: ['The gradient of the loss; dx is its derivative by x:', backward],
    loss: ['The loss.', []],
    step: ["One step; ' marks the state before it:", forward],
    jvp: ['All steps with what changes along a direction, first to last; the values are:', forward],
    hvp: ['What changes of the gradient along a direction. The gradient comes from:', backward],
    update: [`One update by ${programs.optimizer?.name ?? ''}.`, []],
  };
  return (entry) => {
    const [title, lines] = docs[entry] ?? [entry, []];
    return ['/**', ` * ${title}`, ...lines.map((line) => ` *     ${line}`), ' */'];
  };
}

/** `runForward`, `runBackward`, …: the kernels of each entry under its equations. */
export function runFunctions(programs: Programs, context: KernelCodeContext): string[] {
  const docs = entryDocs(programs);
  return programsOf(programs)
    .flatMap(({ entries }) => entries)
    .flatMap(({ name, kernels }) => {
      const lines = kernelLines(kernels, context);
      const reads = lines.some((line) => /\bmemory\b/.test(line));
      return [...docs(name), `function ${runName(name)}(): void {`, ...indent([...(reads ? ['const memory = arena;'] : []), ...lines]), '}', ''];
    });
}

/** `packParameters` for what forward and step read; one more for each other entry. */
export function packFunctions(programs: Programs, context: KernelCodeContext): string[] {
  return [...packsByFunction(programs)].flatMap(([name, packs]) => {
    const lines = new Set(kernelLines(packs, context));
    return [`function ${name}(): void {`, ...indent([...lines]), '}', ''];
  });
}

/** What each packing function packs. */
export function packsByFunction(programs: Programs): ReadonlyMap<string, readonly PackKernel[]> {
  const packs = new Map<string, PackKernel[]>([[packName('forward'), []]]);
  for (const pack of programsOf(programs).flatMap((program) => program.packs)) {
    const own = packs.get(packName(pack.entry)) ?? [];
    own.push(pack);
    packs.set(packName(pack.entry), own);
  }
  return packs;
}

export function packingEntries(programs: Programs): Set<string> {
  return new Set(programsOf(programs).flatMap(({ packs }) => packs.map(({ entry }) => entry)));
}
