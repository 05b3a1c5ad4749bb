import { horizons } from './baselines.js';
import { indexOf, valueAt } from './data.js';
import type { MonthlyRecord } from './data.js';
import type { Forecasts, Score } from './score.js';
import { axes, document, dot, linearScale, logarithmicScale, polyline, text } from '../svg.js';
import type { Axis, Point, Rectangle } from '../svg.js';

/** One method of the comparison. */
export interface Contender {
  readonly name: string;
  readonly score: Score;
}

const recordColour = '#57606a';
const forecastColour = '#d55e00';
/** Okabe & Ito's palette, which the colour-blind can tell apart; dashes help in print. The last contender is the network. */
const styles = [
  { colour: '#cc79a7', width: 1.8, dash: '2 4' },
  { colour: '#009e73', width: 1.8, dash: '7 4' },
  { colour: '#0072b2', width: 2.2, dash: undefined },
  { colour: forecastColour, width: 2.8, dash: undefined },
] as const;

const left: Rectangle = { x: 72, y: 134, width: 620, height: 340 };
const right: Rectangle = { x: 778, y: 134, width: 358, height: 340 };

/**
 * The record with the network's forecasts from the January of each year, beside the error of every method by horizon.
 *
 * @param contenders in the order of the legend, at most four, the network last
 */
export function plot(record: MonthlyRecord, forecasts: Forecasts, contenders: readonly Contender[]): string {
  return document(1160, 542, 'Forecasts of CO₂ at Mauna Loa twelve months ahead, and their errors', [
    text('Carbon dioxide at Mauna Loa, forecast twelve months ahead by an LSTM', { x: 24, y: 38 }, { size: 20, weight: 'bold' }),
    ...recordPanel(record, forecasts),
    ...errorPanel(contenders),
  ]);
}

function recordPanel(record: MonthlyRecord, forecasts: Forecasts): string[] {
  const start = indexOf(record, 2008, 1);
  const end = record.ppm.length - 1;
  const x = linearScale([start, end], [left.x, left.x + left.width]);
  const y = linearScale([380, 420], [left.y + left.height, left.y]);
  const years = range(2008, 2020, 2).map((year) => ({ value: indexOf(record, year, 1), label: String(year) }));
  const at = (t: number, ppm: number): Point => ({ x: x(t), y: y(ppm) });

  const measured = range(start, end, 1).map((t) => at(t, valueAt(record.ppm, t)));
  const marks = [
    axes(
      left,
      { scale: x, label: 'year', ticks: years },
      { scale: y, label: 'CO₂ in dry air (ppm)', ticks: ticksAt(range(380, 420, 10)) },
    ),
    polyline(measured, recordColour, 1.6),
  ];
  for (let year = 2010; forecasts.has(indexOf(record, year, 1)); year++) {
    const origin = indexOf(record, year, 1);
    const path = Array.from(forecasts.get(origin) ?? [], (ppm, k) => at(origin + k + 1, ppm));
    const seen = at(origin, valueAt(record.ppm, origin));
    marks.push(polyline([seen, ...path], forecastColour, 2.4), dot(seen, 4, forecastColour));
  }
  const legendY = left.y - 28;
  return [
    text('Record and forecasts', { x: left.x, y: left.y - 56 }, { size: 15, weight: 'bold' }),
    polyline([{ x: left.x, y: legendY - 4 }, { x: left.x + 28, y: legendY - 4 }], recordColour, 1.6),
    text('measured', { x: left.x + 36, y: legendY }),
    polyline([{ x: left.x + 122, y: legendY - 4 }, { x: left.x + 150, y: legendY - 4 }], forecastColour, 2.4),
    dot({ x: left.x + 122, y: legendY - 4 }, 4, forecastColour),
    text('LSTM, from each January (dot: the last month that it saw)', { x: left.x + 158, y: legendY }),
    ...marks,
  ];
}

function errorPanel(contenders: readonly Contender[]): string[] {
  const x = linearScale([1, horizons], [right.x + 8, right.x + right.width - 8]);
  const y = logarithmicScale([0.4, 5.6], [right.y + right.height, right.y]);
  const marks = [
    text('Error by horizon, origins from 2010 on', { x: right.x, y: right.y - 56 }, { size: 15, weight: 'bold' }),
    axes(
      right,
      { scale: x, label: 'months ahead', ticks: ticksAt(range(1, horizons, 1)) },
      { scale: y, label: 'RMSE (ppm, logarithmic)', ticks: ticksAt([0.5, 1, 2, 4]) },
    ),
  ];
  for (const [k, { name, score }] of contenders.entries()) {
    const { colour, width, dash } = styles[k] ?? styles[0];
    marks.push(polyline(score.byHorizon.map((rmse, ahead) => ({ x: x(ahead + 1), y: y(rmse) })), colour, width, dash));
    // Two columns above the frame.
    const entry = { x: right.x + (k % 2) * 216, y: right.y - 34 + Math.floor(k / 2) * 18 };
    marks.push(polyline([entry, { x: entry.x + 26, y: entry.y }], colour, width, dash));
    marks.push(text(name, { x: entry.x + 32, y: entry.y + 4 }, { size: 13 }));
  }
  return marks;
}

/** From `first` up to and including `last`. */
function range(first: number, last: number, step: number): number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, k) => first + k * step);
}

function ticksAt(values: readonly number[]): Axis['ticks'] {
  return values.map((value) => ({ value, label: String(value) }));
}
