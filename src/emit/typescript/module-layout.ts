import { Dim } from '../../graph/dim.js';
import type { DimAtom } from '../../graph/dim.js';
import { leastValue } from '../../graph/least-value.js';
import { batchDim, timeDim } from '../../graph/stage-dims.js';
import type { Buffer, BufferRole, Kernel, PackKernel, View } from '../../lower/kernel-program.js';
import type { LoweredProgram } from '../../lower/lower-program.js';
import { identifier } from '../../lower/buffers.js';
import { planMemory } from '../../lower/memory-plan.js';
import type { PlacedParameter } from '../../program/regions.js';
import { dimCode } from './scope.js';
import type { Scope, SymbolNames } from './scope.js';

/** What all programs of a module see: buffers of one name are one region. */
const sharedRoles: ReadonlySet<BufferRole> = new Set(['parameter', 'gradient', 'direction', 'product', 'slot', 'state', 'input']);

interface Region {
  readonly constant: string;
  readonly size: Dim;
  readonly comment: string;
  /** The constant of the buffer in whose region this one lies, when that is needed no longer or not yet. */
  readonly host: string | undefined;
}

/**
 * The arena of a module: one region per buffer, shared between programs where it is the same storage, and within a program
 * where buffers are needed in turn. Constants that hold
 * where a region starts end in `At`.
 */
export class ModuleLayout {
  readonly #regions: Region[] = [];
  /** From the constants of buffers that lie in the region of another to that region's. */
  readonly #hosts = new Map<string, string>();
  readonly #constants = new Map<Buffer, string>();
  readonly #shared = new Map<string, string>();
  readonly #named = new Map<string, string>();
  readonly #parameterConstants: { constant: string; parameter: PlacedParameter; comment: string }[] = [];

  constructor(
    private readonly scope: Scope,
    programs: readonly LoweredProgram[],
    parameters: readonly PlacedParameter[],
  ) {
    for (const program of programs) {
      const sources = new Map(program.packs.map((pack) => [pack.panel, panelKey(pack)]));
      for (const kernel of program.entries.flatMap((entry) => flatten(entry.kernels))) {
        if (kernel.kind === 'pack' && kernel.source.buffer.role === 'parameter') sources.set(kernel.panel, panelKey(kernel));
      }
      const hosts = planMemory(program);
      for (const buffer of program.buffers) this.#add(buffer, sources, hosts);
    }
    for (const parameter of parameters) {
      const constant = scope.fresh(`${parameter.name.replace(/\W+(\w)/g, (_, c: string) => c.toUpperCase())}At`);
      this.#parameterConstants.push({ constant, parameter, comment: commentOf(parameter.name, parameter.shape) });
      this.#named.set(`parameters|${parameter.offset.key}`, constant);
    }
  }

  #add(buffer: Buffer, panels: ReadonlyMap<Buffer, string>, hosts: ReadonlyMap<Buffer, Buffer>): void {
    if (this.#constants.has(buffer)) return;
    const key = sharedRoles.has(buffer.role) ? `${buffer.role}|${buffer.name}|${buffer.shape.map(String).join(',')}` : panels.get(buffer);
    const known = key === undefined ? undefined : this.#shared.get(key);
    if (known !== undefined) {
      this.#constants.set(buffer, known);
      return;
    }
    const host = hosts.get(buffer);
    if (host !== undefined) this.#add(host, panels, hosts);
    const constant = this.scope.fresh(`${buffer.name}At`);
    this.#constants.set(buffer, constant);
    if (key !== undefined) this.#shared.set(key, constant);
    if (host !== undefined) this.#hosts.set(constant, this.constant(host));
    this.#regions.push({ constant, size: buffer.size, comment: commentOf(buffer.name, buffer.shape), host: host && this.constant(host) });
  }

  constant(buffer: Buffer): string {
    const constant = this.#constants.get(buffer);
    if (constant === undefined) throw new Error(`the buffer '${buffer.name}' has no region`);
    return constant;
  }

  /** The constant of the region that a buffer lies in, its own or that of another. */
  region(buffer: Buffer): string {
    const constant = this.constant(buffer);
    return this.#hosts.get(constant) ?? constant;
  }

  /** The constants of all regions, in the order in which they lie. */
  get regions(): readonly string[] {
    return this.#regions.flatMap(({ constant, host }) => (host === undefined ? [constant] : []));
  }

  /** Where a buffer starts, plus a part that no loop of the kernel changes. */
  start(buffer: Buffer, offset: Dim, symbols: SymbolNames): string {
    const named = buffer.role === 'parameter' ? this.#named.get(`parameters|${offset.key}`) : undefined;
    if (named !== undefined) return named;
    const rest = dimCode(offset, symbols);
    return rest === '0' ? this.constant(buffer) : rest.startsWith('-') ? `${this.constant(buffer)} - ${rest.slice(1)}` : `${this.constant(buffer)} + ${rest}`;
  }

  /** Of arrays with a part for each parameter: whose part starts there. */
  partName({ role }: Buffer, offset: Dim): string | undefined {
    const name = this.#parameterConstants.find(({ parameter }) => parameter.offset.equals(offset))?.parameter.name;
    if (name === undefined) return undefined;
    switch (role) {
      case 'gradient':
        return identifier(`d${name}`);
      case 'direction':
        return identifier(`direction.${name}`);
      case 'product':
        return identifier(`product.${name}`);
      case 'parameter':
      case 'slot':
      case 'state':
      case 'input':
      case 'output':
      case 'panel':
      case 'scratch':
        return undefined;
    }
  }

  view({ buffer, offset }: View, symbols: SymbolNames): string {
    return this.start(buffer, offset, symbols);
  }

  /** The declarations of all regions, as constants where they are read; sizes in the capacities of the arena. */
  lines(capacity: SymbolNames, isRead: (constant: string) => boolean): string[] {
    const [first] = this.#regions;
    if (first === undefined) return [];
    const hosts = new Set(this.#regions.flatMap(({ constant, host }) => (host !== undefined && isRead(constant) ? [host] : [])));
    const flat = this.flat('parameter');
    return [
      ...this.#regions.map(({ constant, size, comment, host }) => {
        const own = isRead(constant) || hosts.has(constant) || constant === flat ? `const ${constant} = ` : '';
        if (host === undefined) return `${own}region(${capacityCode(size, capacity)}); // ${comment}`;
        return own === '' ? `// ${comment}, in turn with ${host.replace(/At$/, '')}` : `${own}${host}; // ${comment}, in turn`;
      }),
      ...this.#parameterConstants.filter(({ constant }) => isRead(constant)).map(({ constant, parameter, comment }) => {
        const offset = dimCode(parameter.offset, capacity);
        return `const ${constant} = ${flat}${offset === '0' ? '' : ` + ${offset}`}; // ${comment}`;
      }),
    ];
  }

  /** Where the flat array of all parameters, or of what else there is for each of them, starts. */
  flat(role: 'parameter' | 'gradient' | 'direction' | 'product'): string {
    const found = [...this.#constants].find(([buffer]) => buffer.role === role);
    if (found === undefined) throw new Error(`no ${role}s in the arena`);
    return found[1];
  }
}

/** Packs of equal matrices are one. */
export function panelKey({ source, depth, columns }: PackKernel): string {
  return ['panel', source.buffer.name, source.offset, source.depthStride, source.columnStride, depth, columns].join('|');
}

/** Of a size that is negative for some sizes there is room for nothing where it is: calls that need it are refused. */
function capacityCode(size: Dim, capacity: SymbolNames): string {
  return leastValue(size) < 0 ? `Math.max(0, ${dimCode(largest(size), capacity)})` : dimCode(size, capacity);
}

const fewest: ReadonlyMap<string, Dim> = new Map([timeDim, batchDim].map(({ key }) => [key, Dim.one]));

/** No less than a size is for any number of steps and any batch up to given ones: what is subtracted, like T in `N-T`, is least at one. */
function largest(size: Dim): Dim {
  const factor = (atom: DimAtom): Dim => (atom.kind === 'symbol' ? Dim.symbol(atom.name) : Dim.ceilDiv(largest(atom.numerator), atom.divisor));
  return Dim.sum(size.terms.map((term) => (term.coefficient < 0 ? Dim.fromTerms([term]).substitute(fewest) : Dim.product(term.atoms.map(factor)).times(term.coefficient))));
}

function flatten(kernels: readonly Kernel[]): Kernel[] {
  return kernels.flatMap((kernel) => (kernel.kind === 'loop' ? flatten(kernel.body) : [kernel]));
}

function commentOf(name: string, shape: readonly Dim[]): string {
  return `${name} [${shape.map((dim) => dim.key).join(', ')}]`;
}
