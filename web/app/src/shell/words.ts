/** What things are called. */

import type { Kind } from '@chandlery/chart-core';
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

const UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  M: 'month',
};

/** `5m` as `5 minutes`. */
export function intervalName(interval: string): string {
  const [, count = '', unit = ''] = /^(\d+)([smhdwM])$/.exec(interval) ?? [];
  const name = UNITS[unit];
  if (!name) return interval;
  return `${count} ${name}${count === '1' ? '' : 's'}`;
}

/** `1d` as `1D`: how the bar of intervals prints them. */
export function intervalShort(interval: string): string {
  return interval.replace(/[dw]$/, (unit) => unit.toUpperCase());
}

const SPELLINGS: Readonly<Record<string, string>> = { D: 'd', W: 'w', H: 'h', S: 's', '': 'm' };

/** What somebody typed as an interval (`15`, `1h`, `1D`, `60`), or empty if it is none. */
export function intervalOf(typed: string): string {
  const [, count = '', unit = ''] = /^(\d{0,4})\s*([smhdwMSHDW]?)$/.exec(typed.trim()) ?? [];
  if (!count && !unit) return '';
  const number = Number(count || 1);
  if (number < 1) return '';
  const small = SPELLINGS[unit] ?? unit;
  if (small === 'm' && number % 60 === 0 && number < 1440) return `${number / 60}h`;
  return `${number}${small}`;
}

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  M: 2_629_746,
};

/** About how long a bar is; to sort intervals, never to compute times. */
export function intervalLength(interval: string): number {
  const [, count = '0', unit = 's'] = /^(\d+)([smhdwM])$/.exec(interval) ?? [];
  return Number(count) * (SECONDS[unit] ?? 0);
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
