import { expect, test } from 'vitest';
import { type Drawing, PLAIN } from '../../src/drawings/model';
import { keyOf, LONGEST_READ, load, parse, print, save } from '../../src/drawings/storage';

const LINE: Drawing = {
  id: 'a',
  tool: 'trend',
  anchors: [
    { time: 1, price: 2 },
    { time: 3, price: 4.5e-12 },
  ],
  style: { colour: '#12ab9f', width: 3, dash: 'dotted' },
  text: '',
  isLocked: true,
};

function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

test('what is kept comes back, for its own symbol', () => {
  const storage = memory();
  expect(save(storage, 'X:A', [LINE])).toBe(true);
  expect(load(storage, 'X:A')).toEqual([LINE]);
  expect(load(storage, 'X:B')).toEqual([]);
  save(storage, 'X:A', []);
  expect(storage.getItem(keyOf('X:A'))).toBeNull();
});

test.each([
  null,
  '',
  'no json',
  '[]',
  '{}',
  'null',
  '{"version":99,"drawings":[]}',
  '{"version":1,"drawings":{"length":1e9}}',
  '{"version":1,"drawings":null}',
])('%j holds no drawings, and throws nothing', (text) => {
  expect(parse(text)).toEqual([]);
});

test.each([
  ['no object', 7],
  ['no id', { ...LINE, id: 7 }],
  ['an id too long', { ...LINE, id: 'x'.repeat(65) }],
  ['an empty id', { ...LINE, id: '' }],
  ['too many anchors', { ...LINE, anchors: Array.from({ length: 9 }, () => LINE.anchors[0]) }],
  [
    'a time beyond all dates',
    {
      ...LINE,
      anchors: [
        { time: 1e300, price: 1 },
        { time: 1, price: 2 },
      ],
    },
  ],
  ['a tool that is none', { ...LINE, tool: '__proto__' }],
  ['a measure', { ...LINE, tool: 'measure' }],
  ['too few anchors', { ...LINE, anchors: [{ time: 1, price: 2 }] }],
  ['an anchor without a price', { ...LINE, anchors: [{ time: 1 }, { time: 1, price: 2 }] }],
  [
    'a price that is no number',
    {
      ...LINE,
      anchors: [
        { time: 1, price: 'NaN' },
        { time: 1, price: 2 },
      ],
    },
  ],
  ['a text without words', { ...LINE, tool: 'text', anchors: [{ time: 1, price: 2 }], text: ' ' }],
])('%s is left out, and the others are kept', (_, bad) => {
  const text = JSON.stringify({ version: 1, drawings: [bad, LINE, LINE] });
  expect(parse(text)).toEqual([LINE]);
});

test('a style that cannot be is the plain one', () => {
  const style = { colour: 'url(//x)', width: 1e9, dash: 'evil' };
  expect(parse(print([{ ...LINE, style } as unknown as Drawing]))[0]?.style).toEqual(PLAIN);
});

test('a storage that is full or closed loses nothing else', () => {
  const closed = {
    getItem: () => {
      throw new Error('denied');
    },
    setItem: () => {
      throw new Error('full');
    },
    removeItem: () => undefined,
  } as unknown as Storage;
  expect(load(closed, 'X:A')).toEqual([]);
  expect(save(closed, 'X:A', [LINE])).toBe(false);
});

test('a million drawings are cut to what may be', () => {
  const many = Array.from({ length: 2_000 }, (_, i) => ({ ...LINE, id: `${i}` }));
  expect(parse(print(many))).toHaveLength(500);
});

test('more than may be kept for a symbol is refused, and what was kept stays', () => {
  const storage = memory();
  save(storage, 'X:A', [LINE]);
  const text = 'x'.repeat(500);
  const many = Array.from({ length: 500 }, (_, i) => ({ ...LINE, id: `${i}`, text }));
  expect(save(storage, 'X:A', many)).toBe(false);
  expect(load(storage, 'X:A')).toEqual([LINE]);
  storage.setItem(keyOf('X:A'), ' '.repeat(LONGEST_READ) + print([LINE]));
  expect(load(storage, 'X:A')).toEqual([]);
});
