import { beforeEach, describe, expect, test } from 'vitest';
import { LineDrag } from '../../src/orders/drag';
import type { Intent, PriceLine } from '../../src/orders/line';

/** A unit of price is a pixel, 400 at the top; the tick is 0.5. */
const HEIGHTS = {
  yOf: (price: number) => 400 - price,
  priceOf: (y: number) => 400 - y,
  toTick: (price: number) => Math.round(price * 2) / 2,
};
const line = (id: string, price: number, more: Partial<PriceLine> = {}): PriceLine => ({
  id,
  kind: 'order',
  price,
  label: id,
  canMove: true,
  canClose: true,
  ...more,
});

let intents: Intent[];
let lines: PriceLine[];
let drag: LineDrag;

beforeEach(() => {
  intents = [];
  lines = [line('a', 100), line('b', 200), line('fixed', 300, { canMove: false, canClose: false })];
  drag = new LineDrag(
    HEIGHTS,
    () => lines,
    (intent) => intents.push(intent),
  );
});

describe('a drag', () => {
  test('tells where it is, on ticks, and in the end where it was left', () => {
    expect(drag.down(302, 6)).toBe(true);
    drag.move(292.1);
    drag.move(292.2);
    drag.move(280);
    expect(drag.up()).toBe(true);
    expect(intents).toEqual([
      { kind: 'moving', id: 'a', price: 110 },
      { kind: 'moving', id: 'a', price: 122 },
      { kind: 'moved', id: 'a', price: 122 },
    ]);
    expect(drag.current).toBeNull();
  });

  test('that ends where it began wants nothing', () => {
    drag.down(300, 6);
    drag.up();
    expect(intents).toEqual([]);
  });

  test('that is given up puts the line back', () => {
    drag.down(300, 6);
    drag.move(250);
    expect(drag.cancel()).toBe(true);
    expect(intents.at(-1)).toEqual({ kind: 'moving', id: 'a', price: 100 });
    expect([drag.up(), drag.cancel()]).toEqual([false, false]);
  });

  test('never goes to a price of nothing or less', () => {
    drag.down(300, 6);
    drag.move(450);
    expect(drag.current?.price).toBe(100);
  });

  test('takes only what is near and can be moved', () => {
    expect([drag.down(250, 6), drag.down(100, 6)]).toEqual([false, false]);
    lines = [line('fixed', 101, { canMove: false }), line('a', 100)];
    expect(drag.down(299, 6)).toBe(true);
    expect(drag.current?.id).toBe('a');
  });
});

describe('the keyboard', () => {
  test('moves by a tick, by ten with shift, and closes', () => {
    drag.key('a', 'ArrowUp', 0.5);
    drag.key('a', 'ArrowDown', 0.5, true);
    drag.key('a', 'Delete', 0.5);
    expect(intents).toEqual([
      { kind: 'moved', id: 'a', price: 100.5 },
      { kind: 'moved', id: 'a', price: 95 },
      { kind: 'closed', id: 'a' },
    ]);
  });

  test('does nothing to what is fixed, or is not there', () => {
    const told = ['ArrowUp', 'Delete', 'x'].map((key) => drag.key('fixed', key, 0.5));
    expect([told, drag.key('none', 'Delete', 0.5), intents]).toEqual([
      [false, false, false],
      false,
      [],
    ]);
  });
});

describe('a line that asks', () => {
  beforeEach(() => {
    lines = [line('a', 100, { isAsking: true, canClose: false }), line('b', 200)];
  });

  test('is answered by keys and buttons, and by nothing else', () => {
    const told = [
      drag.key('a', 'Enter', 1),
      drag.key('a', 'Escape', 1),
      drag.key('a', 'Delete', 1),
      drag.confirm('a'),
      drag.close('a'),
    ];
    expect(told).toEqual([true, true, true, true, true]);
    expect(intents.map(({ kind }) => kind)).toEqual([
      'confirmed',
      'cancelled',
      'cancelled',
      'confirmed',
      'cancelled',
    ]);
  });

  test('one that does not ask has nothing to confirm, and Escape is not its own', () => {
    const told = [drag.key('b', 'Enter', 1), drag.key('b', 'Escape', 1), drag.confirm('b')];
    expect([told, intents]).toEqual([[false, false, false], []]);
  });
});
