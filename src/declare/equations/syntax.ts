/** Offsets into the text of the equations; `end` is behind the last character. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type BinaryOperator = '+' | '-' | '*' | '/';

/** The right side of an equation, or a part of it. */
export type Term = Span &
  (
    | { readonly kind: 'number'; readonly value: number }
    /** `y`, or `y'` for its value of the previous step. */
    | { readonly kind: 'name'; readonly name: string; readonly primed: boolean }
    | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Term[] }
    /** `W x`: a matrix by name, and a vector. */
    | { readonly kind: 'product'; readonly matrix: NameTerm; readonly vector: Term }
    | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Term; readonly right: Term }
    | { readonly kind: 'negation'; readonly operand: Term }
  );

export type NameTerm = Extract<Term, { readonly kind: 'name' }>;

export interface Equation extends Span {
  readonly name: string;
  readonly value: Term;
}

/** A name with the shape that the user gave it, and the number that it starts out from. */
export interface ShapeDeclaration extends Span {
  readonly name: string;
  readonly shape: readonly string[];
  readonly initial: number | undefined;
}

/** All that stands in a template. */
export interface Equations {
  readonly name: string;
  readonly inputs: readonly NamedSpan[];
  readonly outputs: readonly NamedSpan[];
  readonly shapes: readonly ShapeDeclaration[];
  readonly equations: readonly Equation[];
}

export interface NamedSpan extends Span {
  readonly name: string;
}
