/**
 * When a market is open, from TradingView's session text (`24x7`, `0930-1600`, `1700-1600:23456`, parts
 * joined by `|`) and its time zone. Pure.
 */

import type { Seconds } from '../types';
import type { Zone } from './zone';

const DAY = 86_400;
/** Sunday to Saturday are 1 to 7 in the text, 0 to 6 here. */
const MONDAY_TO_FRIDAY = '23456';

/** From `start` to `end` in seconds from a day's local midnight; a negative start is on the evening before. */
export interface Opening {
  readonly start: number;
  readonly end: number;
}

export interface Stretch {
  readonly start: Seconds;
  readonly end: Seconds;
}

/** The openings of each weekday, Sunday first; null for a market that never closes. */
export type Session = readonly (readonly Opening[])[] | null;

/** Reads a session; what cannot be read counts as always open. */
export function parseSession(text: string): Session {
  const bare = text.replace(/^[1-7];/, '').replace(/;[1-7]$/, '');
  if (bare === '24x7' || bare === '') return null;
  const week: Opening[][] = [[], [], [], [], [], [], []];
  for (const part of bare.split('|')) {
    const [intervals = '', days = MONDAY_TO_FRIDAY] = part.split(':');
    const openings = intervals.split(',').map(openingOf);
    if (openings.some((opening) => opening === null)) return null;
    for (const day of new Set(days)) week[Number(day) - 1]?.push(...(openings as Opening[]));
  }
  for (const openings of week) openings.sort((a, b) => a.start - b.start);
  return week.every((openings) => openings.length === 1 && isWhole(openings[0])) ? null : week;
}

/** The weekday that weeks begin with, Monday is 0; sessions say it as `2;...` or `...;2`. */
export function firstDayOf(text: string): number {
  const digit = /^([1-7]);|;([1-7])$/.exec(text);
  return digit ? (Number(digit[1] ?? digit[2]) + 5) % 7 : 0;
}

/** Returns when the market is open within [start, end), ascending, what touches joined. */
export function openingsIn(
  session: Session,
  zone: Zone,
  start: Seconds,
  end: Seconds,
): readonly Stretch[] {
  if (session === null) return [{ start, end }];
  const found: { start: Seconds; end: Seconds }[] = [];
  const last = Math.floor(zone.local(end) / DAY) + 1;
  for (let day = Math.floor(zone.local(start) / DAY); day <= last; day++) {
    for (const opening of session[weekday(day)] ?? []) {
      const from = Math.max(zone.instant(day * DAY + opening.start), start);
      const to = Math.min(zone.instant(day * DAY + opening.end), end);
      if (from < to) join(found, { start: from, end: to });
    }
  }
  return found;
}

/** Returns when the market is closed within [start, end). */
export function closuresIn(
  session: Session,
  zone: Zone,
  start: Seconds,
  end: Seconds,
): readonly Stretch[] {
  const found: Stretch[] = [];
  let since = start;
  for (const open of openingsIn(session, zone, start, end)) {
    if (since < open.start) found.push({ start: since, end: open.start });
    since = open.end;
  }
  if (since < end) found.push({ start: since, end });
  return found;
}

function openingOf(text: string): Opening | null {
  const found = /^(\d\d)(\d\d)-(\d\d)(\d\d)$/.exec(text);
  if (!found) return null;
  const [startHour = 0, startMinute = 0, endHour = 0, endMinute = 0] = found.slice(1).map(Number);
  const start = startHour * 3_600 + startMinute * 60;
  const end = endHour * 3_600 + endMinute * 60 || DAY;
  return { start: start >= end ? start - DAY : start, end };
}

const isWhole = (opening: Opening | undefined): boolean =>
  opening?.start === 0 && opening.end === DAY;

/** The weekday of a day since 1970, Sunday is 0; 1 January 1970 was a Thursday. */
export const weekday = (day: number): number => (((day + 4) % 7) + 7) % 7;

function join(found: { start: Seconds; end: Seconds }[], next: Stretch): void {
  const before = found.at(-1);
  if (before && next.start <= before.end) before.end = Math.max(before.end, next.end);
  else found.push({ ...next });
}
