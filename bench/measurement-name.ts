import type { Case } from './cases.js';
import { shapeName } from './shape.js';
import type { Pass } from './shape.js';

/** What tells a measurement from all others of a run; also one that could not be made. */
export const measurementName = ({ cell, shape }: Pick<Case, 'cell' | 'shape'>, pass: Pass, target: string): string =>
  `${cell} ${shapeName(shape)} ${pass} ${target}`;

export const buildTimesName = (target: string): string => `build times of ${target}`;
