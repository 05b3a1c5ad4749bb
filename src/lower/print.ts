import { Dim, printShape } from '../graph/dim.js';
import { freshName } from '../graph/fresh-name.js';
import type { Address, Buffer, Kernel, KernelProgram, ProductKernel, View } from './kernel-program.js';
import { printAddress, printMap } from './print-map.js';

/**
 * A kernel program as text, equal for equal programs: buffers, where inputs lie, the packs and kernels of each entry, and
 * where outputs lie.
 *
 *     scratch gates [B, 4H]
 *     entry forward {
 *       loop t in 0..T {
 *         product row in 0..B, column in 0..4H {
 *           gates[4H*row+column] = b[column] + Σ k in 0..I: x[B*I*t+I*row+k] · WPanel[k, column]
 *         }
 *       }
 *     }
 *
 * What stands in brackets is the distance from the buffer's start, in elements. Panels alone are written as the matrix that
 * they hold; they lie as `[columns / 4, depth, 4]`.
 */
export function printKernels(program: KernelProgram & { readonly inputs?: ReadonlyMap<string, View> }): string {
  const entries = program.entries.flatMap(({ name, kernels }) => {
    const packs = program.packs.filter(({ entry }) => entry === name);
    return [
      `entry ${name} {`,
      ...indent(packs.flatMap((kernel) => printKernel(kernel).map((line, k) => (k === 0 ? `${line} // parameters only` : line)))),
      ...indent(kernels.flatMap(printKernel)),
      '}',
    ];
  });
  const places = (what: string, views: ReadonlyMap<string, View>): string[] => [...views].map(([name, view]) => `${what} ${name} = ${printView(view)}`);
  return [...printBuffers(program.buffers), ...places('in', program.inputs ?? new Map()), ...entries, ...places('out', program.outputs)].join('\n');
}

function printBuffers(buffers: readonly Buffer[]): string[] {
  const width = Math.max(0, ...buffers.map(({ role }) => role.length));
  return buffers.map(({ name, role, shape, size }) => {
    const elements = Dim.product(shape).equals(size) ? '' : `, ${size.key} elements`;
    return `${role.padEnd(width)} ${name} ${printShape(shape)}${elements}`;
  });
}

function printKernel(kernel: Kernel): string[] {
  switch (kernel.kind) {
    case 'map':
      return printMap(kernel);
    case 'product':
      return printProduct(kernel);
    case 'pack': {
      const { source, depth, columns, panel } = kernel;
      const [k, column] = freshIndices(['k', 'column'], [source.offset, source.depthStride, source.columnStride, depth, columns]);
      const element = at(source, [k, source.depthStride], [column, source.columnStride]);
      return [`pack ${k} in 0..${depth.key}, ${column} in 0..${columns.key} { ${panel.name}[${k}, ${column}] = ${element} }`];
    }
    case 'fill':
      return [`fill ${printAddress(kernel.target)} … ${kernel.size.key} elements = ${String(kernel.value)}`];
    case 'loop': {
      const range = kernel.reverse ? `${kernel.count.key}-1 down to 0` : `0..${kernel.count.key}`;
      return [`loop ${kernel.index} in ${range} {`, ...indent(kernel.body.flatMap(printKernel)), '}'];
    }
  }
}

function printProduct({ rows, columns, target, start, terms }: ProductKernel): string[] {
  const ofTerms = terms.flatMap(({ operand, depth }) => [operand.offset, operand.rowStride, operand.depthStride, depth]);
  const dims = [rows, columns, target.offset, target.rowStride, ...ofTerms];
  if (start.kind === 'bias') dims.push(start.address.offset);
  const [row, column, k] = freshIndices(['row', 'column', 'k'], dims);
  const from = start.kind === 'bias' ? [at(start.address, [column, Dim.one])] : [];
  const sums = terms.map(({ operand, depth, panel }) => {
    const element = at(operand, [row, operand.rowStride], [k, operand.depthStride]);
    return `Σ ${k} in 0..${depth.key}: ${element} · ${panel.name}[${k}, ${column}]`;
  });
  const [first = '0', ...rest] = [...from, ...sums];
  return [
    `product ${row} in 0..${rows.key}, ${column} in 0..${columns.key} {`,
    `  ${at(target, [row, target.rowStride], [column, Dim.one])} ${start.kind === 'target' ? '+=' : '='} ${first}`,
    ...rest.map((term) => `    + ${term}`),
    '}',
  ];
}

/** The element of a buffer at an index with strides. */
function at({ buffer, offset }: Address, ...indices: readonly (readonly [index: string, stride: Dim])[]): string {
  return printAddress({ buffer, offset: indices.reduce((sum, [index, stride]) => sum.plus(stride.times(Dim.symbol(index))), offset) });
}

/** `[i0, i1] at y[B*H+H*i0+i1]`. */
function printView({ buffer, offset, strides }: View): string {
  const indices = freshIndices(strides.map((_, axis) => `i${String(axis)}`), [offset, ...strides]);
  const element = at({ buffer, offset }, ...strides.map((stride, axis) => [indices[axis] ?? '', stride] as const));
  return indices.length === 0 ? element : `[${indices.join(', ')}] at ${element}`;
}

/** Names for indices, other than the symbols that occur in dims. */
function freshIndices<const Names extends readonly string[]>(names: Names, dims: readonly Dim[]): { readonly [K in keyof Names]: string } {
  const taken = new Set(dims.flatMap((dim) => dim.symbols()));
  return names.map((name) => freshName(taken, name)) as { readonly [K in keyof Names]: string };
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
