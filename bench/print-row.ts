import type { Row } from './row.js';
import { shapeName } from './shape.js';

/** One line for the terminal. */
export function printRow(row: Row): string {
  const { cell, target, pass, ms, medianMs, gflops, fractionOfPeak, fractionOfJavaScriptPeak, note } = row;
  return [
    cell.padEnd(15),
    shapeName(row).padEnd(15),
    pass.padEnd(7),
    target.padEnd(18),
    `${milliseconds(ms).padStart(10)} (median ${milliseconds(medianMs)})`.padEnd(31),
    `${(gflops < 1 ? gflops.toPrecision(2) : gflops.toFixed(1)).padStart(7)} GFLOP/s`,
    `  ${fractionOfPeak.toFixed(2)} of the peak, ${fractionOfJavaScriptPeak.toFixed(2)} of JavaScript's`,
    ...(note === undefined ? [] : [`  [${note}]`]),
  ].join(' ');
}

/** Three digits that count, with a unit. */
export function milliseconds(ms: number): string {
  if (ms < 0.1) return `${digits(ms * 1000)} µs`;
  return ms < 10_000 ? `${digits(ms)} ms` : `${digits(ms / 1000)} s`;
}

const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
