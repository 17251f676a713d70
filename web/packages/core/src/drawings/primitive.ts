/** Drawings as the chart library has them painted: over the bars, and as labels of both scales. */

import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  ISeriesPrimitiveAxisView,
  Time,
} from 'lightweight-charts';
import type { LayerHost } from '../chart/layer';
import type { Editor } from './editor';
import type { Point } from './geometry';
import type { Anchor, Drawing } from './model';
import { type Look, paint, paintHandles } from './paint';
import type { HostCanvas } from './place';
import { isInSight } from './shape';
import { handlesOf } from './tools';

type Labels = readonly ISeriesPrimitiveAxisView[];

export class DrawingPrimitive implements ISeriesPrimitive {
  private readonly views: readonly IPrimitivePaneView[];
  private prices: Labels = [];
  private times: Labels = [];

  constructor(
    private readonly host: LayerHost,
    private readonly editor: Editor,
    private readonly canvas: HostCanvas,
  ) {
    const renderer: IPrimitivePaneRenderer = {
      draw: (target) =>
        target.useBitmapCoordinateSpace(
          ({ context, horizontalPixelRatio: x, verticalPixelRatio: y }) => {
            context.save();
            context.scale(x, y);
            this.render(context, { x, y });
            context.restore();
          },
        ),
    };
    this.views = [{ renderer: () => renderer, zOrder: () => 'top' }];
  }

  updateAllViews(): void {
    const { host } = this;
    const format = host.chart.options().localization.timeFormatter ?? String;
    const told = this.editor.shown();
    this.prices = told.filter(this.tellsPrice).flatMap((drawing) =>
      this.labels(
        drawing,
        ({ price }) => host.yOf(price),
        ({ price }) => host.formatPrice(price),
      ),
    );
    this.times = told.filter(this.tellsTime).flatMap((drawing) =>
      this.labels(
        drawing,
        ({ time }) => host.xOf(time),
        ({ time }) => format(time as Time),
      ),
    );
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views;
  }

  priceAxisViews(): Labels {
    return this.prices;
  }

  timeAxisViews(): Labels {
    return this.times;
  }

  private readonly isSelected = ({ id }: Drawing): boolean => id === this.editor.selected.get();
  private readonly tellsPrice = (drawing: Drawing): boolean =>
    drawing.tool.startsWith('horizontal') ||
    (drawing.tool !== 'vertical' && this.isSelected(drawing));
  private readonly tellsTime = (drawing: Drawing): boolean =>
    drawing.tool === 'vertical' || (drawing.tool !== 'horizontal' && this.isSelected(drawing));

  private labels(
    drawing: Drawing,
    placeOf: (anchor: Anchor) => number | null,
    textOf: (anchor: Anchor) => string,
  ): Labels {
    return drawing.anchors.flatMap((anchor) => {
      const place = placeOf(anchor);
      if (place === null) return [];
      return {
        coordinate: () => place,
        text: () => textOf(anchor),
        textColor: () => this.host.colour('chart-background'),
        backColor: () => this.colourOf(drawing),
      };
    });
  }

  private render(pen: CanvasRenderingContext2D, ratio: Point): void {
    const { canvas, editor } = this;
    const { box } = canvas;
    for (const drawing of editor.shown()) {
      const shapes = canvas.shapesOf(drawing).filter((shape) => isInSight(shape, box));
      if (shapes.length === 0) continue;
      const isSelected = this.isSelected(drawing);
      const isMarked = isSelected || drawing.id === editor.hovered.get();
      const look = this.look(drawing, isMarked, ratio);
      paint(pen, shapes, drawing, look);
      if (isSelected && !drawing.isLocked)
        paintHandles(pen, handlesOf(drawing.tool, canvas.points(drawing)), look);
    }
  }

  private look(drawing: Drawing, isMarked: boolean, ratio: Point): Look {
    return {
      colour: this.colourOf(drawing),
      background: this.host.colour('chart-background'),
      font: this.host.colour('chart-font'),
      isMarked,
      ratio,
    };
  }

  private colourOf({ tool, anchors, style: { colour } }: Drawing): string {
    const [from, to] = anchors;
    if (tool === 'measure' && from && to)
      return this.host.colour(to.price < from.price ? 'down' : 'accent');
    return colour.startsWith('#') ? colour : this.host.colour(colour);
  }
}
