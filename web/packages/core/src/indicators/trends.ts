/** Indicators over the bars: averages, Bollinger's bands, Ichimoku's lines, SuperTrend, VWAP. */

import { type Average, ema, emaLead, wilder, wilderLead } from './averages';
import { type Formula, priceOf, trueRange, type Values, whole } from './formula';
import { deviation, highest, lowest, mean, weighted } from './windows';

function average(
  name: string,
  of: (length: number) => Average,
  lead: (length: number) => number,
): Formula {
  return {
    outputs: [name],
    defaults: { period: 20, source: 'c' },
    lead: (values) => lead(whole(values, 'period')),
    begin: (values) => {
      const price = priceOf(values.source);
      const next = of(whole(values, 'period'));
      return (row, isKept) => [next(price(row), isKept)];
    },
  };
}

const window = (length: number): number => length - 1;

export const sma = average('sma', mean, window);
export const wma = average('wma', weighted, window);
export const exponentialAverage = average('ema', ema, emaLead);

export const bollinger: Formula = {
  outputs: ['upper', 'middle', 'lower'],
  defaults: { period: 20, multiplier: 2, source: 'c' },
  lead: (values) => window(whole(values, 'period')),
  begin: (values) => {
    const price = priceOf(values.source);
    const [middle, away] = [mean(whole(values, 'period')), deviation(whole(values, 'period'))];
    return (row, isKept) => {
      const value = price(row);
      const centre = middle(value, isKept);
      const width = away(value, isKept) * whole(values, 'multiplier');
      return [centre + width, centre, centre - width];
    };
  },
};

const LINES = ['conversion', 'base', 'span'] as const;

export const ichimoku: Formula = {
  outputs: ['conversion', 'base', 'span_a', 'span_b', 'lagging'],
  defaults: { conversion: 9, base: 26, span: 52, displacement: 26 },
  lead: (values) => Math.max(...LINES.map((name) => whole(values, name))) - 1,
  // The bar itself counts as the first, as on charts: 26 puts the cloud 25 bars ahead.
  shifts: (values) => {
    const bars = whole(values, 'displacement') - 1;
    return { span_a: bars, span_b: bars, lagging: -bars };
  },
  begin: (values) => {
    const lines = LINES.map((name) => {
      const [high, low] = [highest(whole(values, name)), lowest(whole(values, name))];
      return (h: number, l: number, isKept: boolean) => (high(h, isKept) + low(l, isKept)) / 2;
    });
    return ({ h, l, c }, isKept) => {
      const [conversion = 0, base = 0, span = 0] = lines.map((line) => line(h, l, isKept));
      return [conversion, base, (conversion + base) / 2, span, c];
    };
  },
};

const [UP, DOWN] = [1, -1];

interface Turning {
  floor: number;
  ceiling: number;
  last: number;
  direction: number;
}

/** The line under a rising price never falls, the one over a falling price never rises. */
function turned(before: Turning, lower: number, upper: number, close: number): Turning {
  const { last, direction } = before;
  const floor = lower > before.floor || last < before.floor ? lower : before.floor;
  const ceiling = upper < before.ceiling || last > before.ceiling ? upper : before.ceiling;
  const isUp = direction === DOWN ? close > ceiling : !(close < floor);
  return { floor, ceiling, last: close, direction: isUp ? UP : DOWN };
}

export const superTrend: Formula = {
  outputs: ['supertrend', 'direction'],
  defaults: { period: 10, multiplier: 3 },
  // Lines with different starts do not come near each other: they become one in time.
  lead: (values) =>
    1 +
    wilderLead(whole(values, 'period')) +
    200 +
    Math.ceil(50 * whole(values, 'multiplier') ** 2),
  begin: (values) => {
    const range = trueRange();
    const averaged = wilder(whole(values, 'period'));
    let state: Turning | null = null;
    return (row, isKept) => {
      const away = averaged(range(row, isKept), isKept) * whole(values, 'multiplier');
      if (Number.isNaN(away)) return [Number.NaN, Number.NaN];
      const middle = (row.h + row.l) / 2;
      const before = state ?? {
        floor: Number.NEGATIVE_INFINITY,
        ceiling: Number.POSITIVE_INFINITY,
        last: row.c,
        direction: DOWN,
      };
      const now = turned(before, middle - away, middle + away, row.c);
      if (isKept) state = now;
      return [now.direction === UP ? now.floor : now.ceiling, now.direction];
    };
  },
};

const ANCHORS = {
  day: { count: 1, unit: 'd' },
  week: { count: 1, unit: 'w' },
  month: { count: 1, unit: 'M' },
} as const;

const anchorOf = (values: Values) => ANCHORS[values.anchor as keyof typeof ANCHORS] ?? ANCHORS.day;

export const vwap: Formula = {
  outputs: ['vwap'],
  defaults: { anchor: 'day', source: 'hlc3' },
  lead: () => 0,
  since: (values, { calendar, interval }, t) => {
    const anchor = anchorOf(values);
    const period = calendar.floor(anchor, calendar.open(interval, t));
    return calendar.floor(interval, calendar.open(anchor, period));
  },
  begin: (values, { calendar, interval }) => {
    const price = priceOf(values.source);
    const anchor = anchorOf(values);
    let [period, paid, traded] = [Number.NaN, 0, 0];
    return (row, isKept) => {
      const own = calendar.floor(anchor, calendar.open(interval, row.t));
      const isSame = own === period;
      const nowPaid = (isSame ? paid : 0) + price(row) * row.v;
      const nowTraded = (isSame ? traded : 0) + row.v;
      if (isKept) [period, paid, traded] = [own, nowPaid, nowTraded];
      return [nowTraded > 0 ? nowPaid / nowTraded : Number.NaN];
    };
  },
};
