import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Layer, LayerHost } from '../../src/chart/layer';
import type { Editor } from '../../src/drawings/editor';
import { DrawingLayer } from '../../src/drawings/layer';
import type { Anchor } from '../../src/drawings/model';
import { HostCanvas } from '../../src/drawings/place';
import { keyOf, load, print } from '../../src/drawings/storage';
import { barsFrom, type MemoryFeed, newScene } from '../chart/stand-ins';

const NOON = Date.parse('2024-06-03T12:00:00Z') / 1000;
const SYMBOL = 'DEMO:GOLD';

let scene: ReturnType<typeof newScene>;
let storage: Storage;
let layer: DrawingLayer;
let editor: Editor;
let host: LayerHost;

/** Lets go of hosts and takes new ones, as drawings do. */
const watching: Layer = {
  attach: (given) => {
    host = given;
  },
  detach: () => undefined,
};

function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

function show(interval: string, step: number, symbol = SYMBOL): void {
  scene.view.show(symbol, interval);
  (scene.feeds.at(-1) as MemoryFeed).bars.reset(barsFrom(NOON, 200, step));
  scene.frames.draw();
}

beforeEach(() => {
  scene = newScene();
  storage = memory();
  layer = new DrawingLayer({ symbol: () => scene.view.symbol, storage });
  ({ editor } = layer);
  scene.view.attach(watching);
  scene.view.attach(layer);
  show('5m', 300);
});

afterEach(() => scene.end());

const canvas = () => new HostCanvas(() => host);
const at = (anchor: Anchor) => {
  const point = canvas().pointOf(anchor);
  if (!point) throw new Error(`${JSON.stringify(anchor)} lies nowhere`);
  return point;
};
const bar = (index: number) => ({ time: NOON + index * 300, price: 100 + index });

function send(kind: string, { x, y }: { x: number; y: number }, more: PointerEventInit = {}) {
  const target = kind === 'pointerdown' ? host.element : window;
  target.dispatchEvent(
    new PointerEvent(kind, {
      clientX: x,
      clientY: y,
      pointerId: 1,
      isPrimary: true,
      pointerType: 'mouse',
      bubbles: true,
      ...more,
    }),
  );
}
function stroke(from: Anchor, to: Anchor, more: PointerEventInit = {}): void {
  send('pointerdown', at(from), more);
  send('pointermove', at(to), more);
  send('pointerup', at(to), more);
}
const canScroll = () => {
  const { handleScroll } = host.chart.options();
  return typeof handleScroll === 'object' ? handleScroll.pressedMouseMove : handleScroll;
};
const only = () => {
  expect(editor.drawings.get()).toHaveLength(1);
  return editor.drawings.get()[0] as ReturnType<typeof editor.find> & object;
};

describe('places', () => {
  test('of anchors are those of bars, and come back', () => {
    for (const index of [150, 180, 199]) {
      expect(canvas().anchorAt(at(bar(index)), false)).toEqual(bar(index));
    }
  });

  test('between bars and after the last one keep their times at other intervals', () => {
    const between = { time: NOON + 150 * 300 + 120, price: 250 };
    const future = { time: NOON + 204 * 300, price: 250 };
    const gaps = [between, future].map((each) => at(each).x - at(bar(199)).x);
    expect(gaps[0]).toBeCloseTo((150.4 - 199) * canvas().barWidth, 6);
    expect(gaps[1]).toBeCloseTo(5 * canvas().barWidth, 6);
    show('1h', 3_600);
    const hour = (time: number) => (time - NOON) / 3_600;
    for (const { time, price } of [between, future]) {
      const away = at({ time, price }).x - at({ time: NOON, price }).x;
      expect(away).toBeCloseTo(hour(time) * canvas().barWidth, 6);
    }
  });

  test('are held by the magnet to a price of the bar', () => {
    const { x, y } = at({ time: NOON + 180 * 300, price: 280.8 });
    expect(canvas().anchorAt({ x: x + 2, y }, true)?.price).toBe(281);
    expect(canvas().anchorAt({ x, y }, false)?.price).toBeCloseTo(280.8, 1);
  });

  test('move by whole bars and stay between them; what is not moved stays as it is', () => {
    const anchor = { time: NOON + 150 * 300 + 120, price: 250.123 };
    expect(canvas().shifted(anchor, 3, 0)).toEqual({ time: anchor.time + 900, price: 250.123 });
    const lower = canvas().shifted(anchor, 0, 10);
    expect(lower?.time).toBe(anchor.time);
    expect(lower?.price).toBeLessThan(250);
  });
});

describe('a stroke', () => {
  test('draws, with the chart still until the pointer is up', () => {
    editor.tool.set('trend');
    expect(host.element.dataset.tool).toBe('trend');
    send('pointerdown', at(bar(150)));
    expect(canScroll()).toBe(false);
    send('pointermove', at(bar(180)));
    send('pointerup', at(bar(180)));
    expect(canScroll()).toBe(true);
    expect(only().anchors).toEqual([bar(150), bar(180)]);
    expect(host.element.dataset.tool).toBeUndefined();
    expect(load(storage, SYMBOL)).toEqual([only()]);
  });

  test('goes on outside of the chart, and ends there', () => {
    editor.tool.set('horizontal');
    send('pointerdown', at(bar(150)));
    send('pointerup', at(bar(150)));
    send('pointerdown', at({ ...bar(160), price: 250 }));
    send('pointermove', { x: 2_000, y: at({ ...bar(0), price: 240 }).y });
    send('pointerup', { x: 2_000, y: at({ ...bar(0), price: 240 }).y });
    expect([only().anchors[0]?.price, editor.isBusy]).toEqual([240, false]);
    expect(canScroll()).toBe(true);
  });

  test('gives way to a second finger, and the tool stays in hand', () => {
    const finger = { pointerType: 'touch' };
    editor.tool.set('trend');
    send('pointerdown', at(bar(150)), finger);
    send('pointermove', at(bar(160)), finger);
    send('pointerdown', at(bar(180)), { ...finger, pointerId: 2, isPrimary: false });
    expect([canScroll(), editor.isBusy, editor.tool.get()]).toEqual([true, true, 'trend']);
    send('pointerup', at(bar(160)), finger);
    expect(editor.drawings.get()).toEqual([]);
    stroke(bar(150), bar(180), finger);
    expect(only().anchors).toEqual([bar(150), bar(180)]);
  });

  test('that the browser takes away leaves a moved drawing where it was', () => {
    editor.tool.set('trend');
    stroke(bar(150), bar(180));
    const before = only();
    send('pointerdown', at(bar(165)));
    send('pointermove', at({ ...bar(170), price: 300 }));
    send('pointercancel', at(bar(170)));
    expect([only(), editor.shown()[0], canScroll()]).toEqual([before, before, true]);
  });

  test('beside all drawings, with the right button, or on a scale is the chart’s', () => {
    editor.tool.set('trend');
    stroke(bar(150), bar(180));
    send('pointerdown', at({ ...bar(150), price: 290 }));
    send('pointerdown', at(bar(165)), { button: 2 });
    editor.tool.set('trend');
    send('pointerdown', { x: 795, y: 100 });
    expect(canScroll()).toBe(true);
    expect(editor.shown()).toHaveLength(1);
  });
});

test('a press that is ours leaves the focus where a text has put it', () => {
  const press = () => {
    const event = new MouseEvent('mousedown', { bubbles: true, cancelable: true });
    host.element.dispatchEvent(event);
    return event.defaultPrevented;
  };
  editor.tool.set('text');
  send('pointerdown', at(bar(150)));
  send('pointerup', at(bar(150)));
  expect([editor.writing.get() !== null, press()]).toEqual([true, true]);
  send('pointerdown', at({ ...bar(150), price: 290 }));
  expect(press()).toBe(false);
});

describe('what is kept', () => {
  test('comes with its symbol, stays at other intervals, and goes with another symbol', () => {
    editor.tool.set('trend');
    stroke(bar(150), bar(180));
    const drawn = only();
    show('1h', 3_600);
    expect([only(), editor.canUndo.get()]).toEqual([drawn, true]);
    show('1h', 3_600, 'DEMO:BTC');
    expect([editor.drawings.get(), editor.canUndo.get()]).toEqual([[], false]);
    show('5m', 300);
    expect(only()).toEqual(drawn);
  });

  test('follows another page of the site', () => {
    editor.tool.set('trend');
    stroke(bar(150), bar(180));
    const other = { ...only(), id: 'other' };
    const tell = (key: string | null) => window.dispatchEvent(new StorageEvent('storage', { key }));
    storage.setItem(keyOf(SYMBOL), print([other]));
    tell(keyOf('DEMO:BTC'));
    expect(only().id).not.toBe('other');
    tell(keyOf(SYMBOL));
    expect(only()).toEqual(other);
    storage.removeItem(keyOf(SYMBOL));
    tell(null);
    expect(editor.drawings.get()).toEqual([]);
  });

  test('is told of where there is no room', () => {
    storage.setItem = () => {
      throw new Error('full');
    };
    editor.tool.set('trend');
    stroke(bar(150), bar(180));
    expect([layer.isKept.get(), editor.drawings.get().length]).toEqual([false, 1]);
  });
});

test('a layer that is taken off leaves nothing on the chart', () => {
  editor.tool.set('trend');
  send('pointerdown', at(bar(150)));
  scene.view.detach(layer);
  const { style, dataset } = host.element;
  expect([style.cursor, style.touchAction, dataset.tool]).toEqual(['', '', undefined]);
  expect(canScroll()).toBe(true);
  send('pointerup', at(bar(180)));
  expect(editor.drawings.get()).toEqual([]);
});
