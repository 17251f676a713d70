/**
 * Lines at prices that can be dragged: orders, positions, their exits, alerts. The layer shows what
 * it is given and says what somebody wants; it trades nothing.
 */

import { type IPriceLine, type ISeriesPrimitive, LineStyle } from 'lightweight-charts';
import type { Layer, LayerHost } from '../chart/layer';
import { scaleOf } from '../chart/numbers';
import type { Stop } from '../types';
import { Chip } from './chip';
import { LineDrag } from './drag';
import type { LineKind, PriceLine, Wish } from './line';
import { LinePointers } from './pointers';

const COLOURS: Readonly<Record<LineKind, string>> = {
  order: 'accent',
  position: 'series-8',
  takeProfit: 'up',
  stopLoss: 'down',
  alert: 'series-2',
};

export class PriceLineLayer implements Layer {
  private lines: readonly PriceLine[] = [];
  private readonly shown = new Map<string, IPriceLine>();
  private readonly chips = new Map<string, Chip>();
  private readonly drag: LineDrag;
  private host: LayerHost | null = null;
  private stops: Stop[] = [];
  /** What the theme was when the lines were shown. */
  private background = '';
  /** The chips follow whenever the chart is drawn, also when prices alone move the scale. */
  private readonly primitive: ISeriesPrimitive = { updateAllViews: () => this.follow() };

  constructor(private readonly wish: Wish) {
    const heights = {
      yOf: (price: number) => this.host?.yOf(price) ?? null,
      priceOf: (y: number) => this.host?.priceOf(y) ?? null,
      toTick: (price: number) => this.host?.toTick(price) ?? price,
    };
    this.drag = new LineDrag(
      heights,
      () => this.lines,
      (intent) => {
        if (intent.kind === 'moving') this.place(intent.id, intent.price);
        this.wish(intent);
      },
    );
  }

  /** Shows these lines and no others. */
  set(lines: readonly PriceLine[]): void {
    this.lines = lines;
    this.show();
  }

  attach(host: LayerHost): void {
    this.host = host;
    this.show();
    host.series.attachPrimitive(this.primitive);
    const isButton = (target: EventTarget | null) =>
      [...this.chips.values()].some((chip) => chip.isPressed(target));
    const pointers = new LinePointers(host, this.drag, isButton, () => this.show());
    this.stops = [() => pointers.stop(), () => host.series.detachPrimitive(this.primitive)];
  }

  detach(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
    for (const id of [...this.shown.keys()]) this.drop(id);
    this.host = null;
  }

  private follow(): void {
    this.placeChips();
    // Another theme; the library is at work just now, and must not be told of it before it is done.
    if (this.host?.colour('chart-background') !== this.background)
      queueMicrotask(() => this.show());
  }

  private show(): void {
    const host = this.host;
    if (!host) return;
    this.background = host.colour('chart-background');
    const wanted = new Map(this.lines.map((line) => [line.id, line]));
    for (const id of [...this.shown.keys()]) if (!wanted.has(id)) this.drop(id);
    for (const line of this.lines) this.showOne(host, line);
    this.placeChips();
  }

  private showOne(host: LayerHost, line: PriceLine): void {
    const isDragged = this.drag.current?.id === line.id;
    const options = {
      id: line.id,
      price: isDragged ? (this.drag.current?.price ?? line.price) : line.price,
      color: host.colour(COLOURS[line.kind]),
      lineStyle: line.kind === 'position' ? LineStyle.Solid : LineStyle.Dashed,
      lineWidth: 1 as const,
      axisLabelVisible: true,
    };
    const there = this.shown.get(line.id);
    if (there) there.applyOptions(options);
    else this.shown.set(line.id, host.series.createPriceLine(options));
    this.chipOf(host, line).show(line, {
      colour: options.color,
      background: this.background,
      ink: host.colour('chart-text'),
      font: host.colour('chart-font'),
      priceText: host.formatPrice(line.price),
    });
  }

  private drop(id: string): void {
    const line = this.shown.get(id);
    if (line) this.host?.series.removePriceLine(line);
    this.shown.delete(id);
    this.chips.get(id)?.element.remove();
    this.chips.delete(id);
  }

  private place(id: string, price: number): void {
    this.shown.get(id)?.applyOptions({ price });
    this.placeChips();
  }

  private chipOf(host: LayerHost, { id }: PriceLine): Chip {
    const there = this.chips.get(id);
    if (there) return there;
    const chip = new Chip({
      key: (key, shift) => this.drag.key(id, key, 1 / scaleOf(host.market), shift),
      confirm: () => this.drag.confirm(id),
      close: () => this.drag.close(id),
    });
    host.element.append(chip.element);
    this.chips.set(id, chip);
    return chip;
  }

  private placeChips(): void {
    const { host } = this;
    if (!host || this.chips.size === 0) return;
    const { height } = host.chart.paneSize(0);
    const scaleWidth = host.chart.priceScale('right', 0).width();
    for (const [id, chip] of this.chips) {
      const line = this.drag.current?.id === id ? this.drag.current : this.find(id);
      const y = line ? host.yOf(line.price) : null;
      chip.place(y !== null && y >= 0 && y <= height ? y : null, scaleWidth);
    }
  }

  private find(id: string): PriceLine | undefined {
    return this.lines.find((line) => line.id === id);
  }
}
