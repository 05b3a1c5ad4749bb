/** What several runs have in common. */
export interface Spread {
  readonly mean: number;
  /** Standard deviation of one run, estimated from all: n - 1 in the denominator. */
  readonly deviation: number;
  readonly runs: readonly number[];
}

export function spreadOf(runs: readonly number[]): Spread {
  const mean = runs.reduce((sum, value) => sum + value, 0) / runs.length;
  const squares = runs.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (runs.length - 1)), runs };
}

/** A difference of means, and how far off it may be by the choice of seeds: half the width of a 95 % interval. */
export interface Difference {
  readonly difference: number;
  readonly margin: number;
}

/** Welch 1947, for equal numbers of runs. */
export function differenceOf(a: Spread, b: Spread): Difference {
  const [own, other] = [a, b].map(({ deviation, runs }) => deviation ** 2 / runs.length) as [number, number];
  const freedom = (own + other) ** 2 / (own ** 2 / (a.runs.length - 1) + other ** 2 / (b.runs.length - 1));
  return { difference: a.mean - b.mean, margin: quantile(freedom) * Math.sqrt(own + other) };
}

/** Student's t at 0.975, by degrees of freedom from 1 on; that of the next smaller number where there are more. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101] as const;

function quantile(freedom: number): number {
  const row = Math.max(1, Math.min(quantiles.length, Math.floor(freedom)));
  return quantiles[row - 1] ?? quantiles[0];
}
