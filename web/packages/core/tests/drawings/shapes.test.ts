import { expect, test } from 'vitest';
import { isInSight, LEVELS, shapesOf, spanOf } from '../../src/drawings/shapes';
import { PlainCanvas, START } from './canvas';

const canvas = new PlainCanvas();
const sight = (anchors: readonly { time: number; price: number }[], text = '') => ({
  points: anchors.map(canvas.pointOf),
  box: canvas.box,
  drawing: { anchors, text },
  formatPrice: (price: number) => price.toFixed(2),
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
