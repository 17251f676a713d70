/** Points on the screen and what lies near them. Pure; y grows downwards. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly width: number;
  readonly height: number;
}

export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

/** The distance of a point from the line through a and b, cut off where the place along it ends. */
function distanceAlong(point: Point, a: Point, b: Point, from: number, to: number): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  if (length === 0) return distance(point, a);
  const place = ((point.x - a.x) * dx + (point.y - a.y) * dy) / length;
  const near = Math.min(to, Math.max(from, place));
  return distance(point, { x: a.x + near * dx, y: a.y + near * dy });
}

export const distanceToSegment = (point: Point, a: Point, b: Point): number =>
  distanceAlong(point, a, b, 0, 1);

/**
 * The part of the line through a and b that a box shows, from `from` to `to` in lengths of a-b;
 * null if it shows none.
 */
export function clipped(
  a: Point,
  b: Point,
  box: Box,
  from = Number.NEGATIVE_INFINITY,
  to = Number.POSITIVE_INFINITY,
): readonly [Point, Point] | null {
  let [low, high] = [from, to];
  const sides: readonly (readonly [number, number, number])[] = [
    [a.x, b.x - a.x, box.width],
    [a.y, b.y - a.y, box.height],
  ];
  for (const [start, slope, size] of sides) {
    if (slope === 0) {
      if (start < 0 || start > size) return null;
      continue;
    }
    const [first, second] = [-start / slope, (size - start) / slope];
    low = Math.max(low, Math.min(first, second));
    high = Math.min(high, Math.max(first, second));
  }
  if (!(low <= high) || !Number.isFinite(low) || !Number.isFinite(high)) return null;
  const at = (place: number) => ({ x: a.x + place * (b.x - a.x), y: a.y + place * (b.y - a.y) });
  return [at(low), at(high)];
}

/** The point, moved so that the line from `a` has an angle of whole eighths of a turn. */
export function snappedAngle(a: Point, point: Point): Point {
  const turn = Math.PI / 4;
  const angle = Math.round(Math.atan2(point.y - a.y, point.x - a.x) / turn) * turn;
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const along = (point.x - a.x) * dx + (point.y - a.y) * dy;
  return { x: a.x + along * dx, y: a.y + along * dy };
}
