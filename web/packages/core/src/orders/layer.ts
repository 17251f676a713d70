/**
 * Lines at prices that can be dragged: orders, positions, their exits, alerts. The layer shows what
 * it is given and says what somebody wants; it trades nothing.
 */

import { type IPriceLine, LineStyle } from 'lightweight-charts';
import type { Layer, LayerHost } from '../chart/layer';
import type { Stop } from '../types';
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
  private readonly buttons = new Map<string, HTMLButtonElement>();
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
    this.placeButtons();
  }

  private showOne(host: LayerHost, line: PriceLine): void {
    const isDragged = this.drag.current?.id === line.id;
    const options = {
      id: line.id,
      price: isDragged ? (this.drag.current?.price ?? line.price) : line.price,
      title: line.label,
      color: host.colour(COLOURS[line.kind]),
      lineStyle: line.kind === 'position' ? LineStyle.Solid : LineStyle.Dashed,
      lineWidth: 1 as const,
      axisLabelVisible: true,
    };
    const there = this.shown.get(line.id);
    if (there) there.applyOptions(options);
    else this.shown.set(line.id, host.series.createPriceLine(options));
    if (line.canMove || line.canClose) this.button(host, line);
  }

  private drop(id: string): void {
    const line = this.shown.get(id);
    if (line) this.host?.series.removePriceLine(line);
    this.shown.delete(id);
    this.buttons.get(id)?.remove();
    this.buttons.delete(id);
  }

  private place(id: string, price: number): void {
    this.shown.get(id)?.applyOptions({ price });
    this.placeButtons();
  }

  /** For the keyboard and for closing: a button at the line, which takes arrows too. */
  private button(host: LayerHost, line: PriceLine): void {
    let button = this.buttons.get(line.id);
    if (!button) {
      button = document.createElement('button');
      button.type = 'button';
      button.className = 'price-line-close';
      button.textContent = '×';
      button.addEventListener('click', () => {
        if (this.find(line.id)?.canClose) this.wish({ kind: 'closed', id: line.id });
      });
      button.addEventListener('keydown', (event) => {
        const tick = host.market ? 1 / host.market.price_scale : 1;
        if (!this.drag.key(line.id, event.key, tick, event.shiftKey)) return;
        event.preventDefault();
        event.stopPropagation();
      });
      host.element.append(button);
      this.buttons.set(line.id, button);
    }
    const moved = line.canMove ? ', arrows move it' : '';
    const closed = line.canClose ? ', Delete removes it' : '';
    button.setAttribute(
      'aria-label',
      `${line.label} at ${host.formatPrice(line.price)}${moved}${closed}`,
    );
    Object.assign(button.style, { position: 'absolute', zIndex: '5', right: '76px' });
  }

  private placeButtons(): void {
    for (const [id, button] of this.buttons) {
      const line = this.find(id);
      const current = this.drag.current?.id === id ? this.drag.current : line;
      const y = current ? (this.host?.yOf(current.price) ?? null) : null;
      const height = this.host?.chart.paneSize(0).height ?? 0;
      const isSeen = y !== null && y >= 0 && y <= height;
      button.hidden = !isSeen;
      if (isSeen) button.style.top = `${Math.round(y) - 10}px`;
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
    const moved = () => this.placeButtons();
    chart.timeScale().subscribeVisibleLogicalRangeChange(moved);
    chart.subscribeCrosshairMove(moved);
    this.stops.push(
      () => chart.timeScale().unsubscribeVisibleLogicalRangeChange(moved),
      () => chart.unsubscribeCrosshairMove(moved),
    );
  }

  private readonly down = (event: PointerEvent): void => {
    if (this.pointer !== null || event.button !== 0 || !event.isPrimary) return;
    if (event.target instanceof HTMLButtonElement) return;
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
