import { expect, test } from 'vitest';
import { askedBy, isTypedInto, type Pressed } from '../src/keyboard';
import { intervalOf } from '../src/shell/words';

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key,
  code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

test('a letter opens the search with it, a digit the box of intervals', () => {
  expect(askedBy(press('b'), true)).toEqual({ command: 'search', text: 'B' });
  expect(askedBy(press('ж'), true)).toEqual({ command: 'search', text: 'Ж' });
  expect(askedBy(press('4'), true)).toEqual({ command: 'interval', text: '4' });
  expect(askedBy(press('/'), true)).toEqual({ command: 'search', text: '' });
});

test('keys without a modifier can be turned off, others stay', () => {
  expect(askedBy(press('b'), false)).toBeNull();
  expect(askedBy(press('?'), false)).toBeNull();
  expect(askedBy(press('a', { altKey: true }), false)?.command).toBe('alert');
});

test('undo and redo by the keys of each system', () => {
  expect(askedBy(press('z', { ctrlKey: true }), true)?.command).toBe('undo');
  expect(askedBy(press('Z', { metaKey: true, shiftKey: true }), true)?.command).toBe('redo');
  expect(askedBy(press('y', { ctrlKey: true }), true)?.command).toBe('redo');
});

test.each(['c', 'v', 'r', 't', 'f'])("the browser's own Ctrl+%s is left alone", (key) => {
  expect(askedBy(press(key, { ctrlKey: true }), true)).toBeNull();
});

test.each(['Tab', 'Enter', 'ArrowLeft', 'Escape', ' '])('%s is nothing of the page', (key) => {
  expect(askedBy(press(key), true)).toBeNull();
});

test('a letter of another layout with Alt is known by its key', () => {
  expect(askedBy(press('å', { code: 'KeyA', altKey: true }), true)?.command).toBe('alert');
});

test('what is typed into keeps its keys', () => {
  const field = document.createElement('input');
  const box = document.createElement('input');
  box.type = 'checkbox';
  expect([field, box, document.body, null].map(isTypedInto)).toEqual([true, false, false, false]);
});

test.each([
  ['15', '15m'],
  ['60', '1h'],
  ['240', '4h'],
  ['1h', '1h'],
  ['1H', '1h'],
  ['1D', '1d'],
  ['d', '1d'],
  ['W', '1w'],
  ['1M', '1M'],
  ['30s', '30s'],
  ['90', '90m'],
  ['1440', '1d'],
  ['99999w', ''],
  ['0', ''],
  ['', ''],
  ['7x', ''],
  ['h1', ''],
])('typed as an interval: %s is %s', (typed, interval) => {
  expect(intervalOf(typed)).toBe(interval);
});
