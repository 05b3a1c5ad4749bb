import type { Shape } from './expression.js';

/** What is left of a shape without an axis or several; any shape where the types do not tell which. */
export type WithoutAxes<S extends Shape, Over extends number | readonly number[], Axis extends number = never> = Over extends number
  ? WithoutAxes<S, readonly [Over]>
  : Over extends readonly [infer First extends number, ...infer Others extends readonly number[]]
    ? First extends number // Each on its own where it may be one of several: `[0 | 1]` is no `[0, 1]`.
      ? number extends First
        ? Shape
        : WithoutAxes<S, Others, Axis | First>
      : never
    : Over extends readonly []
      ? Replaced<S, Axis, readonly []>
      : Shape;

/** A shape with another size along an axis; with any along all of them where the types do not tell which. */
export type WithSize<S extends Shape, Axis extends number, Size extends string | number> = Axis extends number
  ? number extends Axis
    ? { readonly [K in keyof S]: string | number }
    : Replaced<S, Axis, readonly [Size]>
  : never;

/**
 * A shape with something else in place of some axes. What is left of it tells how far each is from the end, unless it may go on:
 * then nothing is known from there.
 */
type Replaced<S extends Shape, Axis extends number, By extends Shape, Before extends Shape = readonly []> = S extends readonly [
  infer Size extends string | number,
  ...infer After extends Shape,
]
  ? readonly [
      ...(Before['length'] extends Axis
        ? By
        : `-${S['length']}` & `${Axis}` extends never
          ? readonly [Size]
          : number extends S['length']
            ? Shape
            : By),
      ...Replaced<After, Axis, By, readonly [...Before, Size]>,
    ]
  : S extends readonly []
    ? readonly []
    : Shape;
