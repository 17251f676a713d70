import type { ISeriesPrimitive, ISeriesPrimitiveAxisView, Time } from 'lightweight-charts';
import type { Layer, LayerHost } from './layer';
import { roundTicks } from './numbers';

/** The library marks no prices on an axis whose marks would be closer than this. */
const LEAST_SPAN = 1e-13;
const PIXELS_A_TICK = 48;

/** Marks the axis where prices are too small for the library's own marks: below about 1e-12. */
export class TinyTicks implements Layer {
  private host: LayerHost | null = null;
  private readonly primitive: ISeriesPrimitive<Time> = { priceAxisViews: () => this.views() };

  attach(host: LayerHost): void {
    this.host = host;
    host.series.attachPrimitive(this.primitive);
  }

  detach(): void {
    this.host?.series.detachPrimitive(this.primitive);
    this.host = null;
  }

  private views(): readonly ISeriesPrimitiveAxisView[] {
    const { host } = this;
    const last = host?.bars.last();
    if (!host || !last || last.c > LEAST_SPAN * 1_000) return [];
    const range = host.series.priceScale().getVisibleRange();
    const height = host.series.getPane().getHeight();
    if (!range || range.to - range.from > LEAST_SPAN * 10) return [];
    const ticks = roundTicks(range.from, range.to, Math.floor(height / PIXELS_A_TICK));
    return ticks.map((price) => this.view(host, price));
  }

  private view(host: LayerHost, price: number): ISeriesPrimitiveAxisView {
    return {
      coordinate: () => host.yOf(price) ?? -1,
      text: () => host.formatPrice(price),
      textColor: () => host.colour('chart-text'),
      backColor: () => host.colour('chart-background'),
      tickVisible: () => false,
    };
  }
}
