import type { Calendar } from '../time/calendar';
import type { IntervalLength } from '../time/interval';
import type { Seconds } from '../types';

/** What formulas need of a bar; a volume that is not known is 0. */
export interface Row {
  readonly t: Seconds;
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
}

export type Values = Readonly<Record<string, number | string>>;

/** Where the bars of a series lie in time: what an indicator that restarts needs. */
export interface Timeline {
  readonly calendar: Calendar;
  readonly interval: IntervalLength;
}

/**
 * An indicator going from bar to bar: takes the next one and tells the outputs in order, NaN where
 * there is none. A bar that is not kept was only looked at: it is still forming.
 */
export type Run = (row: Row, isKept: boolean) => readonly number[];

/** A formula, equal to the server's. */
export interface Formula {
  readonly outputs: readonly string[];
  readonly defaults: Values;
  /** How many bars before one make its value right. */
  lead(values: Values): number;
  /** The time from which on bars are needed for a bar's value, where that is no number of bars. */
  since?(values: Values, timeline: Timeline, t: Seconds): Seconds;
  /** By how many bars outputs are drawn to the right of their bar. */
  shifts?(values: Values): Readonly<Record<string, number>>;
  /** Whether values count from the first bar read: two answers differ by a constant. */
  readonly isCumulative?: boolean;
  begin(values: Values, timeline: Timeline): Run;
}

/** A number among the values. */
export const whole = (values: Values, name: string): number => Number(values[name]);

/** The price of a bar that `source` names. */
export function priceOf(source: unknown): (row: Row) => number {
  switch (source) {
    case 'o':
    case 'open':
      return ({ o }) => o;
    case 'h':
    case 'high':
      return ({ h }) => h;
    case 'l':
    case 'low':
      return ({ l }) => l;
    case 'hl2':
      return ({ h, l }) => (h + l) / 2;
    case 'hlc3':
      return ({ h, l, c }) => (h + l + c) / 3;
    case 'ohlc4':
      return ({ o, h, l, c }) => (o + h + l + c) / 4;
    default:
      return ({ c }) => c;
  }
}

/** 100 * part / whole; 0 where the whole is 0, NaN where it is NaN. */
export function share(part: number, all: number): number {
  if (all > 0) return (100 * part) / all;
  return Number.isNaN(all) ? Number.NaN : 0;
}

/** How far each bar went, from the close before; the first has none. */
export function trueRange(): (row: Row, isKept: boolean) => number {
  let before = Number.NaN;
  return ({ h, l, c }, isKept) => {
    const range = Math.max(h, before) - Math.min(l, before);
    if (isKept) before = c;
    return range;
  };
}
