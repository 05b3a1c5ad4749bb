import type { Declaration } from './declaration.js';
import type { Expression } from './expression.js';

/**
 * The values that a definition's function is called with, by name. Reading a name that was not declared throws a
 * `DeclarationError`, where plain JavaScript would go on with `undefined`.
 */
export function declaredValues(
  declaration: Declaration,
  kinds: string,
  values: Readonly<Record<string, Expression>>,
): Readonly<Record<string, Expression>> {
  return new Proxy(values, {
    get(target, name) {
      if (typeof name === 'symbol' || Object.hasOwn(target, name)) return Reflect.get(target, name) as unknown;
      throw declaration.error(
        `there is no ${kinds} '${name}'; declared are ${Object.keys(target).join(', ') || 'none'}`,
      );
    },
  });
}
