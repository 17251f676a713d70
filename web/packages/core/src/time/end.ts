/** When a bar ends: its market's sessions and zone decide. Pure. */

import type { Seconds } from '../types';
import { type IntervalLength, isIntraday } from './interval';
import { openingsIn, type Session, weekday } from './session';
import type { Zone } from './zone';

const DAY = 86_400;
/** Longer than any session. */
const LONGEST_OPENING = 8 * DAY;

/** The calendar of a market. */
export interface Hours {
  readonly session: Session;
  readonly zone: Zone;
  /** The weekday that weeks begin with, Monday is 0. */
  readonly firstDay: number;
}

/** The instant at which the bar named by `t` ends: nothing traded later is part of it. */
export function endOfBar(interval: IntervalLength, t: Seconds, hours: Hours): Seconds {
  if (isIntraday(interval)) return endOfIntraday(interval.count, t, hours);
  const first = t / DAY;
  const next = nextDate(interval, first, hours.firstDay);
  const end = lastClose(hours, first, next) ?? next * DAY;
  return hours.zone.instant(end);
}

/** The local time at which trading ends on the last trading day of some days; null if there is none. */
function lastClose({ session }: Hours, first: number, next: number): number | null {
  if (session === null) return null;
  for (let day = next - 1; day >= Math.max(first, next - 7); day--) {
    const opening = session[weekday(day)]?.at(-1);
    if (opening) return day * DAY + opening.end;
  }
  return null;
}

function endOfIntraday(count: number, t: Seconds, { session, zone }: Hours): Seconds {
  const end = t + count;
  if (session === null) {
    const midnight = zone.instant((Math.floor(zone.local(t) / DAY) + 1) * DAY);
    return Math.min(end, midnight);
  }
  const open = openingsIn(session, zone, t, t + LONGEST_OPENING)[0];
  return open && open.start <= t ? Math.min(end, open.end) : end;
}

/** The first date, in days since 1970, after the group of days, weeks or months that one begins. */
function nextDate({ count, unit }: IntervalLength, first: number, firstDay: number): number {
  const date = new Date(first * DAY * 1000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const newYear = Date.UTC(year + 1, 0, 1) / (DAY * 1000);
  if (unit === 'M') return Math.min(Date.UTC(year, month + count, 1) / (DAY * 1000), newYear);
  const following = first + count * (unit === 'w' ? 7 : 1);
  if (count === 1) return following;
  return Math.min(following, unit === 'w' ? firstOfWeek(newYear + 6, firstDay) : newYear);
}

/** The first date of the week that holds a date; 1 January 1970 was a Thursday. */
function firstOfWeek(date: number, firstDay: number): number {
  return Math.floor((date + 3 - firstDay) / 7) * 7 - 3 + firstDay;
}
