/** A chart of 800 x 400: a bar is a pixel and 60 seconds, and so is a unit of price; prices grow upwards. */

import type { Point } from '../../src/drawings/geometry';
import type { Anchor, Drawing } from '../../src/drawings/model';
import type { Canvas } from '../../src/drawings/moves';
import { shapesOf } from '../../src/drawings/tools';

export const START = 1_700_000_040;

export class PlainCanvas implements Canvas {
  box = { width: 800, height: 400 };
  barWidth = 1;
  /** Seconds a pixel. */
  zoom = 60;
  tick = 0;
  magnets = 0;

  pointOf = (anchor: Anchor): Point => ({
    x: (anchor.time - START) / this.zoom,
    y: this.yOf(anchor.price),
  });

  yOf = (price: number): number => this.box.height - price;

  anchorAt = (point: Point, magnet: boolean): Anchor => {
    if (magnet) this.magnets += 1;
    return { time: START + point.x * this.zoom, price: this.toTick(this.box.height - point.y) };
  };

  shifted = ({ time, price }: Anchor, bars: number, down: number): Anchor => ({
    time: time + bars * this.barWidth * this.zoom,
    price: this.toTick(price - down),
  });

  shapesOf = (drawing: Drawing) =>
    shapesOf(drawing.tool, {
      points: drawing.anchors.map(this.pointOf),
      box: this.box,
      drawing,
      formatPrice: String,
      yOf: this.yOf,
      barsBetween: (from, to) => (to - from) / 60,
    });

  private toTick(price: number): number {
    return this.tick ? Math.round(price / this.tick) * this.tick : price;
  }
}
