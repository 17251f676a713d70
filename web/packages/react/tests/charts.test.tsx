import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { barsFrom, handFrames, MARKET, stageElement } from '../../core/tests/chart/stand-ins';
import { LightweightChart, type LightweightChartProps } from '../src/LightweightChart';
import { TradingViewChart } from '../src/TradingViewChart';

const BARS = barsFrom(1_700_000_000, 50);
const KEYS = ['t', 'o', 'h', 'l', 'c', 'v', 'q', 'n', 'bv'] as const;
const columns = Object.fromEntries(KEYS.map((key) => [key, BARS.map((bar) => bar[key] ?? null)]));

let root: Root;
let place: HTMLElement;
let frames: { draw: () => void };
let asked: string[] = [];

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  frames = handFrames();
  place = stageElement();
  root = createRoot(place);
  asked = [];
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address);
    if (address.includes('GONE'))
      return Response.json({ error: 'no such market', code: 'unknown_symbol' }, { status: 404 });
    return Response.json(address.includes('/candles') ? columns : MARKET);
  });
});

afterEach(async () => {
  await act(async () => root.unmount());
  vi.unstubAllGlobals();
});

async function shown(props: Partial<LightweightChartProps>) {
  const given = { symbol: 'DEMO:GOLD', interval: '1m', realtime: false, ...props };
  await act(async () => root.render(<LightweightChart {...given} />));
  await settle();
}

/** Lets questions be answered, and what they bring be drawn. */
async function settle() {
  await act(async () => {
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(0));
    await new Promise((resolve) => setTimeout(resolve));
    await new Promise((resolve) => setTimeout(resolve));
    frames.draw();
  });
}

test('the chart shows its market, tells how it stands, and writes its values', async () => {
  const onStatus = vi.fn();
  await shown({ onStatus });
  expect(onStatus).toHaveBeenLastCalledWith('live', '');
  expect(place.textContent).toContain('DEMO:GOLD');
  expect(place.textContent).toContain('149.00');
});

test('places are left for bars without trades if that is wanted', async () => {
  const onChart = vi.fn();
  await shown({ onChart, whitespace: true });
  const view = onChart.mock.calls[0]?.[0];
  expect(view.whitespace.get()).toBe(true);
  await shown({ onChart });
  expect(view.whitespace.get()).toBe(false);
});

test('props written in place make no other chart, and a new symbol is asked for', async () => {
  const onChart = vi.fn();
  await shown({ onChart, compare: [], indicators: [], scale: { mode: 'log' } });
  await shown({ onChart, compare: [], indicators: [], scale: { mode: 'log' }, kind: 'line' });
  await shown({ onChart, symbol: 'DEMO:ETH' });
  expect(onChart).toHaveBeenCalledOnce();
  expect(asked.some((address) => address.includes('ETH'))).toBe(true);
});

test('a chart that goes takes everything with it', async () => {
  const onChart = vi.fn();
  await shown({ onChart });
  await act(async () => root.render(null));
  expect(onChart).toHaveBeenLastCalledWith(null);
  expect(place.childElementCount).toBe(0);
});

test('an unknown market is told as such', async () => {
  const onStatus = vi.fn();
  await shown({ symbol: 'DEMO:GONE', onStatus });
  expect(onStatus).toHaveBeenLastCalledWith('unknown', 'no such market');
});

test('the logo is there unless it is hidden', async () => {
  const logo = () => document.querySelector('a[href*="tradingview.com"]');
  await shown({});
  expect(logo()).not.toBeNull();
  await shown({ hideLogo: true });
  expect(logo()).toBeNull();
});

function scripts(end: 'load' | 'error'): string[] {
  const loaded: string[] = [];
  vi.spyOn(document.head, 'append').mockImplementation((...nodes) => {
    const script = nodes[0] as HTMLScriptElement;
    loaded.push(script.src);
    queueMicrotask(() => script.dispatchEvent(new Event(end)));
  });
  return loaded;
}

test("without TradingView's files the page says what to do", async () => {
  scripts('error');
  await act(async () =>
    root.render(<TradingViewChart libraryPath="/none" symbol="A:B" interval="1" />),
  );
  expect(place.querySelector('[role="alert"]')?.textContent).toContain('/none/charting_library.js');
});

test("TradingView's widget is made with our datafeed, and removed with the component", async () => {
  const made: Record<string, unknown>[] = [];
  const remove = vi.fn();
  class Widget {
    remove = remove;
    onChartReady = (ready: () => void) => ready();
    constructor(options: Record<string, unknown>) {
      made.push(options);
    }
  }
  vi.stubGlobal('TradingView', { widget: Widget });
  const loaded = scripts('load');
  const onReady = vi.fn();
  await act(async () =>
    root.render(
      <TradingViewChart
        libraryPath="/library/"
        symbol="DEMO:GOLD"
        interval="60"
        options={{ disabled_features: ['header_saveload'] }}
        onReady={onReady}
      />,
    ),
  );
  expect(loaded[0]).toContain('/library/charting_library.js');
  expect(made[0]).toMatchObject({
    symbol: 'DEMO:GOLD',
    interval: '60',
    library_path: '/library/',
    disabled_features: ['header_saveload'],
  });
  expect(made[0]?.datafeed).toHaveProperty('getBars');
  expect(onReady).toHaveBeenCalledOnce();
  await act(async () => root.unmount());
  root = createRoot(place);
  expect(remove).toHaveBeenCalledOnce();
});
