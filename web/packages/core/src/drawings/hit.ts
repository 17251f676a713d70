/** What lies under a pointer. Pure. */

import { distance, type Point } from './geometry';
import type { Drawing } from './model';
import type { Canvas } from './moves';
import { distanceTo } from './shape';
import { handlesOf } from './tools';

export interface Touch {
  readonly point: Point;
  /** How near is near enough, in pixels. */
  readonly reach: number;
  /** Straight angles only. */
  readonly isStraight: boolean;
}

export interface Hit {
  readonly id: string;
  /** Which handle, see `handlesOf`; null for the drawing as a whole. */
  readonly handle: number | null;
}

/** A handle is taken from farther away than a line. */
const HANDLE_REACH = 1.5;

/** Handles of the selected drawing come first, then the topmost drawing; null if none is near. */
export function hitOf(
  canvas: Canvas,
  drawings: readonly Drawing[],
  selected: Drawing | null,
  { point, reach }: Pick<Touch, 'point' | 'reach'>,
): Hit | null {
  const handle = selected ? handleAt(canvas, selected, point, reach * HANDLE_REACH) : -1;
  if (selected && handle >= 0) return { id: selected.id, handle };
  const found = drawings.findLast((drawing) =>
    canvas.shapesOf(drawing).some((shape) => distanceTo(shape, point) <= reach),
  );
  return found ? { id: found.id, handle: null } : null;
}

function handleAt(canvas: Canvas, drawing: Drawing, point: Point, reach: number): number {
  const anchors = drawing.anchors.map((anchor) => canvas.pointOf(anchor));
  const points = anchors.filter((each) => each !== null);
  if (points.length < anchors.length) return -1;
  const away = handlesOf(drawing.tool, points).map((each) => distance(each, point));
  const least = Math.min(...away);
  return least <= reach ? away.indexOf(least) : -1;
}
