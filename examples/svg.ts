/** The few marks that a line chart is made of, as SVG text. Coordinates are pixels, y downwards. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rectangle extends Point {
  readonly width: number;
  readonly height: number;
}

/** A data coordinate to a pixel. */
export type Scale = (value: number) => number;

export interface Axis {
  readonly scale: Scale;
  readonly label: string;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

export interface TextStyle {
  readonly size?: number;
  readonly weight?: 'normal' | 'bold';
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly colour?: string;
  /** Degrees, about the anchor point. */
  readonly rotation?: number;
}

const ink = '#24292f';
const grid = '#e4e7eb';

export function linearScale([low, high]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  return (value) => start + ((value - low) / (high - low)) * (end - start);
}

/** Equal ratios take equal room; `low` must be above zero. */
export function logarithmicScale([low, high]: readonly [number, number], range: readonly [number, number]): Scale {
  const linear = linearScale([Math.log(low), Math.log(high)], range);
  return (value) => linear(Math.log(value));
}

export function polyline(points: readonly Point[], colour: string, width: number, dash?: string): string {
  const path = points.map(({ x, y }) => `${pixel(x)},${pixel(y)}`).join(' ');
  const dashes = dash === undefined ? '' : ` stroke-dasharray="${dash}"`;
  const stroke = `stroke="${colour}" stroke-width="${width}" stroke-linejoin="round" stroke-linecap="round"${dashes}`;
  return `<polyline points="${path}" fill="none" ${stroke}/>`;
}

export function dot({ x, y }: Point, radius: number, colour: string): string {
  return `<circle cx="${pixel(x)}" cy="${pixel(y)}" r="${radius}" fill="${colour}" stroke="white" stroke-width="1"/>`;
}

export function text(content: string, { x, y }: Point, style: TextStyle = {}): string {
  const { size = 13, weight = 'normal', anchor = 'start', colour = ink, rotation } = style;
  const turn = rotation === undefined ? '' : ` transform="rotate(${rotation} ${pixel(x)} ${pixel(y)})"`;
  const font = `font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${colour}"`;
  return `<text x="${pixel(x)}" y="${pixel(y)}" ${font}${turn}>${escaped(content)}</text>`;
}

/** Grid lines, tick labels and axis labels around a frame. */
export function axes(frame: Rectangle, horizontal: Axis, vertical: Axis): string {
  const bottom = frame.y + frame.height;
  const right = frame.x + frame.width;
  return [
    ...vertical.ticks.flatMap(({ value, label }) => {
      const y = vertical.scale(value);
      return [
        polyline([{ x: frame.x, y }, { x: right, y }], grid, 1),
        text(label, { x: frame.x - 8, y: y + 4 }, { size: 12, anchor: 'end' }),
      ];
    }),
    ...horizontal.ticks.flatMap(({ value, label }) => {
      const x = horizontal.scale(value);
      return [
        polyline([{ x, y: bottom }, { x, y: bottom + 5 }], ink, 1),
        text(label, { x, y: bottom + 20 }, { size: 12, anchor: 'middle' }),
      ];
    }),
    polyline([{ x: frame.x, y: bottom }, { x: right, y: bottom }], ink, 1),
    text(horizontal.label, { x: frame.x + frame.width / 2, y: bottom + 42 }, { anchor: 'middle' }),
    text(vertical.label, { x: frame.x - 46, y: frame.y + frame.height / 2 }, { anchor: 'middle', rotation: -90 }),
  ].join('\n');
}

/** A complete document on a white ground; `title` is what a screen reader says. */
export function document(width: number, height: number, title: string, marks: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    `  font-family="system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...marks,
    '</svg>',
    '',
  ].join('\n');
}

/** A tenth of a pixel is finer than the eye; more digits would only fatten the file. */
function pixel(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
