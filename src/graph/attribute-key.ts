import { Dim } from './dim.js';

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

/** Attributes never change, and passes copy most nodes with those that they have. */
const known = new WeakMap<object, string>();

/**
 * A string that is equal exactly for equal attributes. Numbers are keyed by their bits, so that `-0`, NaN and the
 * infinities survive hash-consing; nested graphs are keyed by identity.
 */
export function attributeKey(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Dim) return value.key;
  if (Array.isArray(value)) return `[${value.map(attributeKey).join(',')}]`;
  if (typeof value === 'object') {
    if (Object.getPrototypeOf(value) === Object.prototype) {
      let key = known.get(value);
      if (key === undefined) known.set(value, (key = recordKey(value)));
      return key;
    }
    let identity = identities.get(value);
    if (identity === undefined) identities.set(value, (identity = nextIdentity++));
    return `#${String(identity)}`;
  }
  throw new TypeError(`an attribute can't be a ${typeof value}`);
}

function recordKey(value: object): string {
  const entries = Object.entries(value).map(([name, entry]) => `${name}:${attributeKey(entry)}`);
  return `{${entries.sort().join(',')}}`;
}
