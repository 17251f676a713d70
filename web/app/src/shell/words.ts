/** What things are called. */

import { type Kind, labelOf, parseInterval, printInterval } from '@chandlery/chart-core';
import type { IconName } from '../ui/Icon';

export const KIND_NAMES: Readonly<Record<Kind, readonly [IconName, string]>> = {
  candles: ['candles', 'Candles'],
  hollow: ['hollow', 'Hollow candles'],
  heikin: ['heikin', 'Heikin Ashi'],
  bars: ['bars', 'Bars'],
  line: ['line', 'Line'],
  area: ['area', 'Area'],
  baseline: ['baseline', 'Baseline'],
  columns: ['columns', 'Columns'],
};

export const MODE_NAMES = {
  normal: 'Regular',
  log: 'Logarithmic',
  percent: 'Percent',
  indexed: 'Indexed to 100',
} as const;

/** `5m` as `5 minutes`. */
export function intervalName(interval: string): string {
  const length = parseInterval(interval);
  return length ? labelOf(length) : interval;
}

/** `1d` as `1D`: how the bar of intervals prints them. */
export function intervalShort(interval: string): string {
  return interval.replace(/[dw]$/, (unit) => unit.toUpperCase());
}

/** What somebody typed as an interval (`15`, `1h`, `1D`, `d`), or empty if it is none. */
export function intervalOf(typed: string): string {
  const text = typed.replace(/\s/g, '');
  const length = parseInterval(/^[a-z]/i.test(text) ? `1${text}` : text);
  return length ? printInterval(length) : '';
}

export const SOURCE_NAMES: Readonly<Record<string, string>> = {
  o: 'Open',
  h: 'High',
  l: 'Low',
  c: 'Close',
  hl2: '(H + L) / 2',
  hlc3: '(H + L + C) / 3',
  ohlc4: '(O + H + L + C) / 4',
};
