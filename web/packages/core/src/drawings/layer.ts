/** Drawings as a layer of a chart: painted with it, kept by symbol, and moved by pointers on it. */

import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  ISeriesPrimitiveAxisView,
} from 'lightweight-charts';
import type { Layer, LayerHost } from '../chart/layer';
import { newId } from '../id';
import type { Stop } from '../types';
import { type Canvas, Editor, type Touch } from './editor';
import type { Box, Point } from './geometry';
import type { Anchor, Drawing } from './model';
import { paint, paintHandles } from './paint';
import { isInSight, type Shape, shapesOf } from './shapes';
import { type KeyValues, keyOf, load, parse, save } from './storage';

const MOUSE_REACH_PX = 6;
const FINGER_REACH_PX = 16;

export interface DrawingOptions {
  /** Whose drawings are shown. */
  readonly symbol: () => string;
  readonly storage: KeyValues;
  readonly newId?: () => string;
}

export class DrawingLayer implements Layer {
  readonly editor: Editor;
  private host: LayerHost | null = null;
  private symbol = '';
  private stops: Stop[] = [];
  private pointer: number | null = null;
  private isLoading = false;
  private readonly primitive = new Primitive(this);

  constructor(private readonly options: DrawingOptions) {
    this.editor = new Editor(this.canvas, options.newId ?? newId);
    const { drawings, selected, hovered, tool, isHidden } = this.editor;
    for (const signal of [drawings, selected, hovered, tool, isHidden])
      signal.watch(() => this.redraw());
    drawings.watch(() => this.keep());
    tool.watch(() => this.point());
  }

  attach(host: LayerHost): void {
    this.host = host;
    host.series.attachPrimitive(this.primitive);
    const symbol = this.options.symbol();
    if (symbol !== this.symbol) this.turnTo(symbol);
    this.listen(host.element);
  }

  detach(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
    this.letGo(true);
    this.host?.series.detachPrimitive(this.primitive);
    this.host = null;
  }

  private turnTo(symbol: string): void {
    this.symbol = symbol;
    this.reset(load(this.options.storage, symbol));
  }

  private reset(drawings: readonly Drawing[]): void {
    this.isLoading = true;
    this.editor.reset(drawings);
    this.isLoading = false;
    this.redraw();
  }

  private keep(): void {
    if (!this.isLoading && this.symbol)
      save(this.options.storage, this.symbol, this.editor.drawings.get());
  }

  private redraw(): void {
    this.primitive.update();
    this.host?.redraw();
  }

  // Where things lie

  get box(): Box {
    return this.host?.chart.paneSize(0) ?? { width: 0, height: 0 };
  }

  readonly pointOf = (anchor: Anchor): Point | null => {
    const x = this.host?.xOf(anchor.time) ?? null;
    const y = this.host?.yOf(anchor.price) ?? null;
    return x === null || y === null ? null : { x, y };
  };

  private anchorAt(point: Point, magnet: boolean): Anchor | null {
    const host = this.host;
    const exact = host?.timeOf(point.x) ?? null;
    const price = host?.priceOf(point.y) ?? null;
    if (!host || exact === null || price === null) return null;
    const time = this.barTime(host, exact);
    const index = magnet ? host.bars.indexOf(time) : -1;
    if (index < 0) return { time, price: host.toTick(price) };
    const { o, h, l, c } = host.bars.at(index);
    const near = [o, h, l, c].reduce((best, each) =>
      Math.abs((host.yOf(each) ?? 0) - point.y) < Math.abs((host.yOf(best) ?? 0) - point.y)
        ? each
        : best,
    );
    return { time, price: near };
  }

  /** The time of the nearest bar; beyond the bars, the whole second. */
  private barTime({ bars }: LayerHost, time: number): number {
    const index = bars.floor(time);
    const before = index < 0 ? null : bars.at(index).t;
    const after = index + 1 < bars.length ? bars.at(index + 1).t : null;
    if (before === null || after === null) return Math.round(time);
    return time - before <= after - time ? before : after;
  }

  readonly shapesOf = (drawing: Drawing): readonly Shape[] => {
    const host = this.host;
    const points = drawing.anchors.map(this.pointOf).filter((point) => point !== null);
    if (!host || points.length < drawing.anchors.length) return [];
    return shapesOf(drawing.tool, {
      points,
      box: this.box,
      drawing,
      formatPrice: (price) => host.formatPrice(price),
      barsBetween: (from, to) => host.bars.floor(to) - host.bars.floor(from),
    });
  };

  private readonly canvas: Canvas = ((layer: DrawingLayer) => ({
    get box() {
      return layer.box;
    },
    pointOf: (anchor: Anchor) => layer.pointOf(anchor),
    anchorAt: (point: Point, magnet: boolean) => layer.anchorAt(point, magnet),
    shapesOf: (drawing: Drawing) => layer.shapesOf(drawing),
  }))(this);

  // The pointer: ours before it is the chart's

  private listen(element: HTMLElement): void {
    const on = <Kind extends keyof HTMLElementEventMap>(
      kind: Kind,
      listener: (event: HTMLElementEventMap[Kind]) => void,
    ) => {
      element.addEventListener(kind, listener, { capture: true });
      this.stops.push(() => element.removeEventListener(kind, listener, { capture: true }));
    };
    on('pointerdown', this.down);
    on('pointermove', this.move);
    on('pointerup', this.up);
    on('pointercancel', () => this.letGo(true));
    on('pointerleave', () => this.editor.hovered.set(null));
    on('dblclick', this.write);
    const told = (event: StorageEvent) => {
      if (event.key === keyOf(this.symbol)) this.reset(parse(event.newValue));
    };
    window.addEventListener('storage', told);
    this.stops.push(() => window.removeEventListener('storage', told));
  }

  private readonly down = (event: PointerEvent): void => {
    if (this.pointer !== null && this.pointer !== event.pointerId) {
      // A second finger: the chart's, to zoom.
      this.letGo(true);
      return;
    }
    const touch = event.isPrimary && event.button === 0 ? this.touch(event) : null;
    if (!touch || !this.editor.down(touch)) return;
    this.pointer = event.pointerId;
    this.hold();
    this.redraw();
  };

  private readonly move = (event: PointerEvent): void => {
    if (this.pointer !== null && this.pointer !== event.pointerId) return;
    const touch = this.touch(event, this.pointer !== null);
    if (!touch) return;
    if (this.editor.move(touch)) this.redraw();
    this.point();
  };

  private readonly up = (event: PointerEvent): void => {
    if (this.pointer !== event.pointerId) return;
    const touch = this.touch(event, true);
    if (touch) this.editor.up(touch);
    this.letGo(false);
    this.redraw();
  };

  private readonly write = (event: MouseEvent): void => {
    const touch = this.touch(event);
    const found = touch && this.editor.find(this.editor.hit(touch)?.id ?? null);
    if (found?.tool !== 'text' || found.isLocked) return;
    event.stopPropagation();
    this.editor.writing.set(found.id);
  };

  /** Where an event lies in the pane of prices; null if it lies elsewhere and must not. */
  private touch(event: MouseEvent, anywhere = false): Touch | null {
    const element = this.host?.element;
    if (!element) return null;
    const { left, top } = element.getBoundingClientRect();
    const point = { x: event.clientX - left, y: event.clientY - top };
    const { width, height } = this.box;
    const isInside = point.x >= 0 && point.y >= 0 && point.x <= width && point.y <= height;
    if (!isInside && !anywhere) return null;
    const isFinger = 'pointerType' in event && event.pointerType === 'touch';
    return {
      point,
      reach: isFinger ? FINGER_REACH_PX : MOUSE_REACH_PX,
      isStraight: event.shiftKey,
    };
  }

  private release: (() => void) | null = null;

  private hold(): void {
    this.release ??= this.host?.holdStill() ?? null;
  }

  private letGo(isCancelled: boolean): void {
    if (isCancelled && this.pointer !== null) this.editor.cancel();
    this.pointer = null;
    this.release?.();
    this.release = null;
  }

  /** Shows by the cursor what a press would do. */
  private point(): void {
    const element = this.host?.element;
    if (!element) return;
    const { tool, hovered } = this.editor;
    const cursor = tool.get() ? 'crosshair' : hovered.get() ? 'pointer' : '';
    if (element.style.cursor !== cursor) element.style.cursor = cursor;
  }

  // What is painted

  render(pen: CanvasRenderingContext2D): void {
    const host = this.host;
    if (!host) return;
    const { selected, hovered } = this.editor;
    for (const drawing of this.editor.shown()) {
      const shapes = this.shapesOf(drawing).filter((shape) => isInSight(shape, this.box));
      const isSelected = drawing.id === selected.get();
      const look = this.look(host, drawing, isSelected || drawing.id === hovered.get());
      if (shapes.length) paint(pen, shapes, drawing, look);
      if (isSelected && !drawing.isLocked)
        paintHandles(
          pen,
          drawing.anchors.map(this.pointOf).filter((p) => p !== null),
          look,
        );
    }
  }

  private look(host: LayerHost, { style }: Drawing, isMarked: boolean) {
    return {
      colour: colourOf(host, style.colour),
      background: host.colour('chart-background'),
      font: host.colour('chart-font'),
      isMarked,
    };
  }

  /** Prices that are told at the scale: of horizontal lines, and of what is selected. */
  labels(): readonly ISeriesPrimitiveAxisView[] {
    const host = this.host;
    if (!host) return [];
    return this.editor
      .shown()
      .filter(({ tool, id }) => tool === 'horizontal' || id === this.editor.selected.get())
      .flatMap(({ anchors, style }) =>
        anchors.map(({ price }) => ({
          coordinate: () => host.yOf(price) ?? -100,
          text: () => host.formatPrice(price),
          textColor: () => host.colour('chart-background'),
          backColor: () => colourOf(host, style.colour),
        })),
      );
  }
}

function colourOf(host: LayerHost, colour: string): string {
  return colour.startsWith('#') ? colour : host.colour(colour);
}

/** What the chart library asks to be painted. */
class Primitive implements ISeriesPrimitive {
  private readonly views: readonly IPrimitivePaneView[];
  private labels: readonly ISeriesPrimitiveAxisView[] = [];

  constructor(private readonly layer: DrawingLayer) {
    const renderer: IPrimitivePaneRenderer = {
      draw: (target) => target.useMediaCoordinateSpace(({ context }) => layer.render(context)),
    };
    this.views = [{ renderer: () => renderer, zOrder: () => 'top' }];
  }

  update(): void {
    this.labels = this.layer.labels();
  }

  updateAllViews(): void {
    this.update();
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views;
  }

  priceAxisViews(): readonly ISeriesPrimitiveAxisView[] {
    return this.labels;
  }
}
