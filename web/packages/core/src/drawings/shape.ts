/** The few plain shapes that drawings are made of, and what of them is near or in sight. Pure. */

import { type Box, distanceToSegment, type Point } from './geometry';

export type Shape =
  | { readonly kind: 'line'; readonly a: Point; readonly b: Point; readonly isFaint?: boolean }
  | { readonly kind: 'fill'; readonly a: Point; readonly b: Point; readonly opacity: number }
  /** A plate with words; `at` is the middle of its upper edge. */
  | { readonly kind: 'label'; readonly at: Point; readonly lines: readonly string[] }
  | { readonly kind: 'text'; readonly at: Point; readonly lines: readonly string[] };

export const TEXT_PX = 13;
export const LINE_PX = TEXT_PX * 1.3;
export const PLATE_PX = { x: 8, y: 4 };

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

export function plateSize(lines: readonly string[]): { width: number; height: number } {
  const { width, height } = size(lines);
  return { width: width + 2 * PLATE_PX.x, height: height + 2 * PLATE_PX.y };
}

function centred(at: Point, lines: readonly string[]): Area {
  const { width, height } = plateSize(lines);
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
