import { expect, test } from 'vitest';
import { addressOf, layoutOf } from '../src/layout/address';
import { counted, type Layout, moved, PLAIN, type Study } from '../src/layout/layout';

const rsi: Study = {
  id: 'rsi-1',
  name: 'rsi',
  parameters: { period: 14, source: 'hl2' },
  colours: { rsi: '#ff8800' },
  pane: null,
  isHidden: false,
};
const sma: Study = {
  id: 'sma-1',
  name: 'sma',
  parameters: { period: 20, source: 'c' },
  colours: {},
  pane: 'rsi-1',
  isHidden: true,
};
const FULL: Layout = {
  symbol: 'KRAKEN:BTC/EUR',
  interval: '15m',
  kind: 'heikin',
  zone: 'America/New_York',
  scale: { mode: 'log', inverted: true, auto: false },
  volume: 'pane',
  studies: [rsi, sma],
  compare: ['DEMO:GOLD', 'DEMO:ETH'],
  range: { from: 1_700_000_000, to: 1_700_090_000 },
};

const read = (address: string) => {
  const [path = '', search = ''] = address.split('?');
  return { ...PLAIN, ...layoutOf(path, search) };
};

test('an address brings back every part of a layout', () => {
  expect(read(addressOf(FULL))).toEqual(FULL);
});

test('a plain layout has a short address, which people can read', () => {
  const layout = { ...PLAIN, symbol: 'BINANCE:BTCUSDT', interval: '5m' };
  expect(addressOf(layout)).toBe('chart/BINANCE:BTCUSDT?interval=5m');
  expect(read(addressOf(layout))).toEqual(layout);
});

test.each(['A&B:C#D?E', 'X:50%+', 'Ü:ß', 'A:B C'])(
  'a symbol of any letters comes back: %s',
  (symbol) => {
    const address = addressOf({ ...PLAIN, symbol });
    const url = new URL(address, 'http://host/');
    expect(layoutOf(url.pathname.slice(1), url.search).symbol).toBe(symbol);
  },
);

test.each([
  'chart/A:B?kind=pie&zone=Mars/Base&volume=loud&t=5-1&scale=loud',
  'chart/A:B?i=,,&i=%25&compare=,,&t=never&interval=',
])('what is not understood is left out: %s', (address) => {
  expect(read(address)).toEqual({ ...PLAIN, symbol: 'A:B' });
});

test('a broken escape gives no symbol, and no fault', () => {
  expect(layoutOf('chart/%E0%A4%A', '')).toEqual({});
});

test('one moment is shown with the day around it', () => {
  const { range } = read('chart/A:B?t=2026-11-01');
  const noon = Date.UTC(2026, 10, 1, 12) / 1000;
  expect(range).toEqual({ from: noon - 86_400, to: noon });
  // Without a zone a time is in UTC: a link means the same wherever it is opened.
  const { range: same } = read('chart/A:B?t=2026-11-01T00:00');
  expect(same).toEqual(range);
});

test('at most so many indicators and markets are taken from an address', () => {
  const many = Array.from({ length: 40 }, (_, index) => `i=sma,period=${index + 1}`).join('&');
  const others = Array.from({ length: 40 }, (_, index) => `X:${index}`).join(',');
  const layout = read(`chart/A:B?${many}&compare=${others}`);
  expect([layout.studies.length, layout.compare.length]).toEqual([12, 6]);
});

test('a shared pane is the same pane after others were removed', () => {
  const studies = [
    { ...rsi, id: 'rsi-2' },
    { ...sma, id: 'sma-7', pane: 'rsi-2' },
  ];
  expect(counted(studies).map(({ id, pane }) => [id, pane])).toEqual([
    ['rsi-1', null],
    ['sma-1', 'rsi-1'],
  ]);
});

test('a pane of nobody is where it belongs', () => {
  expect(counted([{ ...sma, pane: 'gone-1' }])[0]?.pane).toBeNull();
});

test('items move within their list', () => {
  expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(moved(['a', 'b', 'c'], 2, -5)).toEqual(['c', 'a', 'b']);
  expect(moved(['a'], 4, 0)).toEqual(['a']);
});
