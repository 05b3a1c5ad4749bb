/** Instructions on integers, as text in folded form, and what lists of lines are made with. */

export const get = (local: string): string => `(local.get $${local})`;
export const set = (local: string, text: string): string => `(local.set $${local} ${text})`;
/** Adds to a local. */
export const add = (local: string, text: string): string => set(local, `(i32.add ${get(local)} ${text})`);
export const number = (value: number): string => `(i32.const ${String(value)})`;
export const times = (left: string, right: string): string => `(i32.mul ${left} ${right})`;

export const each = <Item>(count: number, make: (k: number) => Item): Item[] => Array.from({ length: count }, (_, k) => make(k));
export const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
