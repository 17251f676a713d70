import { expect, test } from 'vitest';
import { Hours } from '../../src/time/end';
import { parseInterval } from '../../src/time/interval';
import { firstDayOf } from '../../src/time/session';

const at = (text: string): number => Date.parse(text) / 1000;

test.each([
  ['1m', '24x7', 'UTC', '2024-06-03T12:00Z', '2024-06-03T12:01Z'],
  ['7h', '24x7', 'UTC', '2024-06-03T21:00Z', '2024-06-04T00:00Z'],
  ['1h', '0930-1600', 'America/New_York', '2024-06-03T19:30Z', '2024-06-03T20:00Z'],
  ['30m', '0930-1600', 'America/New_York', '2024-06-03T22:00Z', '2024-06-03T22:30Z'],
  ['1d', '24x7', 'UTC', '2024-06-03T00:00Z', '2024-06-04T00:00Z'],
  ['1d', '24x7', 'America/New_York', '2024-03-10T00:00Z', '2024-03-11T04:00Z'],
  ['1d', '0930-1600', 'America/New_York', '2024-06-03T00:00Z', '2024-06-03T20:00Z'],
  ['1d', '1700-1600', 'America/Chicago', '2024-06-03T00:00Z', '2024-06-03T21:00Z'],
  ['1w', '24x7', 'UTC', '2024-06-03T00:00Z', '2024-06-10T00:00Z'],
  ['1w', '0930-1600', 'America/New_York', '2024-06-03T00:00Z', '2024-06-07T20:00Z'],
  ['2w', '24x7', 'UTC', '2024-12-30T00:00Z', '2025-01-06T00:00Z'],
  ['1M', '24x7', 'UTC', '2024-02-01T00:00Z', '2024-03-01T00:00Z'],
  ['5M', '24x7', 'UTC', '2024-11-01T00:00Z', '2025-01-01T00:00Z'],
  ['3d', '24x7', 'UTC', '2024-12-30T00:00Z', '2025-01-01T00:00Z'],
])('the bar of %s in %s %s at %s ends at %s', (interval, session, zone, start, end) => {
  const length = parseInterval(interval);
  expect(length && new Hours(session, zone).endOfBar(length, at(start))).toBe(at(end));
});

test('sessions say which day weeks begin with', () => {
  expect(['24x7', '1;24x7', '0930-1600;7'].map(firstDayOf)).toEqual([0, 6, 5]);
});
