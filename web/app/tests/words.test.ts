import { expect, test } from 'vitest';
import { moment } from '../src/admin/words';

test('a moment is written in UTC, and one that no calendar has as the seconds it is', () => {
  expect(moment(1_704_067_200.9)).toBe('2024-01-01 00:00:00');
  expect(moment(null)).toBe('–');
  expect([1e15, -1e15, Number.NaN].map(moment)).toEqual([
    '1000000000000000 s',
    '-1000000000000000 s',
    'NaN s',
  ]);
});
