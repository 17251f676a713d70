/**
 * Where the bars of each interval lie on the time line of a market, by the rules of the server: bars
 * within a day restart with each opening, groups of days and months in January, groups of weeks with
 * the year's first week. Pure.
 */

import type { Seconds } from '../types';
import { type IntervalLength, isIntraday } from './interval';
import { firstDayOf, type Opening, parseSession, type Session, weekday } from './session';
import { type Zone, zoneOf } from './zone';

const DAY = 86_400;
const ALWAYS: readonly Opening[] = [{ start: 0, end: DAY }];
/** No trading day is farther from a date that belongs to it. */
const FARTHEST_DAYS = 9;

/** A piece of the time line within which the grid of bars has one origin. */
interface Segment {
  readonly start: Seconds;
  readonly end: Seconds;
  readonly origin: Seconds;
}

export class Calendar {
  private readonly session: Session;
  private readonly zone: Zone;
  private readonly firstDay: number;
  private readonly isPlain: boolean;
  /** The trading day that was looked for last: most questions are about the same. */
  private day = { date: 0, start: 0, end: 0 };

  constructor(session = '24x7', zone = 'UTC') {
    this.session = parseSession(session);
    this.zone = zoneOf(zone);
    this.firstDay = firstDayOf(session);
    this.isPlain = this.session === null && this.zone.isUtc;
  }

  /** The name of the bar that holds a moment: an instant within a day, else a date at 00:00 UTC. */
  floor(interval: IntervalLength, time: Seconds): Seconds {
    if (!isIntraday(interval)) return firstDate(interval, this.date(time), this.firstDay) * DAY;
    const { start, origin } = this.segment(time);
    return Math.max(start, origin + Math.floor((time - origin) / interval.count) * interval.count);
  }

  /** The instant at which the bar of a name begins. */
  open(interval: IntervalLength, t: Seconds): Seconds {
    return isIntraday(interval) ? t : this.begin(t / DAY);
  }

  /** The instant at which the bar after the one that holds a moment begins. */
  next(interval: IntervalLength, time: Seconds): Seconds {
    if (!isIntraday(interval)) {
      const first = firstDate(interval, this.date(time), this.firstDay);
      return this.begin(nextDate(interval, first, this.firstDay));
    }
    const { end, origin } = this.segment(time);
    const following = origin + (Math.floor((time - origin) / interval.count) + 1) * interval.count;
    return Math.min(following, end);
  }

  /** The trading day of a moment, in days since 1970. */
  private date(time: Seconds): number {
    if (this.isPlain) return Math.floor(time / DAY);
    if (time < this.day.start || time >= this.day.end) this.day = this.dayOf(time);
    return this.day.date;
  }

  private dayOf(time: Seconds): { date: number; start: Seconds; end: Seconds } {
    let date = Math.floor(this.zone.local(time) / DAY) + FARTHEST_DAYS;
    let end = Number.POSITIVE_INFINITY;
    for (;;) {
      date = this.tradingFrom(date, -1);
      const start = this.beginOf(date);
      if (start <= time) return { date, start, end };
      end = start;
      date -= 1;
    }
  }

  /** When the first trading day on or after a date begins; one that the clocks skip is none. */
  private begin(date: number): Seconds {
    if (this.isPlain) return date * DAY;
    for (let day = this.tradingFrom(date, 1); ; ) {
      const following = this.tradingFrom(day + 1, 1);
      if (this.beginOf(day) < this.beginOf(following)) return this.beginOf(day);
      day = following;
    }
  }

  /** The first date with a session from one on, into the future or the past. */
  private tradingFrom(date: number, step: 1 | -1): number {
    let found = date;
    while (!this.openings(found).length) found += step;
    return found;
  }

  /** Where the session would have begun after the trading day before, but not before that ended. */
  private beginOf(date: number): Seconds {
    const before = this.tradingFrom(date - 1, -1);
    const days = date - before;
    const first = this.openings(date)[0]?.start ?? 0;
    const last = this.openings(before).at(-1)?.end ?? DAY;
    const begin = Math.max(Math.min(first, 0) - (days - 1) * DAY, last - days * DAY);
    return this.zone.instant(date * DAY + begin);
  }

  private openings(date: number): readonly Opening[] {
    return this.session === null ? ALWAYS : (this.session[weekday(date)] ?? []);
  }

  private segment(time: Seconds): Segment {
    const date = this.date(time);
    const midnight = date * DAY;
    if (this.isPlain) return { start: midnight, end: midnight + DAY, origin: midnight };
    const openings = this.openings(date);
    const at = (local: number) => this.zone.instant(midnight + local);
    let { start, end } = this.day;
    let origin = at(openings[0]?.start ?? 0);
    for (const opening of openings) {
      for (const edge of [at(opening.start), at(opening.end)]) {
        if (edge > time) return { start, end: Math.min(edge, end), origin };
        start = Math.max(start, edge);
        origin = at(opening.start);
      }
    }
    return { start, end, origin };
  }
}

/** The first date of the group that a date belongs to. */
export function firstDate(interval: IntervalLength, date: number, firstDay: number): number {
  const { count, unit } = interval;
  if (unit === 'M') {
    const { year, month } = monthOf(date);
    return dateOf(year, month - (month % count));
  }
  const day = unit === 'w' ? weekOf(date, firstDay) : date;
  const length = count * (unit === 'w' ? 7 : 1);
  const restart = restartOf(monthOf(day).year, unit === 'w', firstDay);
  return count === 1 ? day : restart + Math.floor((day - restart) / length) * length;
}

/** The first date of the group after the one that a date begins. */
export function nextDate({ count, unit }: IntervalLength, first: number, firstDay: number): number {
  const { year, month } = monthOf(first);
  if (unit === 'M') return dateOf(year, Math.min(month + count, 12));
  const following = first + count * (unit === 'w' ? 7 : 1);
  if (count === 1) return following;
  return Math.min(following, restartOf(year + 1, unit === 'w', firstDay));
}

/** Where the groups of a year begin: on 1 January, or with the first week that begins in it. */
function restartOf(year: number, isWeeks: boolean, firstDay: number): number {
  const newYear = dateOf(year, 0);
  return isWeeks ? weekOf(newYear + 6, firstDay) : newYear;
}

/** 1 January 1970 was a Thursday. */
const weekOf = (date: number, firstDay: number): number =>
  Math.floor((date + 3 - firstDay) / 7) * 7 - 3 + firstDay;

const dateOf = (year: number, month: number): number => Date.UTC(year, month, 1) / (DAY * 1000);

function monthOf(date: number): { year: number; month: number } {
  const day = new Date(date * DAY * 1000);
  return { year: day.getUTCFullYear(), month: day.getUTCMonth() };
}
