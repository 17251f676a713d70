/** A chart of 800 x 400: a pixel is 60 seconds, and a unit of price; prices grow upwards. */

import type { Canvas } from '../../src/drawings/editor';
import type { Point } from '../../src/drawings/geometry';
import type { Anchor, Drawing } from '../../src/drawings/model';
import { shapesOf } from '../../src/drawings/shapes';

export const START = 1_700_000_040;

export class PlainCanvas implements Canvas {
  box = { width: 800, height: 400 };
  /** Seconds a pixel. */
  zoom = 60;
  magnets = 0;

  pointOf = (anchor: Anchor): Point => ({
    x: (anchor.time - START) / this.zoom,
    y: this.box.height - anchor.price,
  });

  anchorAt = (point: Point, magnet: boolean): Anchor => {
    if (magnet) this.magnets += 1;
    return { time: START + point.x * this.zoom, price: this.box.height - point.y };
  };

  shapesOf = (drawing: Drawing) =>
    shapesOf(drawing.tool, {
      points: drawing.anchors.map(this.pointOf),
      box: this.box,
      drawing,
      formatPrice: String,
      barsBetween: (from, to) => (to - from) / 60,
    });
}
