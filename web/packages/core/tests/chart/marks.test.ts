import type { MouseEventParams, Time } from 'lightweight-charts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Client } from '../../src/api/client';
import type { LayerHost } from '../../src/chart/layer';
import { type BarMark, BarMarks, wordsOf } from '../../src/chart/marks';
import { barsFrom, newShownScene } from './stand-ins';

const NOON = Date.parse('2024-06-03T12:00:00Z') / 1000;
const BOUGHT = { id: 7, time: NOON + 120, color: 'red', text: 'bought &lt;2&gt;', label: 'B' };

let kept: BarMark[];
let asked: URLSearchParams[];
let scene: ReturnType<typeof newShownScene>['scene'];
let host: LayerHost;
let marks: BarMarks;

beforeEach(() => {
  [kept, asked] = [[BOUGHT], []];
  ({ scene, host } = newShownScene(NOON, 20));
  const client = new Client('http://chart.test', {
    fetch: (address) => {
      asked.push(new URL(String(address)).searchParams);
      return Promise.resolve(Response.json(kept));
    },
  });
  marks = new BarMarks({ client, symbol: () => 'DEMO:GOLD', now: () => NOON + 5_000 });
});

afterEach(() => {
  marks.detach();
  scene.end();
  vi.useRealTimers();
});

test('marks say what their author wrote, or else their letter', () => {
  const signs = { ...BOUGHT, text: '&lt;b&gt; &amp;amp; &quot;x&quot; &#x27;y&#x27;' };
  expect(wordsOf(signs)).toBe(`<b> &amp; "x" 'y'`);
  expect(wordsOf({ ...BOUGHT, text: '' })).toBe('B');
});

test('what a mark says is shown while the pointer lies on it', async () => {
  const moves: ((event: MouseEventParams<Time>) => void)[] = [];
  vi.spyOn(host.chart, 'subscribeCrosshairMove').mockImplementation((move) => moves.push(move));
  marks.attach(host);
  const tips = () => host.element.querySelectorAll('.chart-tip').length;
  const before = tips() - 1;
  const point = (objectId?: string) => {
    const hoveredInfo = { objectId };
    for (const move of moves) move({ point: { x: 1, y: 2 }, hoveredInfo } as never);
    return host.element.querySelector<HTMLElement>('.chart-tip[style*="block"]')?.textContent;
  };
  await vi.waitFor(() => expect(point('mark:7')).toBe('bought <2>'));
  expect(point('another')).toBeUndefined();
  expect(point()).toBeUndefined();
  marks.detach();
  expect(tips()).toBe(before);
});

test('marks are asked for over all bars, up to now, again with older bars and as time goes by', () => {
  vi.useFakeTimers();
  marks.attach(host);
  expect(Object.fromEntries(asked[0] ?? [])).toEqual({
    symbol: 'DEMO:GOLD',
    resolution: '1',
    from: String(NOON),
    to: String(NOON + 5_001),
  });
  scene.feeds[0]?.bars.prepend(barsFrom(NOON - 600, 10));
  expect(asked[1]?.get('from')).toBe(String(NOON - 600));
  vi.advanceTimersByTime(30_000);
  expect(asked).toHaveLength(3);
  marks.detach();
  vi.advanceTimersByTime(60_000);
  scene.feeds[0]?.bars.prepend(barsFrom(NOON - 1_200, 10));
  expect(asked).toHaveLength(3);
});
