/** Alerts at prices: what they are, which of them a move reached, and how they are kept. Pure but for the store. */

import { formatPrice } from '@chandlery/chart-core';
import { type Kept, kept } from '../layout/kept';
import type { Move } from './track';

export interface Alert {
  readonly id: string;
  readonly symbol: string;
  readonly price: number;
  readonly note: string;
  /** Since when it waits at this price, in milliseconds since 1970: what was before does not count. */
  readonly since: number;
  /** When it went off, in milliseconds since 1970; null while it waits. */
  readonly wentOff: number | null;
}

export const MOST_ALERTS = 100;
const MOST_DECIMALS = 24;

/** The waiting alerts of a market whose price was reached by any of its moves. */
export function reached(
  alerts: readonly Alert[],
  symbol: string,
  moves: readonly Move[],
): readonly Alert[] {
  return alerts.filter(
    (alert) =>
      alert.symbol === symbol &&
      alert.wentOff === null &&
      moves.some((move) => isReached(alert, move)),
  );
}

const isReached = ({ price, since }: Alert, { low, high, from, untilMs }: Move): boolean =>
  price >= low &&
  price <= high &&
  since < untilMs &&
  // One that was set at the very price waits for the next visit.
  price !== from;

/** So many places after the point as the price has. */
function decimalsOf(price: number): number {
  const [digits = '', exponent = '0'] = String(price).split('e');
  const places = (digits.split('.')[1]?.length ?? 0) - Number(exponent);
  return Math.min(MOST_DECIMALS, Math.max(0, places));
}

/** A price as the axis writes it, with all its places: alerts are of markets that no axis may be of. */
export function priceText(price: number): string {
  const decimals = decimalsOf(price);
  return formatPrice({ scale: 10 ** decimals, decimals }, price);
}

/** A price as it is typed. */
export const typedPrice = (price: number): string => price.toFixed(decimalsOf(price));

export const keptAlerts: Kept<readonly Alert[]> = kept('alerts', [], alertsOf);

function alertsOf(found: unknown): Alert[] | null {
  if (!Array.isArray(found)) return null;
  return found
    .filter(isAlert)
    .slice(0, MOST_ALERTS)
    .map((alert) => ({ ...alert, since: Number.isFinite(alert.since) ? alert.since : 0 }));
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
