import type { Expression } from '../declare/index.js';

/** Those values that have no name yet: gates whose activation is a function of several operations. */
export function unnamed(values: Readonly<Record<string, Expression>>): Record<string, Expression> {
  return Object.fromEntries(
    Object.entries(values).filter(([, { declaration, node }]) => declaration.builder.nameOf(node) === undefined),
  );
}
