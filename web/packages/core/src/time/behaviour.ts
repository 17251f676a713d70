/**
 * The time scale in a time zone. Times stay what they are, seconds UTC; only where days begin and what
 * labels say follows the zone, so a bar never moves and compares with what the server sent.
 */

import {
  defaultHorzScaleBehavior,
  type IHorzScaleBehavior,
  type TickMarkType,
  type Time,
  type TimeScalePoint,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { Seconds } from '../types';
import { UTC, type Zone } from './zone';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const DAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');

/** How times of a chart are to be read. */
export interface Clock {
  readonly zone: Zone;
  /** Bars of days, weeks and months are named by a date at 00:00 UTC, whatever the zone. */
  readonly isDated: boolean;
  readonly hasSeconds: boolean;
}

export const PLAIN_CLOCK: Clock = { zone: UTC, isDated: false, hasSeconds: false };

type Point = { -readonly [Key in keyof TimeScalePoint]: TimeScalePoint[Key] };

const Behaviour = defaultHorzScaleBehavior();

/** The library's behaviour of time, with the days of a zone. */
export class ZoneBehaviour extends Behaviour implements IHorzScaleBehavior<Time> {
  clock: Clock = PLAIN_CLOCK;

  override fillWeightsForPoints(points: readonly Point[], start: number): void {
    if (this.clock.isDated || this.clock.zone.isUtc) {
      super.fillWeightsForPoints(points, start);
      return;
    }
    // A weight depends on the point before, so that is shifted too.
    const first = Math.max(start - 1, 0);
    const shifted = points.slice(first).map((point) => this.shifted(point));
    super.fillWeightsForPoints(shifted, start - first);
    for (let index = start; index < points.length; index++) {
      const [point, weighed] = [points[index], shifted[index - first]];
      if (point && weighed) point.timeWeight = weighed.timeWeight;
    }
  }

  private shifted(point: Point): Point {
    const local = this.clock.zone.local(this.key(point.time)) as UTCTimestamp;
    return { ...point, time: this.convertHorzItemToInternal(local) };
  }
}

/** What the time scale says at a tick; the types of ticks are the library's, year to seconds. */
export function tickLabel(clock: Clock, time: Seconds, type: TickMarkType): string {
  const date = wallDate(clock, time);
  if (type === 0) return String(date.getUTCFullYear());
  if (type === 1) return MONTHS[date.getUTCMonth()] ?? '';
  if (type === 2) return String(date.getUTCDate());
  return type === 3 ? clockTime(date, false) : clockTime(date, true);
}

/** What the crosshair's label and the legend say of a time. */
export function timeLabel(clock: Clock, time: Seconds): string {
  const date = wallDate(clock, time);
  const day = `${DAYS[date.getUTCDay()]} ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]}`;
  const label = `${day} '${two(date.getUTCFullYear() % 100)}`;
  return clock.isDated ? label : `${label}  ${clockTime(date, clock.hasSeconds)}`;
}

function wallDate(clock: Clock, time: Seconds): Date {
  return new Date((clock.isDated ? time : clock.zone.local(time)) * 1000);
}

function clockTime(date: Date, hasSeconds: boolean): string {
  const minutes = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  return hasSeconds ? `${minutes}:${two(date.getUTCSeconds())}` : minutes;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
