import { expect, test, vi } from 'vitest';
import { isZoneKnown, Zone, zoneOf } from '../../src/time/zone';

const at = (text: string): number => Date.parse(text) / 1000;
const HOUR = 3_600;

test.each([
  ['America/New_York', '2024-03-10T06:59:59Z', -5],
  ['America/New_York', '2024-03-10T07:00:00Z', -4],
  ['America/New_York', '2024-11-03T05:59:59Z', -4],
  ['America/New_York', '2024-11-03T06:00:00Z', -5],
  ['Australia/Lord_Howe', '2024-10-05T15:29:59Z', 10.5],
  ['Australia/Lord_Howe', '2024-10-05T15:30:00Z', 11],
  ['Australia/Lord_Howe', '2025-04-05T14:59:59Z', 11],
  ['Australia/Lord_Howe', '2025-04-05T15:00:00Z', 10.5],
  ['Asia/Kathmandu', '2024-06-01T00:00:00Z', 5.75],
  ['UTC', '2024-06-01T00:00:00Z', 0],
  ['Etc/UTC', '2024-06-01T00:00:00Z', 0],
])('%s at %s is %d hours from UTC', (name, time, hours) => {
  expect(zoneOf(name).offset(at(time))).toBe(hours * HOUR);
});

test('an offset does not depend on what was asked before it', () => {
  const asked = [...Array(400).keys()].map((day) => at('2024-01-01T03:30:00Z') + day * 86_400);
  const forwards = new Zone('America/New_York');
  const backwards = new Zone('America/New_York');
  const expected = asked.map((time) => forwards.offset(time));
  expect([...asked].reverse().map((time) => backwards.offset(time))).toEqual(expected.reverse());
});

test.each([
  ['2024-03-10T01:59:59Z', '2024-03-10T06:59:59Z'],
  ['2024-03-10T02:30:00Z', '2024-03-10T07:00:00Z'],
  ['2024-03-10T03:00:00Z', '2024-03-10T07:00:00Z'],
  ['2024-11-03T01:30:00Z', '2024-11-03T05:30:00Z'],
  ['2024-11-03T02:00:00Z', '2024-11-03T07:00:00Z'],
])('the wall time %s in New York is the instant %s', (wall, instant) => {
  expect(zoneOf('America/New_York').instant(at(wall))).toBe(at(instant));
});

test('the browser is asked once a week of time, not once a bar', () => {
  const format = countOfQuestions();
  const zone = new Zone('America/New_York');
  for (let index = 0; index < 100_000; index++)
    zone.offset(at('2024-01-01T00:00:00Z') + index * 60);
  expect(format()).toBeLessThan(200);
});

test('an unknown zone is refused by name', () => {
  expect(() => zoneOf('Mars/Olympus')).toThrow("unknown time zone 'Mars/Olympus'");
});

/** Counts how often the browser is asked. */
function countOfQuestions(): () => number {
  const { prototype } = Intl.DateTimeFormat;
  const spy = vi.spyOn(prototype, 'formatToParts');
  return () => spy.mock.calls.length;
}

test('a zone that the browser does not know is known to be so', () => {
  expect(['UTC', 'America/New_York', 'Mars/Olympus_Mons'].map(isZoneKnown)).toEqual([
    true,
    true,
    false,
  ]);
});
