/**
 * What a drawing looks like, as a few plain shapes: they are painted, and they are what is hit.
 * A tool is one function from its points to shapes, and where it is taken hold of. Pure.
 */

import { type Box, clipped, type Point } from './geometry';
import type { Anchor, Drawing } from './model';
import { plateSize, type Shape } from './shape';

/** What shapes are made from. */
export interface Sight {
  readonly points: readonly Point[];
  readonly box: Box;
  readonly drawing: Pick<Drawing, 'anchors' | 'text'>;
  readonly formatPrice: (price: number) => string;
  /** Where a price lies on the scale as it is, logarithmic or not. */
  readonly yOf: (price: number) => number | null;
  /** How many bars lie between two times. */
  readonly barsBetween: (from: number, to: number) => number;
}

export const LEVELS: readonly number[] = [0, 0.236, 0.382, 0.5, 0.618, 0.786, 1];
const FILLED = 0.12;
const GAP_PX = 6;
/** Words begin where they leave a handle free. */
const BESIDE_PX = 8;

type Draw = (sight: Sight, a: Point, b: Point) => readonly Shape[];

function stretched(from: number, to: number): Draw {
  return ({ box }, a, b) => {
    const seen = clipped(a, b, box, from, to);
    return seen ? [{ kind: 'line', a: seen[0], b: seen[1] }] : [];
  };
}

const DRAW: Readonly<Record<Drawing['tool'], Draw>> = {
  trend: (_, a, b) => [{ kind: 'line', a, b }],
  ray: stretched(0, Number.POSITIVE_INFINITY),
  extended: stretched(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  horizontal: ({ box }, a) => [{ kind: 'line', a: { x: 0, y: a.y }, b: { x: box.width, y: a.y } }],
  horizontalRay: ({ box }, a) => [
    {
      kind: 'line',
      a: { x: Math.max(0, a.x), y: a.y },
      b: { x: Math.max(box.width, a.x), y: a.y },
    },
  ],
  vertical: ({ box }, a) => [{ kind: 'line', a: { x: a.x, y: 0 }, b: { x: a.x, y: box.height } }],
  rectangle: (_, a, b) => [{ kind: 'fill', a, b, opacity: FILLED }, ...frame(a, b)],
  fibonacci: levels,
  text: ({ drawing }, { x, y }) => [
    { kind: 'text', at: { x: x + BESIDE_PX, y }, lines: (drawing.text || 'Text').split('\n') },
  ],
  measure: (sight, a, b) => [
    { kind: 'fill', a, b, opacity: FILLED },
    ...frame(a, b),
    plate(sight.box, a, b, measured(sight)),
  ],
};

export function shapesOf(tool: Drawing['tool'], sight: Sight): readonly Shape[] {
  const [a, b] = sight.points;
  return a ? DRAW[tool](sight, a, b ?? a) : [];
}

/** Where a drawing is taken hold of: its anchors, and all corners of a rectangle. */
export function handlesOf(tool: Drawing['tool'], points: readonly Point[]): readonly Point[] {
  const [a, b] = points;
  if (tool !== 'rectangle' || !a || !b) return points;
  return [a, b, { x: b.x, y: a.y }, { x: a.x, y: b.y }];
}

function frame(a: Point, b: Point): readonly Shape[] {
  const corners = [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }] as const;
  return corners.map((corner, index) => ({
    kind: 'line' as const,
    a: corner,
    b: corners[(index + 1) % 4] ?? a,
  }));
}

/** Levels of the way back, from the second anchor (0) to the first (1): even in price, on any scale. */
function levels({ drawing, formatPrice, yOf }: Sight, a: Point, b: Point): readonly Shape[] {
  const [from, to = from] = drawing.anchors as readonly [Anchor, Anchor?];
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const rows = LEVELS.flatMap((level) => {
    const price = to.price + level * (from.price - to.price);
    const y = yOf(price);
    return y === null ? [] : [{ level, y, price }];
  });
  return [
    { kind: 'line', a, b, isFaint: true },
    ...rows.flatMap(({ level, y, price }, index): Shape[] => {
      const next = index % 2 === 0 ? rows[index + 1] : undefined;
      const [start, end] = [
        { x: left, y },
        { x: right, y },
      ];
      return [
        ...(next ? [band(start, { x: right, y: next.y })] : []),
        { kind: 'line', a: start, b: end },
        {
          kind: 'text',
          at: { x: right + BESIDE_PX, y },
          lines: [`${level} (${formatPrice(price)})`],
        },
      ];
    }),
  ];
}

const band = (a: Point, b: Point): Shape => ({ kind: 'fill', a, b, opacity: 0.06 });

/** What a measure tells, beyond its end and inside the box. */
function plate(box: Box, a: Point, b: Point, lines: readonly string[]): Shape {
  const { width, height } = plateSize(lines);
  const top = b.y < a.y ? b.y - GAP_PX - height : b.y + GAP_PX;
  const within = (value: number, least: number, most: number) =>
    Math.max(least, Math.min(value, most));
  const at = {
    x: within((a.x + b.x) / 2, width / 2, box.width - width / 2),
    y: within(top, 0, box.height - height),
  };
  return { kind: 'label', at, lines };
}

function measured({ drawing, formatPrice, barsBetween }: Sight): readonly string[] {
  const [from, to] = drawing.anchors;
  if (!from || !to) return [];
  const change = to.price - from.price;
  const sign = change < 0 ? '−' : '+';
  const percent =
    from.price === 0 ? '' : ` (${sign}${Math.abs((100 * change) / from.price).toFixed(2)} %)`;
  const bars = barsBetween(from.time, to.time);
  return [
    `${sign}${formatPrice(Math.abs(change))}${percent}`,
    `${bars} ${Math.abs(bars) === 1 ? 'bar' : 'bars'}, ${spanOf(to.time - from.time)}`,
  ];
}

/** A span of time in its two largest parts. */
export function spanOf(seconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  let rest = Math.abs(Math.round(seconds));
  const parts: string[] = [];
  for (const [size, name] of units) {
    const count = Math.floor(rest / size);
    if (count && parts.length < 2) parts.push(`${count} ${name}`);
    rest -= count * size;
  }
  return `${seconds < 0 ? '−' : ''}${parts.join(' ') || '0 s'}`;
}

/** How far beyond its points a drawing reaches at most: the words beside its levels. */
const REACH = 240;
const ENDLESS: ReadonlySet<Drawing['tool']> = new Set([
  'ray',
  'extended',
  'horizontal',
  'horizontalRay',
  'vertical',
  'text',
]);

/** Whether a drawing is surely not in sight, by its points alone. */
export function isAway(tool: Drawing['tool'], points: readonly Point[], box: Box): boolean {
  if (ENDLESS.has(tool)) return false;
  const all = (isOut: (point: Point) => boolean) => points.every(isOut);
  return (
    all(({ x }) => x < -REACH) ||
    all(({ x }) => x > box.width + REACH) ||
    all(({ y }) => y < -REACH) ||
    all(({ y }) => y > box.height + REACH)
  );
}
