import { axes, document, dot, linearScale, logarithmicScale, polyline, text } from '../svg.js';
import type { Rectangle } from '../svg.js';
import type { Result } from './report.js';
import { percent } from './report.js';

const frame: Rectangle = { x: 84, y: 96, width: 780, height: 340 };
/** Okabe & Ito's palette, which the colour-blind can tell apart. */
const runColour = '#56b4e9';
const meanColour = '#d55e00';
const vanillaColour = '#57606a';

/** Where the axis may have a line. */
const shares = [0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.9] as const;

/** The error of each run and the mean of each variant, beside the mean of the vanilla LSTM. */
export function plot(results: readonly Result[]): string {
  const errors = results.flatMap(({ error }) => error.runs);
  // Equal ratios take equal room, since a run that goes astray is far from the others.
  const y = logarithmicScale([0.9 * Math.min(...errors), 1.15 * Math.max(...errors)], [frame.y + frame.height, frame.y]);
  const x = linearScale([-0.6, results.length - 0.4], [frame.x, frame.x + frame.width]);
  const ticks = shares.filter((share) => share > 0.9 * Math.min(...errors) && share < 1.15 * Math.max(...errors));
  const [vanilla] = results;
  const line = vanilla === undefined ? [] : [polyline([{ x: frame.x, y: y(vanilla.error.mean) }, { x: frame.x + frame.width, y: y(vanilla.error.mean) }], vanillaColour, 1.4, '5 4')];
  return document(900, 520, 'Test errors of the nine variants of the LSTM with equal numbers of parameters', [
    text('Nine LSTMs with equal numbers of parameters, reading handwritten digits', { x: 24, y: 34 }, { size: 18, weight: 'bold' }),
    dot({ x: 30, y: 62 }, 4, runColour),
    text('one seed', { x: 42, y: 66 }),
    polyline([{ x: 122, y: 62 }, { x: 146, y: 62 }], meanColour, 3),
    text('mean of the seeds', { x: 154, y: 66 }),
    polyline([{ x: 288, y: 62 }, { x: 312, y: 62 }], vanillaColour, 1.4, '5 4'),
    text('mean of the vanilla LSTM', { x: 320, y: 66 }),
    axes(
      frame,
      { scale: x, label: 'variant, and units', ticks: results.map(({ name, H }, k) => ({ value: k, label: `${name} ${H}` })) },
      { scale: y, label: 'misread test pictures', ticks: ticks.map((value) => ({ value, label: `${Math.round(100 * value)} %` })) },
    ),
    ...line,
    ...results.flatMap(({ error }, k) => [
      ...error.runs.map((run, n) => dot({ x: x(k + 0.3 * ((n + 0.5) / error.runs.length - 0.5)), y: y(run) }, 4, runColour)),
      polyline([{ x: x(k - 0.28), y: y(error.mean) }, { x: x(k + 0.28), y: y(error.mean) }], meanColour, 3),
      text(percent(error.mean), { x: x(k), y: y(Math.max(...error.runs)) - 10 }, { size: 12, anchor: 'middle' }),
    ]),
  ]);
}
