import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ChartElement } from '../src/element/define';
import { barsFrom, handFrames, MARKET, stageElement } from './chart/stand-ins';

const BARS = barsFrom(1_700_000_000, 50);
const KEYS = ['t', 'o', 'h', 'l', 'c', 'v', 'q', 'n', 'bv'] as const;
const COLUMNS = Object.fromEntries(KEYS.map((key) => [key, BARS.map((bar) => bar[key] ?? null)]));

class SilentSocket {
  static readonly open = new Set<SilentSocket>();
  static readonly addresses: string[] = [];
  constructor(address: string) {
    SilentSocket.addresses.push(address);
    SilentSocket.open.add(this);
  }
  send(): void {}
  close(): void {
    SilentSocket.open.delete(this);
  }
}

let asked: string[] = [];
let frames: { draw: () => void };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  frames = handFrames();
  stageElement();
  asked = [];
  SilentSocket.addresses.length = 0;
  vi.stubGlobal('WebSocket', SilentSocket);
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address);
    return Response.json(
      address.includes('/candles') ? COLUMNS : address.includes('/gaps') ? [] : MARKET,
    );
  });
});

afterEach(() => {
  document.body.replaceChildren();
  vi.advanceTimersByTime(60_000);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function placed(attributes: Record<string, string>): ChartElement {
  const element = document.createElement('lw-chart') as ChartElement;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  document.body.append(element);
  return element;
}

const bars = (element: ChartElement) =>
  vi.waitFor(() => expect(element.view?.bars().length).toBe(50));

test('a tag is a chart of a market at another address', async () => {
  const element = placed({ symbol: 'DEMO:GOLD', 'api-url': 'https://one.test/x/' });
  expect(element).toBeInstanceOf(ChartElement);
  await bars(element);
  expect(asked[0]).toBe(
    'https://one.test/x/api/v1/candles?symbol=DEMO%3AGOLD&interval=1m&limit=300&format=columns',
  );
  expect(SilentSocket.addresses).toEqual(['wss://one.test/x/ws']);
  frames.draw();
});

test('attributes are followed while it lives', async () => {
  const element = placed({ symbol: 'DEMO:GOLD', 'api-url': 'https://two.test', zone: 'No/Where' });
  await bars(element);
  const view = element.view;
  element.setAttribute('interval', '1h');
  element.setAttribute('kind', 'line');
  element.setAttribute('zone', 'Europe/Berlin');
  expect([view?.interval, view?.kind.get(), view?.zone.get()]).toEqual([
    '1h',
    'line',
    'Europe/Berlin',
  ]);
  element.setAttribute('whitespace', '');
  expect(view?.whitespace.get()).toBe(true);
  element.removeAttribute('whitespace');
  expect(view?.whitespace.get()).toBe(false);
  element.setAttribute('kind', 'nonsense');
  expect(view?.kind.get()).toBe('candles');
  element.setAttribute('api-url', 'https://three.test');
  expect(element.view).not.toBe(view);
  expect(element.view?.interval).toBe('1h');
  await bars(element);
});

test('without a symbol it says what is missing', () => {
  const element = placed({ 'api-url': 'https://four.test' });
  expect(element.shadowRoot?.querySelector('.said')?.textContent).toContain('attribute symbol');
  expect(asked).toEqual([]);
});

test('how the data stands is told', async () => {
  const told: string[] = [];
  const element = document.createElement('lw-chart');
  element.addEventListener('chandlery-status', (event) => {
    told.push((event as CustomEvent<{ status: string }>).detail.status);
  });
  element.setAttribute('symbol', 'DEMO:GOLD');
  element.setAttribute('api-url', 'https://five.test');
  document.body.append(element);
  await bars(element as ChartElement);
  expect(told[0]).toBe('connecting');
});

test('taken out of the page it lets go of everything, and put back it begins again', async () => {
  const element = placed({ symbol: 'DEMO:GOLD', 'api-url': 'https://six.test' });
  await bars(element);
  expect(SilentSocket.open.size).toBe(1);
  element.remove();
  expect(element.view).toBeNull();
  vi.advanceTimersByTime(5_000);
  expect(SilentSocket.open.size).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
  expect(element.shadowRoot?.querySelector('.chart')?.childElementCount).toBe(0);
  document.body.append(element);
  await bars(element);
});
