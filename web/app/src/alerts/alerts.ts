/** Alerts at prices: what they are, when they go off, and how they are kept. Pure but for the store. */

import type { Bar } from '@chandlery/chart-core';
import { type Kept, kept } from '../layout/kept';

export interface Alert {
  readonly id: string;
  readonly symbol: string;
  readonly price: number;
  readonly note: string;
  /** When it went off, in milliseconds since 1970; null while it waits. */
  readonly wentOff: number | null;
}

export const MOST_ALERTS = 100;

/** How far prices went since the last look, from what is known of the newest bar then and now. */
export function reach(before: Bar, now: Bar): { low: number; high: number } {
  const isSame = before.t === now.t;
  const highs = [before.c, now.c];
  const lows = [before.c, now.c];
  if (!isSame || now.h > before.h) highs.push(now.h);
  if (!isSame || now.l < before.l) lows.push(now.l);
  return { low: Math.min(...lows), high: Math.max(...highs) };
}

/** The waiting alerts of a market whose price was reached between two looks. */
export function reached(
  alerts: readonly Alert[],
  symbol: string,
  before: Bar,
  now: Bar,
): readonly Alert[] {
  const { low, high } = reach(before, now);
  return alerts.filter(
    (alert) =>
      alert.symbol === symbol &&
      alert.wentOff === null &&
      alert.price >= low &&
      alert.price <= high &&
      // One that was set at the very price waits for the next visit.
      alert.price !== before.c,
  );
}

export const keptAlerts: Kept<readonly Alert[]> = kept('alerts', [], alertsOf);

function alertsOf(found: unknown): Alert[] | null {
  return Array.isArray(found) ? found.filter(isAlert).slice(0, MOST_ALERTS) : null;
}

function isAlert(found: unknown): found is Alert {
  const told = found as Partial<Alert> | null;
  return (
    typeof told?.id === 'string' &&
    typeof told.symbol === 'string' &&
    typeof told.note === 'string' &&
    Number.isFinite(told.price) &&
    (told.wentOff === null || Number.isFinite(told.wentOff))
  );
}
