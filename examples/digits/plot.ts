import { axes, document, linearScale, polyline, text } from '../svg.js';
import type { Point, Rectangle } from '../svg.js';
import type { CutPicture } from './cutting.js';
import { mostRowsCut } from './cutting.js';
import { side } from './data.js';
import { percent } from './report.js';
import type { Contender } from './report.js';
import { accuracyByRows, accuracyOf } from './score.js';

/** Okabe & Ito's palette, which the colour-blind can tell apart. The last contender is the network. */
const styles = [
  { colour: '#0072b2', width: 2.2, dash: '7 4' },
  { colour: '#d55e00', width: 2.8, dash: undefined },
] as const;

const left: Rectangle = { x: 76, y: 134, width: 400, height: 340 };
const sheet = { x: 540, y: 112, columns: 8, rows: 5, cell: 74, pixel: 2 };

/**
 * Accuracy by the number of rows that are left, beside the first test pictures that the network misread.
 *
 * @param contenders at most two, the network last
 */
export function plot(pictures: readonly CutPicture[], contenders: readonly Contender[]): string {
  return document(1160, 560, 'Handwritten digits that are read row by row: accuracy by the number of rows, and misread digits', [
    text('Handwritten digits, read row by row by a bidirectional LSTM', { x: 24, y: 38 }, { size: 20, weight: 'bold' }),
    ...accuracyPanel(pictures, contenders),
    ...misreadPanel(pictures, contenders.at(-1)?.readings ?? []),
  ]);
}

function accuracyPanel(pictures: readonly CutPicture[], contenders: readonly Contender[]): string[] {
  const x = linearScale([side - mostRowsCut - 0.3, side + 0.3], [left.x, left.x + left.width]);
  const y = linearScale([0.88, 1], [left.y + left.height, left.y]);
  const marks = [
    text('Read right, by the number of rows that are left', { x: left.x, y: left.y - 56 }, { size: 15, weight: 'bold' }),
    axes(
      left,
      { scale: x, label: 'rows left', ticks: range(side - mostRowsCut, side).map((value) => ({ value, label: String(value) })) },
      { scale: y, label: 'read right', ticks: range(88, 100, 2).map((value) => ({ value: value / 100, label: `${value} %` })) },
    ),
  ];
  for (const [k, { name, readings }] of contenders.entries()) {
    const { colour, width, dash } = styles[k] ?? styles[0];
    // A group that is below the frame is drawn on its edge.
    const points = accuracyByRows(pictures, readings).map(({ rows, accuracy }) => ({ x: x(rows), y: y(Math.max(0.88, accuracy)) }));
    const legend = { x: left.x, y: left.y - 34 + k * 18 };
    marks.push(polyline(points, colour, width, dash), polyline([legend, { x: legend.x + 28, y: legend.y }], colour, width, dash));
    marks.push(text(`${name}: ${percent(accuracyOf(pictures, readings))} of all`, { x: legend.x + 36, y: legend.y + 4 }));
  }
  return marks;
}

function misreadPanel(pictures: readonly CutPicture[], readings: readonly number[]): string[] {
  const misread = pictures.flatMap((picture, k) => (readings[k] === picture.digit ? [] : [{ picture, reading: readings[k] ?? NaN }]));
  const shown = misread.slice(0, sheet.columns * sheet.rows);
  return [
    text(`Misread: ${shown.length} of ${misread.length} (what was written → what was read)`, { x: sheet.x, y: left.y - 56 }, { size: 15, weight: 'bold' }),
    ...shown.flatMap(({ picture, reading }, k) => {
      const at = { x: sheet.x + (k % sheet.columns) * sheet.cell, y: sheet.y + Math.floor(k / sheet.columns) * (sheet.cell + 12) };
      return [...ink(picture, at), text(`${picture.digit} → ${reading}`, { x: at.x + side, y: at.y + side * sheet.pixel + 15 }, { anchor: 'middle' })];
    }),
  ];
}

/** Three shades are enough to tell a digit by. */
const shades = ['#b8bec5', '#6e7781', '#24292f'] as const;

/** A picture, its cut rows shaded: a path for each shade, in which neighbours of one shade are one stroke. */
function ink({ pixels, rows }: CutPicture, { x, y }: Point): string[] {
  const size = side * sheet.pixel;
  const frame = `<rect x="${x}" y="${y}" width="${size}" height="${size}" fill="none" stroke="#d0d7de"/>`;
  const cut = `<rect x="${x}" y="${y + rows * sheet.pixel}" width="${size}" height="${(side - rows) * sheet.pixel}" fill="#f3d9c8"/>`;
  const strokes = shades.map((): string[] => []);
  for (let row = 0; row < rows; row++) {
    for (let column = 0, start = 0; column < side; column++) {
      const shade = shadeOf(pixels[row * side + column]);
      if (column + 1 < side && shade === shadeOf(pixels[row * side + column + 1])) continue;
      strokes[shade]?.push(`M${x + start * sheet.pixel} ${y + (row + 0.5) * sheet.pixel}h${(column + 1 - start) * sheet.pixel}`);
      start = column + 1;
    }
  }
  return [cut, frame, ...shades.map((colour, shade) => `<path d="${strokes[shade]?.join('') ?? ''}" stroke="${colour}" stroke-width="${sheet.pixel}"/>`)];
}

/** -1 where there is hardly any ink. */
function shadeOf(value = 0): number {
  return Math.min(shades.length - 1, Math.floor(value * (shades.length + 1)) - 1);
}

function range(first: number, last: number, step = 1): number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, k) => first + k * step);
}
