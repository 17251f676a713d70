/** What the clocks of a time zone show. Pure but for the browser's table of time zones. */

import type { Seconds } from '../types';

const WEEK = 7 * 86_400;
const ZULU = /^((Etc\/)?(UTC|GMT|UCT|Zulu|Universal)|)$/;

/** A stretch of time in which the clocks are changed once at most. */
interface Stretch {
  readonly change: Seconds;
  readonly before: number;
  readonly after: number;
}

/** The offsets of one zone, asked of the browser once a week of time that is looked at. */
export class Zone {
  readonly isUtc: boolean;
  private readonly stretches = new Map<number, Stretch>();
  private readonly wall: Intl.DateTimeFormat | null;

  constructor(readonly name: string) {
    this.isUtc = ZULU.test(name);
    this.wall = this.isUtc ? null : wallOf(name);
  }

  /** How many seconds the zone's clocks are ahead of UTC at an instant. */
  offset(time: Seconds): number {
    if (this.wall === null) return 0;
    const week = Math.floor(time / WEEK);
    let stretch = this.stretches.get(week);
    if (stretch === undefined) {
      stretch = this.look(week * WEEK, (week + 1) * WEEK);
      this.stretches.set(week, stretch);
    }
    return time < stretch.change ? stretch.before : stretch.after;
  }

  /** The time as if the zone's wall clock showed UTC: for labels, never for places. */
  local(time: Seconds): Seconds {
    return time + this.offset(time);
  }

  /** The instant of a wall clock's time; of one that the clocks repeat the first, of one that they skip the change. */
  instant(local: Seconds): Seconds {
    const early = local - this.offset(local - 86_400);
    const late = local - this.offset(local + 86_400);
    if (this.local(early) === local) return early;
    if (this.local(late) === local) return late;
    return this.look(Math.min(early, late) - 1, Math.max(early, late) + 1).change;
  }

  // No zone has changed its clocks and back within a week since 1970.
  private look(start: Seconds, end: Seconds): Stretch {
    const before = this.ask(start);
    const after = this.ask(end);
    if (before === after) return { change: end, before, after };
    let [low, high] = [start, end];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.ask(middle) === after) high = middle;
      else low = middle;
    }
    return { change: high, before, after };
  }

  private ask(time: Seconds): number {
    const shown: Record<string, number> = {};
    for (const part of this.wall?.formatToParts(time * 1000) ?? []) {
      shown[part.type] = Number(part.value);
    }
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - time;
  }
}

const known = new Map<string, Zone>();

/** The zone of a name of the IANA database; throws where the browser knows none. */
export function zoneOf(name: string): Zone {
  let zone = known.get(name);
  if (zone === undefined) {
    zone = new Zone(name);
    known.set(name, zone);
  }
  return zone;
}

/** Whether the browser knows a zone: the list of a server may be newer. */
export function isZoneKnown(name: string): boolean {
  try {
    return Boolean(zoneOf(name));
  } catch {
    return false;
  }
}

export const UTC = zoneOf('UTC');

function wallOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new RangeError(`unknown time zone '${name}' (expected such as UTC or America/New_York)`);
  }
}
