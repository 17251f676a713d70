import { expect, test } from 'vitest';
import { PLAIN } from '../../src/drawings/model';
import { paint, sharp } from '../../src/drawings/paint';

const RATIOS = [1, 1.25, 1.5, 2, 2.625, 3];
const WIDTHS = [1, 2, 3, 4];

test('upright and level lines begin and end with pixels, at every density', () => {
  for (const ratio of RATIOS) {
    for (const width of WIDTHS) {
      const pixels = Math.max(1, Math.round(width * ratio));
      for (const place of [0, 10.2, 57.5, 399.99]) {
        const [level] = sharp({ x: 0, y: place }, { x: 800, y: place }, pixels / ratio, {
          x: ratio,
          y: ratio,
        });
        const edge = level.y * ratio - pixels / 2;
        expect(edge).toBeCloseTo(Math.round(edge), 6);
        expect(Math.abs(level.y - place)).toBeLessThanOrEqual(1 / ratio);
      }
    }
  }
});

test('each axis has its own density', () => {
  const ratio = { x: 2, y: 1 };
  expect(sharp({ x: 10.3, y: 0 }, { x: 10.3, y: 9 }, 1, ratio)[0]).toEqual({ x: 10, y: 0 });
  expect(sharp({ x: 0, y: 10.3 }, { x: 9, y: 10.3 }, 1, ratio)[0]).toEqual({ x: 0, y: 10.5 });
});

test('slanted lines and points stay where they are', () => {
  const [a, b] = [
    { x: 1.3, y: 2.7 },
    { x: 5.1, y: 9.9 },
  ];
  expect(sharp(a, b, 1, { x: 2, y: 2 })).toEqual([a, b]);
  expect(sharp(a, a, 1, { x: 2, y: 2 })).toEqual([a, a]);
});

test('lines are whole pixels wide, and a pen is left as it was', () => {
  const widths: number[] = [];
  let depth = 0;
  const pen = {
    save: () => depth++,
    restore: () => depth--,
    setLineDash: () => undefined,
    beginPath: () => undefined,
    moveTo: () => undefined,
    lineTo: () => undefined,
    stroke: () => widths.push(pen.lineWidth),
    lineWidth: 0,
  };
  const drawing = {
    id: 'a',
    tool: 'trend' as const,
    anchors: [],
    style: { ...PLAIN, width: 1 },
    text: '',
    isLocked: false,
  };
  for (const x of RATIOS) {
    const look = { colour: '', background: '', font: '', isMarked: false, ratio: { x, y: x } };
    const shape = { kind: 'line' as const, a: { x: 0, y: 0 }, b: { x: 9, y: 9 } };
    paint(pen as unknown as CanvasRenderingContext2D, [shape], drawing, look);
  }
  expect(widths.map((width, i) => Math.round(width * (RATIOS[i] ?? 0) * 1e6) / 1e6)).toEqual([
    1, 1, 2, 2, 3, 3,
  ]);
  expect(depth).toBe(0);
});
