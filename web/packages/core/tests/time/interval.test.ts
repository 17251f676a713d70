import { expect, test } from 'vitest';
import {
  compareIntervals,
  type IntervalLength,
  labelOf,
  parseInterval,
  printInterval,
  secondsOf,
  tradingViewInterval,
} from '../../src/time/interval';

const parsed = (text: string): IntervalLength => {
  const interval = parseInterval(text);
  if (!interval) throw new Error(text);
  return interval;
};

test.each([
  ['1', '1m', '1', 60],
  ['60', '1h', '60', 3_600],
  ['1S', '1s', '1S', 1],
  ['90s', '90s', '90S', 90],
  ['5min', '5m', '5', 300],
  ['4 hours'.replace(' ', ''), '4h', '240', 14_400],
  ['90m', '90m', '90', 5_400],
  ['D', '1d', '1D', 86_400],
  ['1440', '1d', '1D', 86_400],
  ['2W', '2w', '2W', 1_209_600],
  ['1M', '1M', '1M', 2_592_000],
  ['1month', '1M', '1M', 2_592_000],
])('%s is %s, and %s at TradingView', (text, plain, theirs, seconds) => {
  expect([printInterval(parsed(text)), tradingViewInterval(parsed(text))]).toEqual([plain, theirs]);
  expect(secondsOf(parsed(text))).toBe(seconds);
  expect(parsed(plain)).toEqual(parsed(text));
  expect(parsed(theirs)).toEqual(parsed(text));
});

test.each(['', '0', '1x', 'm', '-1', '1.5h', '25h1', '366d', '53w', '13M', '1441', '01m', '1 m'])(
  '%j names no length',
  (text) => {
    expect(parseInterval(text)).toBeNull();
  },
);

test('lengths are ordered, and said in words', () => {
  const texts = ['1M', '7d', '1w', '1s', '1h', '5m', '1d'];
  const sorted = texts.map(parsed).sort(compareIntervals).map(printInterval);
  expect(sorted).toEqual(['1s', '5m', '1h', '1d', '7d', '1w', '1M']);
  expect(['1', '240', '1D', '90s', '3M'].map(parsed).map(labelOf)).toEqual([
    '1 minute',
    '4 hours',
    '1 day',
    '90 seconds',
    '3 months',
  ]);
});
