import { axes, document, dot, linearScale, polyline, text } from '../svg.js';
import type { Point, Rectangle } from '../svg.js';

/** A measurement on the validation texts. */
export interface Measurement {
  /** Characters learnt from before it. */
  readonly characters: number;
  /** Bits per character. */
  readonly validation: number;
}

const networkColour = '#d55e00';
const baselineColour = '#0072b2';
const frame: Rectangle = { x: 76, y: 92, width: 700, height: 360 };
/** Bits per character that fit. */
const range = [1.8, 3] as const;

/** Bits per character on the validation texts while the network learns, and the line that it has to come below. */
export function plot(curve: readonly Measurement[], baseline: { readonly name: string; readonly validation: number }): string {
  const most = Math.max(...curve.map(({ characters }) => characters));
  const x = linearScale([0, most], [frame.x, frame.x + frame.width]);
  const y = linearScale(range, [frame.y + frame.height, frame.y]);
  const points = curve.filter(({ validation }) => validation <= range[1]).map(({ characters, validation }) => ({ x: x(characters), y: y(validation) }));
  const level = y(baseline.validation);
  const last = curve.at(-1)?.validation ?? NaN;
  return document(820, 530, 'Bits per character of a character model while it learns, and of a 5-gram model', [
    text('A model of English characters: two LSTMs against counted 5-grams', { x: 24, y: 38 }, { size: 20, weight: 'bold' }),
    axes(
      frame,
      { scale: x, label: 'characters learnt from (millions)', ticks: ticks(0, most / 1e6, most > 8e6 ? 2 : 1, 1e6) },
      { scale: y, label: 'bits per character, validation', ticks: ticks(range[0] * 10, range[1] * 10, 2, 0.1) },
    ),
    polyline([{ x: frame.x, y: level }, { x: frame.x + frame.width, y: level }], baselineColour, 2.2, '7 4'),
    text(`${baseline.name}: ${baseline.validation.toFixed(3)}`, { x: frame.x + 8, y: level + 18 }, { colour: baselineColour }),
    polyline(points, networkColour, 2.8),
    ...points.map((point: Point) => dot(point, 4, networkColour)),
    text(`two LSTMs: ${last.toFixed(3)}`, { x: frame.x + frame.width, y: y(last) + 24 }, { anchor: 'end', colour: networkColour }),
  ]);
}

/** From `first` up to `last`, in units of `unit`. */
function ticks(first: number, last: number, step: number, unit: number): { value: number; label: string }[] {
  return Array.from({ length: Math.floor((last - first) / step + 1e-9) + 1 }, (_, k) => {
    const value = first + k * step;
    return { value: value * unit, label: unit === 1e6 ? String(value) : (value * unit).toFixed(1) };
  });
}
