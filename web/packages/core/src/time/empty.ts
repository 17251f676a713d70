/** The times of bars that could have been and were not. Pure. */

import type { Market, Seconds } from '../types';
import { Calendar } from './calendar';
import { isIntraday, parseInterval, secondsOf } from './interval';
import { closuresIn, parseSession, type Stretch } from './session';
import { isZoneKnown, zoneOf } from './zone';

/** Returns the times between those of two bars at which the market was open; null if they are more than `most`. */
export type Between = (after: Seconds, before: Seconds, most: number) => readonly Seconds[] | null;

/** Returns what knows the bars of a market; null where that is not known. */
export function betweenOf(
  { session, time_zone: zone }: Pick<Market, 'session' | 'time_zone'>,
  interval: string,
): Between | null {
  const length = parseInterval(interval);
  if (!length || !isZoneKnown(zone)) return null;
  const calendar = new Calendar(session, zone);
  const week = isIntraday(length) ? parseSession(session) : null;
  const shortest = secondsOf(length);
  const next = (t: Seconds) =>
    calendar.floor(length, calendar.next(length, calendar.open(length, t)));
  return (after, before, most) => {
    if (before - after <= shortest) return [];
    const closures = week ? closuresIn(week, zoneOf(zone), after, before) : [];
    return timesFrom(next(after), { before, most, next, closures });
  };
}

interface Search {
  readonly before: Seconds;
  readonly most: number;
  readonly next: (t: Seconds) => Seconds;
  readonly closures: readonly Stretch[];
}

function timesFrom(first: Seconds, { before, most, next, closures }: Search): Seconds[] | null {
  const found: Seconds[] = [];
  let closed = 0;
  for (let t = first; t < before; ) {
    while ((closures[closed]?.end ?? Number.POSITIVE_INFINITY) <= t) closed++;
    const closure = closures[closed];
    if (closure && closure.start <= t) t = closure.end;
    else if (found.length >= most) return null;
    else {
      found.push(t);
      t = next(t);
    }
  }
  return found;
}
