/** The kinds of chart: which series of the library draws one, in which colours, and a bar as its item. */

import {
  AreaSeries,
  type BarData,
  BarSeries,
  BaselineSeries,
  type CandlestickData,
  CandlestickSeries,
  HistogramSeries,
  LineSeries,
  type SeriesDefinition,
  type SeriesPartialOptionsMap,
  type SeriesType,
  type SingleValueData,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { Bar } from '../types';
import { type Colours, faded } from './theme';

export const KINDS = [
  'candles',
  'hollow',
  'heikin',
  'bars',
  'line',
  'area',
  'baseline',
  'columns',
] as const;

export type Kind = (typeof KINDS)[number];

export type Item = CandlestickData | BarData | SingleValueData;

/** How a kind is drawn. Times are UTC seconds. */
export interface Style {
  readonly definition: SeriesDefinition<SeriesType>;
  options(colour: Colours): SeriesPartialOptionsMap[SeriesType];
  /** The item of a bar; `before` is the bar in front of it. */
  item(bar: Bar, before: Bar | undefined, colour: Colours): Item;
}

const time = (bar: Bar): UTCTimestamp => bar.t as number as UTCTimestamp;

const whole = (bar: Bar) => ({
  time: time(bar),
  open: bar.o,
  high: bar.h,
  low: bar.l,
  close: bar.c,
});

const closing = (bar: Bar) => ({ time: time(bar), value: bar.c });

const candleColours = (colour: Colours) => ({
  upColor: colour('up'),
  downColor: colour('down'),
  borderUpColor: colour('up'),
  borderDownColor: colour('down'),
  wickUpColor: colour('up'),
  wickDownColor: colour('down'),
});

const candles: Style = {
  definition: CandlestickSeries,
  options: candleColours,
  item: whole,
};

/** Hollow where a bar closed above its own open; the colour tells whether it closed above the bar before. */
const hollow: Style = {
  definition: CandlestickSeries,
  options: candleColours,
  item(bar, before, colour) {
    const side = colour(bar.c >= (before?.c ?? bar.o) ? 'up' : 'down');
    const body = bar.c > bar.o ? 'rgba(0, 0, 0, 0)' : side;
    return { ...whole(bar), color: body, borderColor: side, wickColor: side };
  },
};

const bars: Style = {
  definition: BarSeries,
  options: (colour) => ({ upColor: colour('up'), downColor: colour('down'), thinBars: true }),
  item: whole,
};

const line: Style = {
  definition: LineSeries,
  options: (colour) => ({ color: colour('accent'), lineWidth: 2 }),
  item: closing,
};

const area: Style = {
  definition: AreaSeries,
  options: (colour) => ({
    lineColor: colour('accent'),
    lineWidth: 2,
    topColor: faded(colour('accent'), 0.32),
    bottomColor: faded(colour('accent'), 0.02),
  }),
  item: closing,
};

const baseline: Style = {
  definition: BaselineSeries,
  options: (colour) => ({
    lineWidth: 2,
    topLineColor: colour('up'),
    topFillColor1: faded(colour('up'), 0.28),
    topFillColor2: faded(colour('up'), 0.04),
    bottomLineColor: colour('down'),
    bottomFillColor1: faded(colour('down'), 0.04),
    bottomFillColor2: faded(colour('down'), 0.28),
  }),
  item: closing,
};

const columns: Style = {
  definition: HistogramSeries,
  options: (colour) => ({ color: colour('up') }),
  item: (bar, before, colour) => ({
    ...closing(bar),
    color: colour(bar.c >= (before?.c ?? bar.o) ? 'up' : 'down'),
  }),
};

export const STYLES: Readonly<Record<Kind, Style>> = {
  candles,
  hollow,
  heikin: candles,
  bars,
  line,
  area,
  baseline,
  columns,
};

/** Whether the items of a kind have colours of their own, and are made anew when the theme changes. */
export function isColouredByItem(kind: Kind): boolean {
  return kind === 'hollow' || kind === 'columns';
}

/** Whether a kind is drawn from a price up and down, which is chosen by what is in sight. */
export function hasBase(kind: Kind): boolean {
  return kind === 'baseline' || kind === 'columns';
}
