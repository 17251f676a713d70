import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LayerHost } from '../../src/chart/layer';
import { DARK } from '../../src/chart/theme';
import { DrawingLayer } from '../../src/drawings/layer';
import { PriceLineLayer } from '../../src/orders/layer';
import type { Intent, PriceLine } from '../../src/orders/line';
import { barsFrom, type MemoryFeed, newScene } from '../chart/stand-ins';

const NOON = Date.parse('2024-06-03T12:00:00Z') / 1000;
const ORDER: PriceLine = {
  id: 'a',
  kind: 'order',
  price: 250,
  label: 'Buy limit',
  quantity: '0.5',
  canMove: true,
  canClose: true,
};

let scene: ReturnType<typeof newScene>;
let drawings: DrawingLayer;
let layer: PriceLineLayer;
let host: LayerHost;
let intents: Intent[];

beforeEach(() => {
  scene = newScene();
  intents = [];
  const storage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  drawings = new DrawingLayer({ symbol: () => scene.view.symbol, storage });
  layer = new PriceLineLayer((intent) => intents.push(intent));
  // Drawings come first, and still come second.
  scene.view.attach(drawings);
  scene.view.attach(layer);
  scene.view.attach({
    attach: (given) => {
      host = given;
    },
    detach: () => undefined,
  });
  scene.view.show('DEMO:GOLD', '1m');
  (scene.feeds[0] as MemoryFeed).bars.reset(barsFrom(NOON, 200));
  scene.frames.draw();
  layer.set([ORDER]);
  scene.frames.draw();
});

afterEach(() => scene.end());

const yOf = (price: number): number => host.yOf(price) ?? Number.NaN;

function send(kind: string, y: number, more: PointerEventInit = {}): void {
  host.element.dispatchEvent(
    new PointerEvent(kind, {
      clientX: 300,
      clientY: y,
      pointerId: 1,
      isPrimary: true,
      pointerType: 'mouse',
      bubbles: true,
      ...more,
    }),
  );
}
const canScroll = () => {
  const { handleScroll } = host.chart.options();
  return typeof handleScroll === 'object' ? handleScroll.pressedMouseMove : handleScroll;
};
const linePrice = () => host.series.priceLines()[0]?.options().price;
const chip = () => host.element.querySelector('.price-line') as HTMLElement;
const press = (key: string) =>
  window.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }));

describe('a drag', () => {
  test('moves the line with the chart still, and tells where it was let go', () => {
    send('pointerdown', yOf(250));
    expect(canScroll()).toBe(false);
    send('pointermove', yOf(260));
    expect(linePrice()).toBeCloseTo(260, 1);
    send('pointerup', yOf(260));
    expect(intents.map(({ kind }) => kind)).toEqual(['moving', 'moved']);
    // Nothing is changed before the owner of the lines says so.
    expect([linePrice(), canScroll()]).toEqual([250, true]);
  });

  test('is given up by Escape, a second finger, or when the pointer is taken away', () => {
    const ways = [
      () => press('Escape'),
      () => send('pointerdown', 50, { pointerId: 2, isPrimary: false }),
      () => send('pointercancel', yOf(260)),
    ];
    for (const giveUp of ways) {
      intents = [];
      send('pointerdown', yOf(250));
      send('pointermove', yOf(260));
      giveUp();
      expect(intents.at(-1)).toEqual({ kind: 'moving', id: 'a', price: 250 });
      expect([linePrice(), canScroll()]).toEqual([250, true]);
      send('pointerup', yOf(260));
      expect(intents.some(({ kind }) => kind === 'moved')).toBe(false);
    }
  });

  test('begins at the line alone: not beside it, nor by its buttons, nor in another pane', () => {
    send('pointerdown', yOf(250) + 30);
    send('pointerdown', yOf(250), { button: 2 });
    chip()
      .querySelector('button[aria-label^="Close"]')
      ?.dispatchEvent(
        new PointerEvent('pointerdown', {
          clientY: yOf(250),
          isPrimary: true,
          bubbles: true,
        }),
      );
    const { height } = host.chart.paneSize(0);
    const below = host.priceOf(height + 10) as number;
    layer.set([{ ...ORDER, price: below }]);
    send('pointerdown', height + 10);
    expect([canScroll(), intents]).toEqual([true, []]);
  });
});

describe('with drawings below', () => {
  beforeEach(() => {
    drawings.editor.add([
      {
        id: 'h',
        tool: 'horizontal',
        anchors: [{ time: NOON, price: 250 }],
        style: drawings.editor.style,
        text: '',
        isLocked: false,
      },
    ]);
  });

  test('lines are taken first, in whatever order they were attached', () => {
    send('pointermove', yOf(250));
    expect(host.element.style.cursor).toBe('ns-resize');
    expect(drawings.editor.hovered.get()).toBeNull();
    send('pointerdown', yOf(250));
    send('pointermove', yOf(260));
    send('pointerup', yOf(260));
    expect(intents.at(-1)?.kind).toBe('moved');
    expect([drawings.editor.selected.get(), drawings.editor.canUndo.get()]).toEqual([null, true]);
    expect(drawings.editor.drawings.get()[0]?.anchors[0]?.price).toBe(250);
  });

  test('a tool in hand comes before lines', () => {
    drawings.editor.tool.set('trend');
    send('pointermove', yOf(250));
    expect(host.element.style.cursor).toBe('crosshair');
    send('pointerdown', yOf(250));
    expect(drawings.editor.shown()).toHaveLength(2);
    expect(intents).toEqual([]);
  });
});

describe('the chip', () => {
  test('tells the line, its quantity and its price, and follows the scale', () => {
    expect(chip().textContent).toContain('Buy limit0.5');
    const words = chip().querySelector('[role=slider]');
    expect(words?.getAttribute('aria-label')).toBe('Buy limit 0.5');
    expect(words?.getAttribute('aria-valuetext')).toBe('250.00');
    const top = chip().style.top;
    expect(top).toBe(`${Math.round(yOf(250))}px`);
    (scene.feeds[0] as MemoryFeed).bars.put({
      t: NOON + 200 * 60,
      o: 299,
      h: 600,
      l: 20,
      c: 300,
      v: 1,
    });
    scene.frames.draw();
    expect(chip().style.top).not.toBe(top);
    expect(chip().style.top).toBe(`${Math.round(yOf(250))}px`);
  });

  test('asks with two buttons, and closes with one', () => {
    const named = (name: string) =>
      chip().querySelector(`button[aria-label^="${name}"]`) as HTMLButtonElement;
    named('Close').click();
    expect(named('Confirm').style.display).toBe('none');
    layer.set([{ ...ORDER, canClose: false, isAsking: true }]);
    named('Confirm').click();
    named('Cancel').click();
    expect(intents.map(({ kind }) => kind)).toEqual(['closed', 'confirmed', 'cancelled']);
  });

  test('goes with its line, and with the layer', () => {
    layer.set([]);
    expect([chip(), host.series.priceLines()]).toEqual([null, []]);
    layer.set([ORDER]);
    scene.view.detach(layer);
    expect([chip(), host.series.priceLines()]).toEqual([null, []]);
    send('pointerdown', yOf(250));
    expect(canScroll()).toBe(true);
  });
});

test('lines wear another theme as soon as the chart does', async () => {
  const before = host.series.priceLines()[0]?.options().color;
  scene.view.setTheme({ ...DARK, accent: '#123456', 'chart-background': '#fefefe' });
  scene.frames.draw();
  await Promise.resolve();
  expect(host.series.priceLines()[0]?.options().color).toBe('#123456');
  expect(before).not.toBe('#123456');
});
