/**
 * Lines at prices that can be dragged: orders, positions, their exits, alerts. The layer shows what
 * it is given and says what somebody wants; it trades nothing.
 */

import { type IPriceLine, LineStyle } from 'lightweight-charts';
import type { Layer, LayerHost } from '../chart/layer';
import type { Stop } from '../types';
import { Chip } from './chip';
import { FINGER_REACH_PX, LineDrag, MOUSE_REACH_PX } from './drag';
import type { LineKind, PriceLine, Wish } from './line';

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
  private pointer: number | null = null;
  private release: (() => void) | null = null;

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
    this.listen(host);
  }

  detach(): void {
    this.letGo();
    for (const stop of this.stops) stop();
    this.stops = [];
    for (const id of [...this.shown.keys()]) this.drop(id);
    this.host = null;
  }

  private show(): void {
    const host = this.host;
    if (!host) return;
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
      ink: host.colour('chart-background'),
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
      key: (key, shift) =>
        this.drag.key(id, key, host.market ? 1 / host.market.price_scale : 1, shift),
      close: () => {
        if (this.find(id)?.canClose) this.wish({ kind: 'closed', id });
      },
    });
    host.element.append(chip.element);
    this.chips.set(id, chip);
    return chip;
  }

  private placeChips(): void {
    const { width = 0, height = 0 } = this.host?.chart.paneSize(0) ?? {};
    const scaleWidth = (this.host?.element.clientWidth ?? 0) - width;
    for (const [id, chip] of this.chips) {
      const current = this.drag.current?.id === id ? this.drag.current : this.find(id);
      const y = current ? (this.host?.yOf(current.price) ?? null) : null;
      chip.place(y !== null && y >= 0 && y <= height ? y : null, scaleWidth);
    }
  }

  private find(id: string): PriceLine | undefined {
    return this.lines.find((line) => line.id === id);
  }

  private listen(host: LayerHost): void {
    const { element, chart } = host;
    const on = <Kind extends keyof HTMLElementEventMap>(
      kind: Kind,
      listener: (event: HTMLElementEventMap[Kind]) => void,
    ) => {
      element.addEventListener(kind, listener, { capture: true });
      this.stops.push(() => element.removeEventListener(kind, listener, { capture: true }));
    };
    on('pointerdown', this.down);
    on('pointermove', this.move);
    on('pointerup', (event) => {
      if (event.pointerId !== this.pointer) return;
      this.drag.up();
      this.letGo();
      this.show();
    });
    on('pointercancel', () => this.giveUp());
    const moved = () => this.placeChips();
    chart.timeScale().subscribeVisibleLogicalRangeChange(moved);
    chart.subscribeCrosshairMove(moved);
    this.stops.push(
      () => chart.timeScale().unsubscribeVisibleLogicalRangeChange(moved),
      () => chart.unsubscribeCrosshairMove(moved),
    );
  }

  private readonly down = (event: PointerEvent): void => {
    if (this.pointer !== null || event.button !== 0 || !event.isPrimary) return;
    const { target } = event;
    if ([...this.chips.values()].some((chip) => chip.isClosing(target))) return;
    const reach = event.pointerType === 'touch' ? FINGER_REACH_PX : MOUSE_REACH_PX;
    if (!this.drag.down(this.heightOf(event), reach)) return;
    this.pointer = event.pointerId;
    this.release = this.host?.holdStill() ?? null;
    // Lines of orders come before drawings that lie below them.
    event.stopImmediatePropagation();
  };

  private readonly move = (event: PointerEvent): void => {
    if (this.pointer === event.pointerId) {
      this.drag.move(this.heightOf(event));
      event.stopImmediatePropagation();
      return;
    }
    const element = this.host?.element;
    if (!element || event.pointerType === 'touch') return;
    const line = this.drag.near(this.heightOf(event), MOUSE_REACH_PX);
    const cursor = line?.canMove ? 'ns-resize' : '';
    if (cursor || element.style.cursor === 'ns-resize') element.style.cursor = cursor;
  };

  private heightOf(event: PointerEvent): number {
    return event.clientY - (this.host?.element.getBoundingClientRect().top ?? 0);
  }

  private giveUp(): void {
    if (this.pointer === null) return;
    this.drag.cancel();
    this.letGo();
    this.show();
  }

  private letGo(): void {
    this.drag.cancel();
    this.pointer = null;
    this.release?.();
    this.release = null;
  }
}
