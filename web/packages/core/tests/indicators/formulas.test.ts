// @vitest-environment node
import { expect, test } from 'vitest';
import type { Row, Values } from '../../src/indicators/formula';
import { compute, FORMULAS, valuesOf } from '../../src/indicators/table';
import { Calendar } from '../../src/time/calendar';
import { type IntervalLength, parseInterval } from '../../src/time/interval';
import { seeded } from '../fake/world';
import golden from '../golden/indicators.json';

const timeline = {
  calendar: new Calendar(golden.session, golden.zone),
  interval: parseInterval('1h') as IntervalLength,
};
const { t, o, h, l, c, v } = golden.bars as Record<string, number[]>;
const rows = (t as number[]).map((time, at) => ({
  t: time,
  o: o?.[at] as number,
  h: h?.[at] as number,
  l: l?.[at] as number,
  c: c?.[at] as number,
  v: v?.[at] as number,
}));

/** Whether two values are the same within 1e-9, of the size of what they were made of. */
function near(found: number, wanted: number | null, size = 1): boolean {
  if (wanted === null || Number.isNaN(wanted)) return Number.isNaN(found);
  return Math.abs(found - wanted) <= 1e-9 * Math.max(Math.abs(wanted), size * 1e-3);
}

interface Case {
  readonly name: string;
  readonly parameters: Values;
  readonly lead: number;
  readonly displacement: Record<string, number>;
  readonly outputs: Record<string, (number | null)[]>;
}

const cases = golden.cases as unknown as Case[];

test('there is a formula for each of the server’s', () => {
  expect(Object.keys(FORMULAS)).toEqual([...new Set(cases.map(({ name }) => name))]);
});

test.each(cases)('$name $parameters is what the server computes', (given) => {
  const formula = FORMULAS[given.name];
  if (!formula) throw new Error(given.name);
  const values = valuesOf(formula, given.parameters);
  expect(formula.lead(values)).toBe(given.lead);
  const shifts = formula.shifts?.(values) ?? {};
  for (const name of formula.outputs) expect(shifts[name] ?? 0).toBe(given.displacement[name]);
  const found = compute(formula, values, rows, timeline);
  expect(Object.keys(found)).toEqual(Object.keys(given.outputs));
  for (const [name, wanted] of Object.entries(given.outputs)) {
    const wrong = wanted.flatMap((value, row) =>
      near(found[name]?.[row] as number, value) ? [] : [[row, found[name]?.[row], value]],
    );
    expect([name, wrong]).toEqual([name, []]);
    expect(wanted.some((value) => value !== null)).toBe(true);
  }
});

test('defaults are the server’s', () => {
  const first = new Map(cases.map((each) => [each.name, each.parameters] as const).reverse());
  for (const [name, formula] of Object.entries(FORMULAS))
    expect(valuesOf(formula, {})).toEqual(first.get(name));
});

test.each(cases)('$name $parameters: looking at a bar that forms changes nothing', (given) => {
  const formula = FORMULAS[given.name];
  if (!formula) throw new Error(given.name);
  const values = valuesOf(formula, given.parameters);
  const [run, looked] = [formula.begin(values, timeline), formula.begin(values, timeline)];
  for (const row of rows) {
    looked({ ...row, c: row.l, v: 1 }, false);
    looked({ ...row, h: row.h + 5, c: row.h + 5, v: 77 }, false);
    const [seen, kept] = [looked(row, false), looked(row, true)];
    expect(seen).toEqual(run(row, true));
    expect(kept).toEqual(seen);
  }
});

/** A walk of many bars, an hour each, around the clock. */
function walk(count: number, seed: number): Row[] {
  const random = seeded(seed);
  let close = 100;
  return Array.from({ length: count }, (_, index) => {
    const open = close;
    close = Math.max(10, close + (random() - 0.5) * 3);
    const [high, low] = [Math.max(open, close) + random(), Math.min(open, close) - random()];
    return {
      t: 1_700_000_000 + index * 3_600,
      o: open,
      h: high,
      l: low,
      c: close,
      v: random() * 9,
    };
  });
}

test.each([
  ['sma', { period: 37 }],
  ['ema', { period: 12 }],
  ['wma', { period: 9 }],
  ['bollinger', { period: 20 }],
  ['rsi', { period: 7 }],
  ['macd', { fast: 5, slow: 9, signal: 4 }],
  ['atr', { period: 8 }],
  ['stochastic', { period: 10, smooth: 3, signal: 4 }],
  ['adx', { period: 6 }],
  ['ichimoku', {}],
  ['supertrend', { period: 5, multiplier: 2 }],
] as const)(
  '%s %j: begun at any bar with the lead before it, values are those of the whole',
  (name, given) => {
    const formula = FORMULAS[name];
    if (!formula) throw new Error(name);
    const values = valuesOf(formula, given);
    const all = walk(2_500, 7);
    const whole = compute(formula, values, all, timeline);
    const lead = formula.lead(values);
    for (const from of [lead, lead + 1, lead + 333, 2_000]) {
      const part = compute(formula, values, all.slice(from - lead), timeline);
      for (const output of formula.outputs)
        for (let row = from; row < all.length; row += 7)
          expect(
            near(part[output]?.[row - from + lead] as number, whole[output]?.[row] as number, 100),
          ).toBe(true);
    }
  },
);

test('VWAP says from when on it needs bars: the trading day of the market', () => {
  const formula = FORMULAS.vwap;
  if (!formula?.since) throw new Error('since');
  const at = (text: string) => Date.parse(text) / 1000;
  const noon = at('2024-06-04T17:30Z');
  expect(formula.since({ anchor: 'day' }, timeline, noon)).toBeLessThanOrEqual(
    at('2024-06-04T13:30Z'),
  );
  const week = formula.since({ anchor: 'week' }, timeline, noon);
  expect(week).toBeLessThanOrEqual(at('2024-06-03T13:30Z'));
  expect(week).toBeGreaterThan(at('2024-05-31T20:00Z') - 1);
});
