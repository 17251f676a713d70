import { expect, test } from 'vitest';
import {
  formatChange,
  formatPercent,
  formatPrice,
  formatValue,
  formatVolume,
  priceFormat,
  priceStyle,
  roundTicks,
  toTick,
} from '../../src/chart/numbers';

test.each([
  [100, 64_000.5, 64_000.5, '64000.50'],
  [1, 42, 42, '42'],
  [100, 12, -0.001, '0.00'],
  [100, 12, -1.5, '−1.50'],
  [1e8, 0.000_012_34, 0.000_012_34, '0.00001234'],
  [1e12, 0.000_000_001_234, 0.000_000_001_234, '0.0₈1234'],
  [1e16, 1.234e-18, 1.234e-18, '0.0₁₇1234'],
  [1e16, 1.234e-18, 0.111_111_111_111_111, '0.1111111111'],
  [100, 0.000_12, 0.000_12, '0.0001200'],
])('with %d ticks in 1 and a market at %d, %d reads %s', (scale, last, price, text) => {
  expect(formatPrice(priceStyle(scale, last), price)).toBe(text);
});

test('a price goes to the nearest tick, and one with too many ticks to count stays', () => {
  expect(toTick(priceStyle(100, 10), 0.1 + 0.2)).toBe(0.3);
  expect(toTick(priceStyle(4, 10), 1.13)).toBe(1.25);
  expect(toTick(priceStyle(1e16, 50), 12.345)).toBe(12.345);
});

test('the library gets the ticks as they are, not what 1 divided by them comes to', () => {
  expect(priceFormat(priceStyle(1e16, 1)).base).toBe(1e16);
});

test.each([
  [0, '0'],
  [12.5, '12.5'],
  [0.000_123, '0.000123'],
  [950, '950'],
  [1_234.5, '1.23K'],
  [999_999, '1M'],
  [2.5e9, '2.5B'],
  [3e15, '3Q'],
  [5e22, '5.00e+22'],
  [-1_500, '−1.5K'],
  [null, ''],
])('a volume of %s reads %s', (volume, text) => {
  expect(formatVolume(volume, 8)).toBe(text);
});

test('changes have a sign unless they are nothing', () => {
  const style = priceStyle(100, 10);
  expect([1.5, -1.5, 0, 0.001].map((change) => formatChange(style, change))).toEqual([
    '+1.50',
    '−1.50',
    '0.00',
    '0.00',
  ]);
  expect([1.234, -1.234, 0, 12_345].map(formatPercent)).toEqual([
    '+1.23%',
    '−1.23%',
    '0.00%',
    '+12345%',
  ]);
});

test('values without a market are as long as they need to be', () => {
  expect([53.456, -0.5, 0.000_012_3, 12_345_678].map((value) => formatValue(value, 2))).toEqual([
    '53.46',
    '−0.50',
    '0.00001230',
    '12.35M',
  ]);
});

test('ticks are round, and as many as there is room for', () => {
  expect(roundTicks(0.98e-18, 1.07e-18, 5)).toHaveLength(5);
  expect(roundTicks(0.98e-18, 1.07e-18, 5).map((price) => price.toExponential(3))).toEqual([
    '9.800e-19',
    '1.000e-18',
    '1.020e-18',
    '1.040e-18',
    '1.060e-18',
  ]);
  expect(roundTicks(1, 1, 5)).toEqual([]);
});
