import { expect, test } from 'vitest';
import { TOOLS } from '../../src/drawings/model';
import { isInSight } from '../../src/drawings/shape';
import { handlesOf, isAway, LEVELS, shapesOf, spanOf } from '../../src/drawings/tools';
import { PlainCanvas, START } from './canvas';

const canvas = new PlainCanvas();
const sight = (anchors: readonly { time: number; price: number }[], text = '') => ({
  points: anchors.map(canvas.pointOf),
  box: canvas.box,
  drawing: { anchors, text },
  formatPrice: (price: number) => price.toFixed(2),
  yOf: canvas.yOf,
  barsBetween: (from: number, to: number) => (to - from) / 60,
});
const FROM = { time: START, price: 100 };
const TO = { time: START + 6_000, price: 300 };

test('the levels of a way back lie between its ends, and say their price', () => {
  const shapes = shapesOf('fibonacci', sight([FROM, TO]));
  const texts = shapes.flatMap((shape) => (shape.kind === 'text' ? shape.lines : []));
  expect(texts).toHaveLength(LEVELS.length);
  expect(texts[0]).toBe('0 (300.00)');
  expect(texts.at(-1)).toBe('1 (100.00)');
  expect(texts[LEVELS.indexOf(0.5)]).toBe('0.5 (200.00)');
});

test('a measure tells price, percent, bars and time', () => {
  const told = shapesOf('measure', sight([FROM, TO])).find((shape) => shape.kind === 'label');
  expect(told).toMatchObject({ lines: ['+200.00 (+200.00 %)', '100 bars, 1 h 40 min'] });
  const back = shapesOf('measure', sight([TO, FROM])).find((shape) => shape.kind === 'label');
  expect(back).toMatchObject({ lines: ['−200.00 (−66.67 %)', '-100 bars, −1 h 40 min'] });
});

test('a ray goes on to the edge, a line to both', () => {
  const [ray] = shapesOf(
    'ray',
    sight([
      { time: START + 600, price: 200 },
      { time: START + 1_200, price: 200 },
    ]),
  );
  expect(ray).toMatchObject({ a: { x: 10, y: 200 }, b: { x: 800, y: 200 } });
  const [line] = shapesOf(
    'extended',
    sight([
      { time: START + 600, price: 200 },
      { time: START + 1_200, price: 200 },
    ]),
  );
  expect(line).toMatchObject({ a: { x: 0 }, b: { x: 800 } });
});

test('levels lie where the scale has their prices, also on a logarithmic one', () => {
  const yOf = (price: number) => 400 - 100 * Math.log10(price);
  const anchors = [
    { time: START, price: 10 },
    { time: START + 6_000, price: 1_000 },
  ];
  const points = anchors.map(({ time, price }) => ({ x: (time - START) / 60, y: yOf(price) }));
  const shapes = shapesOf('fibonacci', { ...sight(anchors), points, yOf });
  const half = shapes.find((shape) => shape.kind === 'text' && shape.lines[0]?.startsWith('0.5 '));
  expect(half).toMatchObject({ at: { y: yOf(505) }, lines: ['0.5 (505.00)'] });
});

test('a level whose price the scale does not have is left out', () => {
  const yOf = (price: number) => (price > 150 ? canvas.yOf(price) : null);
  const shapes = shapesOf('fibonacci', { ...sight([FROM, TO]), yOf });
  expect(shapes.filter((shape) => shape.kind === 'text')).toHaveLength(LEVELS.length - 2);
});

test('what a measure tells stays in the box', () => {
  const ends = [-50, 20, 380, 450].flatMap((y) => [-100, 30, 790, 900].map((x) => ({ x, y })));
  for (const a of ends) {
    for (const b of ends) {
      const points = [a, b];
      const label = shapesOf('measure', { ...sight([FROM, TO]), points }).find(
        (shape) => shape.kind === 'label',
      );
      if (label?.kind !== 'label') throw new Error('no label');
      expect(label.at.x).toBeGreaterThan(50);
      expect(label.at.x).toBeLessThan(750);
      expect(label.at.y).toBeGreaterThanOrEqual(0);
      expect(label.at.y).toBeLessThanOrEqual(370);
    }
  }
});

test('a rectangle is held by its four corners, all others by their anchors', () => {
  const points = [
    { x: 1, y: 2 },
    { x: 5, y: 9 },
  ];
  expect(handlesOf('rectangle', points)).toEqual([...points, { x: 5, y: 2 }, { x: 1, y: 9 }]);
  expect(handlesOf('fibonacci', points)).toBe(points);
});

test.each(TOOLS)('a %s that is skipped as away has nothing in sight', (tool) => {
  const places = [-2_000, -300, -10, 100, 790, 900, 1_200, 3_000];
  const pairs = places.flatMap((x) => places.map((y) => ({ x, y: y / 2 })));
  const away = pairs
    .flatMap((a) => pairs.map((b) => [a, b]))
    .filter((points) => isAway(tool, points, canvas.box));
  for (const points of away) {
    const anchors = points.map((point) => canvas.anchorAt(point, false));
    const shapes = shapesOf(tool, { ...sight(anchors), points });
    const seen = shapes.filter((shape) => shape.kind !== 'label' && isInSight(shape, canvas.box));
    expect(seen).toEqual([]);
  }
  const isBounded = ['trend', 'rectangle', 'fibonacci', 'measure'].includes(tool);
  expect(away.length > 100).toBe(isBounded);
});

test('without a point there is nothing to see', () => {
  expect(shapesOf('trend', sight([]))).toEqual([]);
});

test('what lies off the screen is not painted', () => {
  const line = (x: number) => ({ kind: 'line' as const, a: { x, y: 5 }, b: { x: x + 10, y: 9 } });
  expect([line(-100), line(100), line(900)].map((each) => isInSight(each, canvas.box))).toEqual([
    false,
    true,
    false,
  ]);
});

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [3_661, '1 h 1 min'],
  [-90_000, '−1 d 1 h'],
])('%d seconds are %s', (seconds, words) => {
  expect(spanOf(seconds)).toBe(words);
});
