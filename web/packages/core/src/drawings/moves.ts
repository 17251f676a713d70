/** How drawings are moved over a canvas: as a whole, by a handle, by a step. Pure. */

import type { Box, Point } from './geometry';
import type { Anchor, Drawing } from './model';
import type { Shape } from './shape';

/** What the editor asks of the chart. */
export interface Canvas {
  readonly box: Box;
  /** Pixels from one bar to the next. */
  readonly barWidth: number;
  pointOf(anchor: Anchor): Point | null;
  /** Where a point lies; with a magnet, at the nearest price of its bar. */
  anchorAt(point: Point, magnet: boolean): Anchor | null;
  /**
   * The anchor so many bars on and so many pixels below. What is not moved stays exactly as it is,
   * and a time between two bars stays between bars.
   */
  shifted(anchor: Anchor, bars: number, down: number): Anchor | null;
  shapesOf(drawing: Drawing): readonly Shape[];
}

/** The farthest that a step looks for a price that differs. */
const MOST_STEP_PX = 64;

/** The drawing, moved so many bars and pixels without changing its shape; null if it cannot be. */
export function shifted(
  canvas: Canvas,
  drawing: Drawing,
  bars: number,
  down: number,
): Drawing | null {
  const anchors: Anchor[] = [];
  for (const anchor of drawing.anchors) {
    const moved = canvas.shifted(anchor, bars, down);
    if (!moved) return null;
    anchors.push(moved);
  }
  return { ...drawing, anchors };
}

/** The drawing, moved as a pointer was. */
export const dragged = (canvas: Canvas, drawing: Drawing, by: Point): Drawing | null =>
  shifted(canvas, drawing, Math.round(by.x / canvas.barWidth), by.y);

/** The drawing, moved by the least step that can be seen: a bar, or a pixel or tick; or by several. */
export function stepped(
  canvas: Canvas,
  drawing: Drawing,
  way: Point,
  count: number,
): Drawing | null {
  if (way.x !== 0) {
    const bars = way.x * Math.max(1, Math.round(1 / canvas.barWidth));
    return shifted(canvas, drawing, bars * count, 0);
  }
  for (let down = 1; down <= MOST_STEP_PX; down += 1) {
    const one = shifted(canvas, drawing, 0, way.y * down);
    if (one === null || one.anchors.every((each, i) => each.price !== drawing.anchors[i]?.price))
      return one && count > 1 ? shifted(canvas, drawing, 0, way.y * down * count) : one;
  }
  return null;
}

/** The drawing with one of its handles at an anchor. See `handlesOf`. */
export function withHandle(drawing: Drawing, handle: number, to: Anchor): Drawing {
  const [a, b] = drawing.anchors;
  if (handle < drawing.anchors.length || !a || !b)
    return { ...drawing, anchors: drawing.anchors.map((each, i) => (i === handle ? to : each)) };
  const anchors =
    handle === 2
      ? [
          { time: a.time, price: to.price },
          { time: to.time, price: b.price },
        ]
      : [
          { time: to.time, price: a.price },
          { time: b.time, price: to.price },
        ];
  return { ...drawing, anchors };
}
