/** Stretches of time that are shown at once, each at an interval that suits it. */

import type { Desk } from '../desk';

export interface Span {
  readonly name: string;
  readonly title: string;
  readonly interval: string;
  /** Seconds before now; of the running year and of everything there are none. */
  readonly seconds: number | 'year' | 'all';
}

const DAY = 86_400;

export const SPANS: readonly Span[] = [
  { name: '1D', title: 'One day in bars of 1 minute', interval: '1m', seconds: DAY },
  { name: '5D', title: 'Five days in bars of 5 minutes', interval: '5m', seconds: 5 * DAY },
  { name: '1M', title: 'One month in bars of 30 minutes', interval: '30m', seconds: 30 * DAY },
  { name: '3M', title: 'Three months in bars of 1 hour', interval: '1h', seconds: 91 * DAY },
  { name: '6M', title: 'Six months in bars of 2 hours', interval: '2h', seconds: 182 * DAY },
  { name: 'YTD', title: 'This year in bars of 1 day', interval: '1d', seconds: 'year' },
  { name: '1Y', title: 'One year in bars of 1 day', interval: '1d', seconds: 365 * DAY },
  { name: '5Y', title: 'Five years in bars of 1 week', interval: '1w', seconds: 1826 * DAY },
  { name: 'All', title: 'Everything in bars of 1 month', interval: '1M', seconds: 'all' },
];

/** Where a span begins, seen at a time. */
export function spanStart(span: Span, now: number): number {
  if (span.seconds === 'all') return 0;
  if (span.seconds !== 'year') return now - span.seconds;
  return Date.UTC(new Date(now * 1000).getUTCFullYear(), 0, 1) / 1000;
}

export function showSpan(desk: Desk, span: Span): void {
  const now = Math.floor(Date.now() / 1000);
  const from = spanStart(span, now);
  desk.change({ interval: span.interval, range: { from, to: now } });
  desk.arrived.set(desk.arrived.get() + 1);
}
