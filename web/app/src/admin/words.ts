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

/** A moment in UTC, to the second; one that no calendar has as the seconds it is. */
export function moment(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–';
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return `${seconds} s`;
  return date.toISOString().slice(0, 19).replace('T', ' ');
}
