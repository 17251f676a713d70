import type { TimeScalePoint, UTCTimestamp } from 'lightweight-charts';
import { expect, test } from 'vitest';
import {
  type Clock,
  PLAIN_CLOCK,
  tickLabel,
  timeLabel,
  ZoneBehaviour,
} from '../../src/time/behaviour';
import { zoneOf } from '../../src/time/zone';

const DAY_WEIGHT = 50;
const at = (text: string): number => Date.parse(text) / 1000;

function behaviourIn(zone: string, isDated = false): ZoneBehaviour {
  const behaviour = new ZoneBehaviour();
  behaviour.clock = { ...PLAIN_CLOCK, zone: zoneOf(zone), isDated };
  return behaviour;
}

function pointsOf(behaviour: ZoneBehaviour, times: readonly number[]) {
  return times.map((time) => ({
    time: behaviour.convertHorzItemToInternal(time as UTCTimestamp),
    timeWeight: 0,
    originalTime: time,
  })) as unknown as (TimeScalePoint & { timeWeight: number })[];
}

function daysBegin(zone: string, start: string, step: number, count: number): string[] {
  const behaviour = behaviourIn(zone);
  const times = Array.from({ length: count }, (_, index) => at(start) + index * step);
  const points = pointsOf(behaviour, times);
  behaviour.fillWeightsForPoints(points, 0);
  return times
    .filter((_, index) => index > 0 && (points[index]?.timeWeight ?? 0) >= DAY_WEIGHT)
    .map((time) => new Date(time * 1000).toISOString().slice(0, 16));
}

test('days begin at midnight in New York, before and after the clocks go forward', () => {
  expect(daysBegin('America/New_York', '2024-03-09T00:00Z', 3600, 72)).toEqual([
    '2024-03-09T05:00',
    '2024-03-10T05:00',
    '2024-03-11T04:00',
  ]);
});

test('days begin at midnight in New York, before and after the clocks go back', () => {
  expect(daysBegin('America/New_York', '2024-11-02T00:00Z', 3600, 80)).toEqual([
    '2024-11-02T04:00',
    '2024-11-03T04:00',
    '2024-11-04T05:00',
    '2024-11-05T05:00',
  ]);
});

test('days begin at midnight where the clocks move by half an hour, and where they are 5:45 ahead', () => {
  expect(daysBegin('Australia/Lord_Howe', '2024-10-05T00:00Z', 1800, 96)).toEqual([
    '2024-10-05T13:30',
    '2024-10-06T13:00',
  ]);
  expect(daysBegin('Asia/Kathmandu', '2024-06-01T00:00Z', 900, 100)).toEqual(['2024-06-01T18:15']);
});

test('a bar that comes later weighs what it weighs among all of them', () => {
  const behaviour = behaviourIn('America/New_York');
  const times = Array.from({ length: 60 }, (_, index) => at('2024-03-09T12:00Z') + index * 3600);
  const whole = pointsOf(behaviour, times);
  behaviour.fillWeightsForPoints(whole, 0);
  const grown = pointsOf(behaviour, times.slice(0, 1));
  behaviour.fillWeightsForPoints(grown, 0);
  for (let index = 1; index < times.length; index++) {
    grown.push(...pointsOf(behaviour, times.slice(index, index + 1)));
    behaviour.fillWeightsForPoints(grown, index);
  }
  const weights = (points: typeof whole) => points.slice(1).map((point) => point.timeWeight);
  expect(weights(grown)).toEqual(weights(whole));
});

test('dates are dates in every zone', () => {
  const clock: Clock = { ...PLAIN_CLOCK, zone: zoneOf('America/New_York'), isDated: true };
  expect(timeLabel(clock, at('2024-12-02T00:00Z'))).toBe("Mon 02 Dec '24");
  expect(tickLabel(clock, at('2024-12-02T00:00Z'), 2)).toBe('2');
  const behaviour = behaviourIn('America/New_York', true);
  const points = pointsOf(behaviour, [at('2024-11-30T00:00Z'), at('2024-12-01T00:00Z')]);
  behaviour.fillWeightsForPoints(points, 0);
  expect(points[1]?.timeWeight).toBe(60);
});

test.each([
  ['2024-03-10T06:59:00Z', "Sun 10 Mar '24  01:59", '01:59'],
  ['2024-03-10T07:00:00Z', "Sun 10 Mar '24  03:00", '03:00'],
  ['2024-01-01T04:30:00Z', "Sun 31 Dec '23  23:30", '23:30'],
])('in New York %s reads %s', (time, label, tick) => {
  const clock: Clock = { ...PLAIN_CLOCK, zone: zoneOf('America/New_York') };
  expect([timeLabel(clock, at(time)), tickLabel(clock, at(time), 3)]).toEqual([label, tick]);
});

test('ticks say what changes: year, month, day, minutes, seconds', () => {
  const clock: Clock = { ...PLAIN_CLOCK, hasSeconds: true };
  const time = at('2024-02-03T04:05:06Z');
  const labels = ([0, 1, 2, 3, 4] as const).map((type) => tickLabel(clock, time, type));
  expect(labels).toEqual(['2024', 'Feb', '3', '04:05', '04:05:06']);
  expect(timeLabel(clock, time)).toBe("Sat 03 Feb '24  04:05:06");
});
