/** Moments as people and links write them. Pure. */

import type { Seconds } from '../types';

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * Returns the moment of a date or a time as ISO 8601, null if the text is none. Without a zone it is
 * read in UTC, so that it means the same wherever it is opened.
 */
export function parseMoment(text: string): Seconds | null {
  const [, date = '', time = '00:00', zone = 'Z'] = ISO.exec(text.trim()) ?? [];
  if (!isDay(date)) return null;
  const offset = zone.toUpperCase().replace(/(\d\d)(\d\d)$/, '$1:$2');
  const ms = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(ms) ? null : ms / 1000;
}

/** Whether a calendar has this day: some browsers read the 30th of February as one in March. */
function isDay(date: string): boolean {
  const ms = Date.parse(`${date}T00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
