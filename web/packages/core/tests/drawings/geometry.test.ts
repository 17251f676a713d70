import { describe, expect, test } from 'vitest';
import {
  clipped,
  distance,
  distanceToSegment,
  type Point,
  snappedAngle,
} from '../../src/drawings/geometry';

const BOX = { width: 800, height: 400 };

/** Numbers that look random and are the same each time. */
function* chance(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

function points(seed: number, count: number): Point[] {
  const random = chance(seed);
  const next = () => (random.next().value as number) * 1200 - 200;
  return Array.from({ length: count }, () => ({ x: next(), y: next() }));
}

describe('the distance from a segment', () => {
  test('is that of the nearest of many points on it', () => {
    const [all] = [points(7, 300)];
    for (let i = 0; i + 2 < all.length; i += 3) {
      const [point, a, b] = all.slice(i, i + 3) as [Point, Point, Point];
      const steps = 2_000;
      const nearest = Math.min(
        ...Array.from({ length: steps + 1 }, (_, step) =>
          distance(point, {
            x: a.x + ((b.x - a.x) * step) / steps,
            y: a.y + ((b.y - a.y) * step) / steps,
          }),
        ),
      );
      expect(distanceToSegment(point, a, b)).toBeCloseTo(nearest, 0);
    }
  });

  test('of no length is that of its point', () => {
    const a = { x: 3, y: 4 };
    expect(distanceToSegment({ x: 0, y: 0 }, a, a)).toBe(5);
  });
});

describe('a line in a box', () => {
  test('ends on its edges, and lies on the line', () => {
    const all = points(11, 400);
    let seen = 0;
    for (let i = 0; i + 1 < all.length; i += 2) {
      const [a, b] = all.slice(i, i + 2) as [Point, Point];
      const part = clipped(a, b, BOX);
      if (!part) continue;
      seen += 1;
      for (const end of part) {
        const onEdge = [end.x, end.x - BOX.width, end.y, end.y - BOX.height];
        expect(Math.min(...onEdge.map(Math.abs))).toBeLessThan(1e-6);
        const cross = (b.x - a.x) * (end.y - a.y) - (b.y - a.y) * (end.x - a.x);
        expect(Math.abs(cross) / distance(a, b)).toBeLessThan(1e-6);
      }
    }
    expect(seen).toBeGreaterThan(100);
  });

  test('that only begins is cut at its beginning', () => {
    expect(clipped({ x: 100, y: 100 }, { x: 200, y: 100 }, BOX, 0)).toEqual([
      { x: 100, y: 100 },
      { x: 800, y: 100 },
    ]);
    expect(clipped({ x: 900, y: 100 }, { x: 1000, y: 100 }, BOX, 0)).toBeNull();
  });

  test('beside it is not seen', () => {
    expect(clipped({ x: 0, y: 500 }, { x: 10, y: 500 }, BOX)).toBeNull();
    expect(clipped({ x: 5, y: 5 }, { x: 5, y: 5 }, BOX)).toBeNull();
  });
});

test('a straight angle is one of eight, and as long as it was', () => {
  for (const point of points(3, 50)) {
    const snapped = snappedAngle({ x: 0, y: 0 }, point);
    const turns = Math.atan2(snapped.y, snapped.x) / (Math.PI / 4);
    expect(Math.abs(turns - Math.round(turns))).toBeLessThan(1e-6);
    expect(distance({ x: 0, y: 0 }, snapped)).toBeLessThanOrEqual(
      distance({ x: 0, y: 0 }, point) + 1e-9,
    );
  }
});
