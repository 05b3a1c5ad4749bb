import type { CellDefinition } from '../../src/declare/cell.js';
import { cellModel } from '../../src/declare/cell-model.js';
import { jvp } from '../../src/differentiate/forward.js';
import { vjp } from '../../src/differentiate/reverse.js';
import type { Graph } from '../../src/graph/graph.js';
import { batchStage } from '../../src/program/batch-stage.js';

/** All outputs and final states of a cell over T steps of a batch. */
export function forwardGraph(cell: CellDefinition): Graph {
  return batchStage(cellModel(cell));
}

/** The same with the gradients of parameters, inputs and initial states, for cotangents of everything. */
export function gradientGraph(cell: CellDefinition): Graph {
  return gradientsOf(forwardGraph(cell));
}

/** A graph with the gradients `grad.x` of all real inputs, for cotangents `d.y` of all outputs. */
export function gradientsOf(forward: Graph): Graph {
  const real = [...forward.inputs].flatMap(([name, node]) => (node.type.dtype === 'real' ? [name] : []));
  return vjp(forward, {
    wrt: real,
    cotangents: new Map([...forward.outputs.keys()].map((name) => [name, `d.${name}`])),
    gradientName: (name) => `grad.${name}`,
  });
}

/** The same with the directional derivative of it all along the parameters: Hessian times vector. */
export function hessianVectorGraph(cell: CellDefinition): Graph {
  return jvp(gradientGraph(cell), {
    tangents: new Map([...cell.parameters.keys()].map((name) => [name, `v.${name}`])),
    tangentName: (name) => `tangent.${name}`,
  });
}

/** The cells among the exports of a module, by name. */
export function cellsOf(module: Readonly<Record<string, unknown>>): [name: string, cell: CellDefinition][] {
  const isCell = (value: unknown): value is CellDefinition => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'cell';
  return Object.entries(module).flatMap(([name, value]) => (isCell(value) ? [[name, value] as [string, CellDefinition]] : []));
}
