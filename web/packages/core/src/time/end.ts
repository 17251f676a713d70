/** When a bar ends: its market's sessions and zone decide. Pure. */

import type { Seconds } from '../types';
import { Calendar, nextDate } from './calendar';
import { type IntervalLength, isIntraday } from './interval';
import { firstDayOf, parseSession, type Session, weekday } from './session';
import { type Zone, zoneOf } from './zone';

const DAY = 86_400;
const DAYS_OF_WEEK = 7;

/** The hours of a market. */
export class Hours {
  private readonly calendar: Calendar;
  private readonly session: Session;
  private readonly zone: Zone;
  private readonly firstDay: number;

  constructor(session: string, zone: string) {
    this.calendar = new Calendar(session, zone);
    this.session = parseSession(session);
    this.zone = zoneOf(zone);
    this.firstDay = firstDayOf(session);
  }

  /** The instant at which the bar named by `t` ends: nothing traded later is part of it. */
  endOfBar(interval: IntervalLength, t: Seconds): Seconds {
    if (isIntraday(interval)) return this.calendar.next(interval, t);
    const first = t / DAY;
    const next = nextDate(interval, first, this.firstDay);
    return this.zone.instant(this.lastClose(first, next) ?? next * DAY);
  }

  /** The local time at which trading ends on the last trading day of some days; null if there is none. */
  private lastClose(first: number, next: number): number | null {
    if (this.session === null) return null;
    for (let day = next - 1; day >= Math.max(first, next - DAYS_OF_WEEK); day--) {
      const opening = this.session[weekday(day)]?.at(-1);
      if (opening) return day * DAY + opening.end;
    }
    return null;
  }
}
