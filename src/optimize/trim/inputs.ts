import { isNode } from '../../graph/node.js';
import type { Node } from '../../graph/node.js';
import { broadcast } from '../../ops/broadcast.js';
import type { ScanParts } from '../../ops/scan.js';
import { repeatedConstant } from '../rules/match.js';
import { changeInputs } from './loop.js';
import type { InputChange, Loop } from './loop.js';

type Inputs = ScanParts['invariants'];

/**
 * Passes each value into a loop once, and no larger than it is: a constant is written inside, a sequence that repeats one
 * row is an invariant, what is repeated along other axes is repeated inside, and a value that is passed twice is one input.
 * The rewrite rules then see inside what they saw outside: a zero cotangent, or that two inputs are equal.
 */
export function narrowInputs(loop: Loop): Loop {
  const { parts } = loop;
  const changes = new Map<string, InputChange>();
  const sequences: Inputs[number][] = [];
  const invariants: Inputs[number][] = [];
  for (const { input, value } of parts.sequences) {
    const repeat = repeatOf(value);
    if (repeat === undefined) {
      sequences.push({ input, value });
      continue;
    }
    const { shape } = parts.body.input(input).type;
    const perStep = repeat.axes[0] === 0;
    const small = perStep ? repeat.value.type.shape.slice(1) : repeat.value.type.shape;
    const axes = repeat.axes.slice(perStep ? 1 : 0).map((axis) => axis - 1);
    const whole = small.length === shape.length;
    if (perStep && whole) {
      sequences.push({ input, value });
      continue;
    }
    (perStep ? sequences : invariants).push({ input, value: repeat.value });
    if (!whole) changes.set(input, { kind: 'repeated', type: { dtype: value.type.dtype, shape: small }, axes });
  }
  for (const { input, value } of parts.invariants) {
    const constant = repeatedConstant(value);
    const repeat = repeatOf(value);
    if (constant !== undefined) changes.set(input, { kind: 'constant', value: constant });
    else if (repeat === undefined) invariants.push({ input, value });
    else {
      invariants.push({ input, value: repeat.value });
      changes.set(input, { kind: 'repeated', type: repeat.value.type, axes: repeat.axes });
    }
  }
  const moved = changes.size > 0 || invariants.length > parts.invariants.length;
  if (!moved) return mergeInputs(loop);
  return mergeInputs({ ...loop, parts: { ...parts, body: changeInputs(parts.body, changes), sequences, invariants } });
}

function repeatOf(node: Node): { value: Node; axes: readonly number[] } | undefined {
  const [value] = node.operands;
  return isNode(node, broadcast) && value !== undefined ? { value, axes: node.attributes.axes } : undefined;
}

function mergeInputs(loop: Loop): Loop {
  const changes = new Map<string, InputChange>();
  const once = (inputs: Inputs): Inputs => {
    const first = new Map<Node, string>();
    return inputs.filter(({ input, value }) => {
      const name = first.get(value);
      if (name === undefined) first.set(value, input);
      else changes.set(input, { kind: 'sameAs', name });
      return name === undefined;
    });
  };
  const sequences = once(loop.parts.sequences);
  const invariants = once(loop.parts.invariants);
  if (changes.size === 0) return loop;
  return { ...loop, parts: { ...loop.parts, body: changeInputs(loop.parts.body, changes), sequences, invariants } };
}
