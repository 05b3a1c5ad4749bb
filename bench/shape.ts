/** Steps, batch, input width and hidden width of one measurement. */
export interface Shape {
  readonly T: number;
  readonly B: number;
  readonly I: number;
  readonly H: number;
}

/** What is timed: the sequence forwards; forwards and backwards; the same with loss and update; one step that goes on from the last. */
export type Pass = 'forward' | 'train' | 'trainStep' | 'step';

export const shapeName = ({ T, B, I, H }: Shape): string => [T, B, I, H].join('x');

export const sameShape = (a: Shape, b: Shape): boolean => shapeName(a) === shapeName(b);

/** From the smallest to the largest. */
export const sequenceShapes: readonly Shape[] = [
  { T: 100, B: 1, I: 4, H: 16 },
  { T: 100, B: 1, I: 16, H: 64 },
  { T: 50, B: 16, I: 32, H: 64 },
  { T: 100, B: 32, I: 64, H: 128 },
  { T: 100, B: 64, I: 256, H: 512 },
];

/** Of the two-layer model that predicts characters: 65 of them, one-hot. */
export const characterShape: Shape = { T: 50, B: 50, I: 65, H: 128 };

/** One example, one step: streaming, and learning from each step as it comes. */
export const streamingShape: Shape = { T: 1, B: 1, I: 16, H: 64 };
