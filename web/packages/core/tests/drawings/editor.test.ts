import { beforeEach, describe, expect, test } from 'vitest';
import { Editor } from '../../src/drawings/editor';
import { ANCHORS, type Drawing, TOOLS, type Tool } from '../../src/drawings/model';
import { PlainCanvas, START } from './canvas';

let canvas: PlainCanvas;
let editor: Editor;

beforeEach(() => {
  canvas = new PlainCanvas();
  let ids = 0;
  editor = new Editor(canvas, () => `d${++ids}`);
});

const touch = (x: number, y: number, isStraight = false) => ({
  point: { x, y },
  reach: 6,
  isStraight,
});
const click = (x: number, y: number) => {
  editor.down(touch(x, y));
  editor.up(touch(x, y));
};
const drag = (from: [number, number], to: [number, number], isStraight = false) => {
  editor.down(touch(...from));
  editor.move(touch(...to, isStraight));
  editor.up(touch(...to, isStraight));
};
const only = (): Drawing => {
  expect(editor.drawings.get()).toHaveLength(1);
  return editor.drawings.get()[0] as Drawing;
};
const draw = (tool: Tool, from: [number, number], to: [number, number]) => {
  editor.tool.set(tool);
  if (ANCHORS[tool] === 1) click(...from);
  else drag(from, to);
};

describe('placing', () => {
  test('by two clicks, with the line following the pointer between them', () => {
    editor.tool.set('trend');
    click(100, 300);
    editor.move(touch(200, 200));
    expect(editor.shown()[0]?.anchors[1]).toEqual({ time: START + 200 * 60, price: 200 });
    expect(editor.drawings.get()).toEqual([]);
    click(300, 100);
    expect(only().anchors).toEqual([
      { time: START + 6_000, price: 100 },
      { time: START + 18_000, price: 300 },
    ]);
    expect([editor.tool.get(), editor.selected.get(), editor.isBusy]).toEqual([null, 'd1', false]);
  });

  test('by one stroke', () => {
    editor.tool.set('rectangle');
    drag([10, 10], [90, 60]);
    expect(only().tool).toBe('rectangle');
  });

  test('with one click where one is enough', () => {
    editor.tool.set('horizontal');
    click(50, 150);
    expect(only().anchors).toEqual([{ time: START + 3_000, price: 250 }]);
  });

  test('with one press that is drawn on to where it is let go', () => {
    editor.tool.set('horizontal');
    drag([50, 150], [60, 200]);
    expect([only().anchors[0]?.price, editor.isBusy]).toEqual([200, false]);
  });

  test('straight with the shift key', () => {
    editor.tool.set('trend');
    drag([100, 100], [200, 108], true);
    expect(only().anchors[1]?.price).toBeCloseTo(300, 9);
  });

  test('with the magnet asks for the nearest price', () => {
    editor.hasMagnet.set(true);
    editor.tool.set('horizontal');
    click(5, 5);
    expect(canvas.magnets).toBe(1);
  });

  test('is given up with Escape', () => {
    editor.tool.set('trend');
    click(100, 300);
    expect(editor.key('Escape')).toBe(true);
    expect([editor.shown(), editor.tool.get(), editor.isBusy]).toEqual([[], null, false]);
  });

  test('begins anew when the pointer is taken away, with the tool still in hand', () => {
    editor.tool.set('trend');
    editor.down(touch(100, 300));
    editor.cancel();
    expect([editor.shown(), editor.tool.get()]).toEqual([[], 'trend']);
    drag([10, 10], [90, 60]);
    expect(only().anchors[0]).toEqual({ time: START + 600, price: 390 });
  });

  test('shows again what was hidden', () => {
    editor.isHidden.set(true);
    editor.tool.set('horizontal');
    click(50, 150);
    expect(editor.shown()).toHaveLength(1);
  });

  test('needs no pointer: Enter puts it into the middle, or ends it where it is', () => {
    editor.tool.set('trend');
    expect(editor.key('Enter')).toBe(true);
    expect(only().anchors.map(canvas.pointOf)).toEqual([
      { x: 320, y: 240 },
      { x: 480, y: 160 },
    ]);
    editor.tool.set('trend');
    click(100, 300);
    editor.move(touch(200, 200));
    editor.key('Enter');
    expect(editor.drawings.get()[1]?.anchors[1]).toEqual({ time: START + 12_000, price: 200 });
    expect(editor.key('Enter')).toBe(false);
  });

  test('outside of the times that there are, nothing is placed', () => {
    canvas.anchorAt = () => null as never;
    editor.tool.set('trend');
    drag([100, 300], [200, 100]);
    expect([editor.drawings.get(), editor.shown(), editor.key('Enter')]).toEqual([[], [], true]);
  });

  test('a text is written at once, and goes if it has no words', () => {
    editor.tool.set('text');
    click(100, 100);
    expect(editor.writing.get()).toBe('d1');
    editor.write('  here  ');
    expect(only().text).toBe('here');
    editor.tool.set('text');
    click(300, 300);
    editor.write('   ');
    expect(only().text).toBe('here');
  });

  test('a measure is seen, never kept, and goes with the next press', () => {
    editor.tool.set('measure');
    drag([100, 300], [200, 100]);
    expect(editor.shown().map((each) => each.tool)).toEqual(['measure']);
    expect([editor.drawings.get(), editor.canUndo.get()]).toEqual([[], false]);
    click(700, 20);
    expect(editor.shown()).toEqual([]);
  });
});

describe('what is there', () => {
  test.each(TOOLS.filter((tool) => tool !== 'measure'))(
    'a %s is hit on its line, moved and removed',
    (tool) => {
      draw(tool, [100, 300], [300, 100]);
      editor.write('words');
      const before = only();
      const middle = {
        text: [110, 300],
        horizontal: [500, 300],
        horizontalRay: [500, 300],
        vertical: [100, 50],
        rectangle: [100, 200],
      } as const;
      const [x, y] = middle[tool as keyof typeof middle] ?? [200, 200];
      editor.selected.set(null);
      expect(editor.hit(touch(x, y + 2))?.id ?? editor.hit(touch(x + 2, y))?.id).toBe(before.id);
      drag([x, y], [x + 50, y - 30]);
      const moved = only();
      moved.anchors.forEach((anchor, index) => {
        expect(anchor.time).toBeCloseTo((before.anchors[index]?.time ?? 0) + 50 * 60, 6);
        expect(anchor.price).toBeCloseTo((before.anchors[index]?.price ?? 0) + 30, 6);
      });
      expect(editor.key('Delete')).toBe(true);
      expect(editor.drawings.get()).toEqual([]);
    },
  );

  test('a press beside everything is the chart’s, and lets go of the selected one', () => {
    draw('trend', [100, 300], [300, 100]);
    expect(editor.down(touch(600, 300))).toBe(false);
    expect(editor.selected.get()).toBeNull();
    expect(editor.move(touch(200, 201))).toBe(false);
    expect(editor.hovered.get()).toBe('d1');
  });

  test('one end is moved by its handle', () => {
    draw('trend', [100, 300], [300, 100]);
    drag([300, 100], [400, 50]);
    expect(only().anchors).toEqual([
      { time: START + 6_000, price: 100 },
      { time: START + 24_000, price: 350 },
    ]);
  });

  test('a rectangle is pulled by any corner', () => {
    draw('rectangle', [100, 300], [300, 100]);
    drag([300, 300], [350, 310]);
    drag([100, 100], [90, 50]);
    expect(only().anchors.map(canvas.pointOf)).toEqual([
      { x: 90, y: 310 },
      { x: 350, y: 50 },
    ]);
  });

  test('a press that trembles moves neither the whole nor a handle, and is no step', () => {
    draw('trend', [100, 300], [300, 100]);
    const before = only();
    drag([200, 200], [202, 198]);
    drag([300, 100], [303, 101]);
    drag([200, 200], [240, 200]);
    expect(editor.steps.get()).toBe(2);
    editor.undo();
    expect(only()).toBe(before);
  });

  test('a drag that comes back to where it began is no step', () => {
    draw('trend', [100, 300], [300, 100]);
    editor.down(touch(200, 200));
    editor.move(touch(300, 300));
    editor.move(touch(200, 200));
    editor.up(touch(200, 200));
    expect(editor.steps.get()).toBe(1);
  });

  test('one moved on a coarser interval keeps its shape', () => {
    draw('trend', [100, 300], [107, 200]);
    [canvas.zoom, canvas.barWidth] = [240, 10];
    const { x, y } = canvas.pointOf(only().anchors[0] as Drawing['anchors'][0]);
    editor.selected.set(null);
    drag([x + 1, y - 50], [x + 41, y - 50]);
    const [a, b] = only().anchors;
    expect((b?.time ?? 0) - (a?.time ?? 0)).toBe(420);
    expect(a).toEqual({ time: START + 6_000 + 4 * 2_400, price: 100 });
  });

  test('the topmost is taken', () => {
    draw('horizontal', [10, 200], [0, 0]);
    draw('vertical', [400, 10], [0, 0]);
    expect(editor.hit(touch(400, 200))?.id).toBe('d2');
  });

  test('what is locked can be selected, and neither moved nor removed', () => {
    draw('horizontal', [10, 200], [0, 0]);
    editor.change({ isLocked: true });
    const before = only();
    drag([500, 200], [500, 300]);
    editor.key('ArrowUp');
    expect(editor.key('Delete')).toBe(false);
    expect(only()).toBe(before);
    expect(editor.selected.get()).toBe('d1');
    expect(editor.down(touch(500, 200))).toBe(false);
  });

  test('what is hidden is not in the way', () => {
    draw('horizontal', [10, 200], [0, 0]);
    editor.isHidden.set(true);
    expect([editor.shown(), editor.hit(touch(10, 200))]).toEqual([[], null]);
  });

  test('stays at its times when the interval changes', () => {
    draw('trend', [100, 300], [300, 100]);
    const { anchors } = only();
    canvas.zoom = 3_600;
    expect(only().anchors).toEqual(anchors);
    expect(canvas.pointOf(anchors[1] as (typeof anchors)[0]).x).toBe(5);
    editor.selected.set(null);
    expect(editor.hit(touch(5, 100))?.id).toBe('d1');
  });
});

describe('the keyboard', () => {
  test('moves by a pixel, and by ten with shift', () => {
    draw('horizontal', [10, 200], [0, 0]);
    editor.key('ArrowUp');
    editor.key('ArrowDown', { shift: true });
    expect(only().anchors[0]?.price).toBeCloseTo(191, 9);
  });

  test('moves by a bar to the sides', () => {
    draw('trend', [100, 300], [300, 100]);
    [canvas.barWidth, canvas.zoom] = [8, 60];
    editor.key('ArrowRight');
    editor.key('ArrowLeft', { shift: true });
    expect(only().anchors[0]).toEqual({ time: START + 6_000 - 9 * 480, price: 100 });
  });

  test('moves by a tick where a pixel is less, and by a pixel where bars are thinner', () => {
    draw('horizontal', [10, 200], [0, 0]);
    canvas.tick = 25;
    editor.key('ArrowUp');
    expect(only().anchors[0]?.price).toBe(225);
    canvas.barWidth = 0.25;
    editor.key('ArrowRight');
    expect(only().anchors[0]?.time).toBe(START + 600 + 60);
  });

  test('selects one after the other', () => {
    editor.selectNext();
    expect(editor.selected.get()).toBeNull();
    draw('horizontal', [10, 200], [0, 0]);
    draw('vertical', [10, 200], [0, 0]);
    const seen = [1, 2, 3].map(() => {
      editor.selectNext();
      return editor.selected.get();
    });
    expect(seen).toEqual(['d1', 'd2', 'd1']);
  });

  test('copies, pastes and duplicates beside the first', () => {
    draw('horizontal', [10, 200], [0, 0]);
    editor.key('c', { ctrl: true });
    editor.key('v', { ctrl: true });
    editor.key('d', { ctrl: true });
    expect(editor.drawings.get().map((each) => each.anchors[0]?.price)).toEqual([200, 184, 168]);
    expect(new Set(editor.drawings.get().map((each) => each.id)).size).toBe(3);
  });

  test('leaves alone what means nothing here', () => {
    expect(editor.key('ArrowUp')).toBe(false);
    expect(editor.key('Escape')).toBe(false);
    expect(editor.key('x', { ctrl: true })).toBe(false);
    expect(editor.key('v', { ctrl: true })).toBe(false);
  });
});

describe('undo and redo', () => {
  test('go through everything that was done, and back', () => {
    draw('trend', [100, 300], [300, 100]);
    drag([200, 200], [250, 200]);
    editor.change({ style: { colour: '#ff0000', width: 4, dash: 'dashed' } });
    editor.key('Delete');
    const end = editor.drawings.get();
    let steps = 0;
    while (editor.key('z', { ctrl: true })) steps += 1;
    expect([steps, editor.drawings.get(), editor.canUndo.get()]).toEqual([4, [], false]);
    while (editor.key('z', { ctrl: true, shift: true })) steps -= 1;
    expect([steps, editor.drawings.get(), editor.canRedo.get()]).toEqual([0, end, false]);
  });

  test('a new step forgets what was undone', () => {
    draw('horizontal', [10, 200], [0, 0]);
    editor.undo();
    draw('vertical', [10, 200], [0, 0]);
    expect(editor.redo()).toBe(false);
    expect(only().tool).toBe('vertical');
  });

  test('remember a hundred steps and no more', () => {
    draw('horizontal', [10, 200], [0, 0]);
    for (let step = 0; step < 250; step += 1) editor.key('ArrowUp');
    let undone = 0;
    while (editor.undo()) undone += 1;
    expect(undone).toBe(100);
  });

  test('do not reach back before other drawings were loaded', () => {
    draw('horizontal', [10, 200], [0, 0]);
    editor.reset([]);
    expect([editor.undo(), editor.selected.get()]).toEqual([false, null]);
  });
});

test('there is an end to how many are drawn', () => {
  const one = { tool: 'horizontal', style: editor.style, text: '', isLocked: false } as const;
  editor.reset(
    Array.from({ length: 500 }, (_, i) => ({
      ...one,
      id: `x${i}`,
      anchors: [{ time: 0, price: i }],
    })),
  );
  draw('horizontal', [10, 200], [0, 0]);
  expect(editor.drawings.get()).toHaveLength(500);
  expect(editor.isBusy).toBe(false);
});

test('drawings from elsewhere get ids of their own, can be undone, and find the same end', () => {
  draw('horizontal', [10, 200], [0, 0]);
  const many = Array.from({ length: 600 }, () => only());
  expect(editor.add(many)).toBe(499);
  expect(new Set(editor.drawings.get().map(({ id }) => id)).size).toBe(500);
  expect(editor.add(many)).toBe(0);
  editor.undo();
  expect(editor.drawings.get()).toHaveLength(1);
});
