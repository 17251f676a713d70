import {
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesPrimitive,
  LineStyle,
  type SeriesType,
} from 'lightweight-charts';
import type { BarStore } from '../bars/store';
import type { Bar } from '../types';
import { isColouredByItem, type Kind, STYLES } from './kinds';
import { type PriceStyle, priceFormat } from './numbers';
import { type Dirty, type Items, Plot } from './plot';
import type { Colours } from './theme';

/** Of the range in sight: how far below the lowest close columns begin. */
const ROOM_BELOW = 0.15;

/** The series of prices in one kind of chart. Another kind is another `MainSeries`. */
export class MainSeries {
  readonly series: ISeriesApi<SeriesType>;
  private readonly plot: Plot;
  private readonly heikin: Bar[] = [];
  private lastPrice: IPriceLine | null = null;
  private nudge: () => void = () => undefined;

  constructor(
    chart: IChartApi,
    readonly kind: Kind,
    private readonly colour: Colours,
    style: PriceStyle,
  ) {
    const { definition, options } = STYLES[kind];
    this.series = chart.addSeries(
      definition,
      {
        ...options(colour),
        ...baseLine(colour),
        priceFormat: priceFormat(style),
        ...(kind === 'heikin' ? { lastValueVisible: false, priceLineVisible: false } : {}),
      },
      0,
    );
    this.plot = new Plot(chart, this.series);
    const primitive: ISeriesPrimitive = {
      attached: ({ requestUpdate }) => {
        this.nudge = requestUpdate;
      },
    };
    this.series.attachPrimitive(primitive);
  }

  draw(bars: BarStore, dirty: Dirty): void {
    if (dirty === null) return;
    if (this.kind === 'heikin') this.transform(bars, dirty);
    this.plot.draw(this.items(bars), dirty);
    if (this.kind === 'heikin') this.drawLastPrice(bars.last());
  }

  /** Has what is drawn from somewhere drawn from where it suits the prices in sight. */
  setBase(least: number, most: number): void {
    if (this.kind === 'baseline') {
      this.series.applyOptions({ baseValue: { type: 'price', price: (least + most) / 2 } });
    } else if (this.kind === 'columns') {
      this.series.applyOptions({ base: least - (most - least) * ROOM_BELOW });
    }
  }

  /** The close of Heikin Ashi is an average: the line of the last price is that of the real one. */
  private drawLastPrice(last: Bar | null): void {
    if (!last) return;
    const color = this.colour(last.c < last.o ? 'down' : 'up');
    const options = { price: last.c, color, lineWidth: 1, lineStyle: LineStyle.Dashed } as const;
    if (this.lastPrice) this.lastPrice.applyOptions(options);
    else this.lastPrice = this.series.createPriceLine(options);
  }

  /** Colours of the theme; `bars` are those drawn. */
  recolour(bars: BarStore): void {
    this.series.applyOptions({
      ...STYLES[this.kind].options(this.colour),
      ...baseLine(this.colour),
    });
    if (isColouredByItem(this.kind)) this.plot.draw(this.items(bars), 0);
  }

  setPriceStyle(style: PriceStyle): void {
    this.series.applyOptions({ priceFormat: priceFormat(style) });
  }

  clear(): void {
    this.plot.clear();
  }

  remove(): void {
    this.plot.remove();
  }

  /** Whether what changed is the last item drawn and what comes after it. */
  isTail(bars: BarStore, dirty: number): boolean {
    return this.plot.isTail(this.items(bars), dirty);
  }

  redraw(): void {
    this.nudge();
  }

  private items(bars: BarStore): Items {
    const { item } = STYLES[this.kind];
    const barAt =
      this.kind === 'heikin'
        ? (index: number) => this.heikin[index] ?? bars.at(index)
        : (index: number) => bars.at(index);
    return {
      length: bars.length,
      timeAt: (index) => bars.at(index).t,
      itemAt: (index) => item(barAt(index), index ? barAt(index - 1) : undefined, this.colour),
    };
  }

  private transform(bars: BarStore, from: number): void {
    this.heikin.length = Math.min(this.heikin.length, from);
    for (let index = this.heikin.length; index < bars.length; index++) {
      this.heikin.push(heikinAshi(bars.at(index), this.heikin[index - 1]));
    }
  }
}

/** The line at 0 % or 100, of scales that tell changes. */
const baseLine = (colour: Colours) => ({
  baseLineColor: colour('chart-border'),
  baseLineStyle: LineStyle.Solid,
});

/** The Heikin Ashi bar of a bar and the one before it. */
export function heikinAshi(bar: Bar, before: Bar | undefined): Bar {
  const close = (bar.o + bar.h + bar.l + bar.c) / 4;
  const open = before ? (before.o + before.c) / 2 : (bar.o + bar.c) / 2;
  return {
    ...bar,
    o: open,
    h: Math.max(bar.h, open, close),
    l: Math.min(bar.l, open, close),
    c: close,
  };
}
