/**
 * What a drawing looks like, as a few plain shapes: they are painted, and they are what is hit.
 * A tool is one function from its points to shapes, and nothing else. Pure.
 */

import { type Box, clipped, distanceToSegment, type Point } from './geometry';
import type { Anchor, Drawing } from './model';

export type Shape =
  | { readonly kind: 'line'; readonly a: Point; readonly b: Point; readonly isFaint?: boolean }
  | { readonly kind: 'fill'; readonly a: Point; readonly b: Point; readonly opacity: number }
  | { readonly kind: 'label'; readonly at: Point; readonly lines: readonly string[] }
  | { readonly kind: 'text'; readonly at: Point; readonly lines: readonly string[] };

/** What shapes are made from. */
export interface Sight {
  readonly points: readonly Point[];
  readonly box: Box;
  readonly drawing: Pick<Drawing, 'anchors' | 'text'>;
  readonly formatPrice: (price: number) => string;
  /** How many bars lie between two times. */
  readonly barsBetween: (from: number, to: number) => number;
}

export const LEVELS: readonly number[] = [0, 0.236, 0.382, 0.5, 0.618, 0.786, 1];
export const TEXT_PX = 13;
const LINE_PX = TEXT_PX * 1.3;
const FILLED = 0.12;

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
  vertical: ({ box }, a) => [{ kind: 'line', a: { x: a.x, y: 0 }, b: { x: a.x, y: box.height } }],
  rectangle: (_, a, b) => [{ kind: 'fill', a, b, opacity: FILLED }, ...frame(a, b)],
  fibonacci: levels,
  text: ({ drawing }, a) => [{ kind: 'text', at: a, lines: (drawing.text || 'Text').split('\n') }],
  measure: (sight, a, b) => [
    { kind: 'fill', a, b, opacity: FILLED },
    ...frame(a, b),
    { kind: 'label', at: { x: (a.x + b.x) / 2, y: b.y }, lines: measured(sight) },
  ],
};

export function shapesOf(tool: Drawing['tool'], sight: Sight): readonly Shape[] {
  const [a, b] = sight.points;
  return a ? DRAW[tool](sight, a, b ?? a) : [];
}

function frame(a: Point, b: Point): readonly Shape[] {
  const corners = [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }] as const;
  return corners.map((corner, index) => ({
    kind: 'line' as const,
    a: corner,
    b: corners[(index + 1) % 4] ?? a,
  }));
}

/** Levels of the way back, from the second anchor (0) to the first (1). */
function levels({ drawing, formatPrice }: Sight, a: Point, b: Point): readonly Shape[] {
  const [from, to] = drawing.anchors as readonly [Anchor, Anchor | undefined];
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const rows = LEVELS.map((level) => {
    const y = b.y + level * (a.y - b.y);
    const end = to ?? from;
    const price = end.price + level * (from.price - end.price);
    return { level, y, price };
  });
  return [
    { kind: 'line', a, b, isFaint: true },
    ...rows.flatMap(({ level, y, price }, index): Shape[] => {
      const next = rows[index + 1];
      return [
        ...(next && index % 2 === 0
          ? [
              {
                kind: 'fill' as const,
                a: { x: left, y },
                b: { x: right, y: next.y },
                opacity: 0.06,
              },
            ]
          : []),
        { kind: 'line', a: { x: left, y }, b: { x: right, y } },
        { kind: 'text', at: { x: right + 6, y }, lines: [`${level} (${formatPrice(price)})`] },
      ];
    }),
  ];
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

/** The width of a text, near enough to hit it; what paints measures it exactly. */
export const widthOf = (text: string): number => text.length * TEXT_PX * 0.56;

/** How far a point is from a shape; within it is 0. */
export function distanceTo(shape: Shape, point: Point): number {
  switch (shape.kind) {
    case 'line':
      return distanceToSegment(point, shape.a, shape.b);
    case 'fill':
      return Number.POSITIVE_INFINITY;
    case 'label':
      return outside(point, centred(shape.at, shape.lines));
    case 'text':
      return outside(point, beside(shape.at, shape.lines));
  }
}

interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function size(lines: readonly string[]): { width: number; height: number } {
  return { width: Math.max(0, ...lines.map(widthOf)), height: lines.length * LINE_PX };
}

function beside(at: Point, lines: readonly string[]): Area {
  const { width, height } = size(lines);
  return {
    left: at.x,
    right: at.x + width,
    top: at.y - LINE_PX / 2,
    bottom: at.y - LINE_PX / 2 + height,
  };
}

function centred(at: Point, lines: readonly string[]): Area {
  const { width, height } = size(lines);
  return { left: at.x - width / 2, right: at.x + width / 2, top: at.y, bottom: at.y + height };
}

function outside(point: Point, area: Area): number {
  const dx = Math.max(area.left - point.x, 0, point.x - area.right);
  const dy = Math.max(area.top - point.y, 0, point.y - area.bottom);
  return Math.hypot(dx, dy);
}

/** Whether any part of a shape may be seen; what is off the screen need not be painted. */
export function isInSight(shape: Shape, box: Box): boolean {
  if (shape.kind === 'label' || shape.kind === 'text') {
    const area =
      shape.kind === 'label' ? centred(shape.at, shape.lines) : beside(shape.at, shape.lines);
    return overlaps(area, box);
  }
  const { a, b } = shape;
  return overlaps(
    {
      left: Math.min(a.x, b.x),
      right: Math.max(a.x, b.x),
      top: Math.min(a.y, b.y),
      bottom: Math.max(a.y, b.y),
    },
    box,
  );
}

const MARGIN = 40;

function overlaps(area: Area, box: Box): boolean {
  return (
    area.right >= -MARGIN &&
    area.left <= box.width + MARGIN &&
    area.bottom >= -MARGIN &&
    area.top <= box.height + MARGIN
  );
}
