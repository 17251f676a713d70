import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseMoment } from '../../src/time/moment';

beforeEach(() => {
  vi.stubEnv('TZ', 'America/New_York');
  expect(new Date(0).getHours()).toBe(19);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ['2024-03-01', '2024-03-01T00:00:00Z'],
  ['2024-03-01T10:00', '2024-03-01T10:00:00Z'],
  ['2024-03-01 10:00:30', '2024-03-01T10:00:30Z'],
  ['2024-03-01T10:00:30.5', '2024-03-01T10:00:30.500Z'],
  [' 2024-03-01T10:00Z ', '2024-03-01T10:00:00Z'],
  ['2024-03-01T10:00+02:00', '2024-03-01T08:00:00Z'],
  ['2024-03-01T10:00:00-0530', '2024-03-01T15:30:00Z'],
])('%s is a moment in UTC, wherever it is read', (text, expected) => {
  expect(parseMoment(text)).toBe(Date.parse(expected) / 1000);
});

test.each([
  '',
  'never',
  '1',
  '2024',
  '2024-13-01',
  '2024-03-01T25:00',
  '1 March 2024',
  '10:00',
  '2025-02-30',
  '2025-02-29T10:00+02:00',
  '2025-04-31 12:00',
])('%j is none', (text) => {
  expect(parseMoment(text)).toBeNull();
});
