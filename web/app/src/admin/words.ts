/** Numbers and times as the administration shows them. */

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

export function bytes(count: number | null | undefined): string {
  if (count === null || count === undefined) return '–';
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toLocaleString('en');
}

/** A span such as `3 d 4 h`: its two largest parts. */
export function span(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds < 1) return seconds === 0 ? '0 s' : '< 1 s';
  const parts: [number, string][] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  let rest = Math.floor(seconds);
  const told: string[] = [];
  for (const [size, name] of parts) {
    if (rest >= size && told.length < 2) {
      told.push(`${Math.floor(rest / size)} ${name}`);
      rest %= size;
    }
  }
  return told.join(' ');
}

/** A moment in UTC, to the second. */
export function moment(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–';
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

/** Reads a moment in UTC such as `2025-01-01` or `2025-01-01 12:00`; null if it is none. */
export function readMoment(text: string): number | null {
  const match = /^\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?\s*Z?$/.exec(text);
  if (!match) return null;
  const time = match[2] ?? '00:00';
  const ms = Date.parse(`${match[1]}T${time.length === 5 ? `${time}:00` : time}Z`);
  return Number.isNaN(ms) ? null : ms / 1000;
}
