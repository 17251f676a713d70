import { expect, test } from 'vitest';
import { betweenOf } from '../../src/time/empty';

const at = (text: string): number => Date.parse(`${text}Z`) / 1000;
const ALWAYS = { session: '24x7', time_zone: 'UTC' };
const NEW_YORK = { session: '0930-1600', time_zone: 'America/New_York' };

function found(market: typeof ALWAYS, interval: string, after: string, before: string, most = 99) {
  const times = betweenOf(market, interval)?.(at(after), at(before), most);
  return times?.map((time) => new Date(time * 1000).toISOString().slice(0, 16));
}

test('between two bars lie those that nobody traded', () => {
  expect(found(ALWAYS, '5m', '2024-06-03T12:00', '2024-06-03T12:05')).toEqual([]);
  expect(found(ALWAYS, '5m', '2024-06-03T12:00', '2024-06-03T12:20')).toEqual([
    '2024-06-03T12:05',
    '2024-06-03T12:10',
    '2024-06-03T12:15',
  ]);
  expect(found(ALWAYS, '1M', '2024-01-01T00:00', '2024-04-01T00:00')).toEqual([
    '2024-02-01T00:00',
    '2024-03-01T00:00',
  ]);
});

test('a market that is closed leaves no places, neither nights nor weekends', () => {
  // New York opens at 13:30 UTC in June.
  expect(found(NEW_YORK, '2h', '2024-06-07T17:30', '2024-06-10T15:30')).toEqual([
    '2024-06-07T19:30',
    '2024-06-10T13:30',
  ]);
  expect(found(NEW_YORK, '1d', '2024-06-06T00:00', '2024-06-11T00:00')).toEqual([
    '2024-06-07T00:00',
    '2024-06-10T00:00',
  ]);
  expect(found(NEW_YORK, '1m', '2024-06-07T19:59', '2024-06-10T13:30')).toEqual([]);
});

test('too many are none at all, and so are those of a zone that the browser does not know', () => {
  expect(found(ALWAYS, '1m', '2024-06-03T12:00', '2024-06-03T12:04', 3)).toHaveLength(3);
  expect(betweenOf(ALWAYS, '1m')?.(at('2024-06-03T12:00'), at('2024-06-03T12:04'), 2)).toBeNull();
  expect(betweenOf(ALWAYS, '1s')?.(0, at('2024-06-03T12:04'), 50_000)).toBeNull();
  expect(betweenOf({ ...ALWAYS, time_zone: 'Mars/Olympus_Mons' }, '1m')).toBeNull();
  expect(betweenOf(ALWAYS, '7x')).toBeNull();
});
