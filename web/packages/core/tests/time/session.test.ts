import { expect, test } from 'vitest';
import { closuresIn, openingsIn, parseSession } from '../../src/time/session';
import { zoneOf } from '../../src/time/zone';

const at = (text: string): number => Date.parse(text) / 1000;
const text = (time: number): string => new Date(time * 1000).toISOString().slice(5, 16);

function openings(session: string, zone: string, start: string, end: string): string[] {
  return openingsIn(parseSession(session), zoneOf(zone), at(start), at(end)).map(
    (stretch) => `${text(stretch.start)} ${text(stretch.end)}`,
  );
}

test('New York opens an hour earlier by UTC once its clocks went forward', () => {
  expect(
    openings('0930-1600', 'America/New_York', '2024-03-08T00:00Z', '2024-03-12T00:00Z'),
  ).toEqual(['03-08T14:30 03-08T21:00', '03-11T13:30 03-11T20:00']);
});

test('a session that begins on the evening before is one stretch', () => {
  expect(
    openings('1700-1600:23456', 'America/Chicago', '2024-06-02T00:00Z', '2024-06-04T12:00Z'),
  ).toEqual(['06-02T22:00 06-03T21:00', '06-03T22:00 06-04T12:00']);
});

test('breaks and days of their own are kept apart', () => {
  expect(
    openings('0900-1130,1230-1500|1000-1100:7', 'UTC', '2024-06-07T00:00Z', '2024-06-09T00:00Z'),
  ).toEqual(['06-07T09:00 06-07T11:30', '06-07T12:30 06-07T15:00', '06-08T10:00 06-08T11:00']);
});

test('days that follow one another without a break are one stretch', () => {
  expect(openings('0000-0000:23', 'UTC', '2024-06-02T00:00Z', '2024-06-06T00:00Z')).toEqual([
    '06-03T00:00 06-05T00:00',
  ]);
});

test('what is not open is closed', () => {
  const closed = closuresIn(
    parseSession('0930-1600'),
    zoneOf('America/New_York'),
    at('2024-06-03T12:00Z'),
    at('2024-06-04T14:00Z'),
  );
  expect(closed.map((stretch) => `${text(stretch.start)} ${text(stretch.end)}`)).toEqual([
    '06-03T12:00 06-03T13:30',
    '06-03T20:00 06-04T13:30',
  ]);
});

test.each(['24x7', '1;24x7', '0000-0000:1234567', 'nonsense', ''])(
  '%s is always open',
  (session) => {
    expect(parseSession(session)).toBeNull();
    expect(closuresIn(null, zoneOf('UTC'), 0, 86_400)).toEqual([]);
  },
);
