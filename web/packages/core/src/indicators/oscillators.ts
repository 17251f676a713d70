/** Indicators in panes of their own: RSI, MACD, ATR, Stochastic, ADX, OBV. */

import { ema, emaLead, wilder, wilderLead, wilderMoves } from './averages';
import { type Formula, priceOf, type Row, share, trueRange, whole } from './formula';
import { highest, lowest, mean } from './windows';

export const rsi: Formula = {
  outputs: ['rsi'],
  defaults: { period: 14, source: 'c' },
  lead: (values) => 1 + wilderLead(whole(values, 'period')),
  begin: (values) => {
    const price = priceOf(values.source);
    const [gain, loss] = [wilder(whole(values, 'period')), wilder(whole(values, 'period'))];
    let before = Number.NaN;
    return (row, isKept) => {
      const value = price(row);
      const change = value - before;
      const up = gain(Math.max(change, 0), isKept);
      const down = loss(Math.max(-change, 0), isKept);
      if (isKept) before = value;
      return [share(up, up + down)];
    };
  },
};

export const macd: Formula = {
  outputs: ['macd', 'signal', 'histogram'],
  defaults: { fast: 12, slow: 26, signal: 9, source: 'c' },
  lead: (values) => emaLead(whole(values, 'slow')) + emaLead(whole(values, 'signal')),
  begin: (values) => {
    const price = priceOf(values.source);
    const [quick, slow, signal] = [
      whole(values, 'fast'),
      whole(values, 'slow'),
      whole(values, 'signal'),
    ];
    const [fastAverage, slowAverage, signalAverage] = [ema(quick), ema(slow), ema(signal)];
    let seen = 0;
    return (row, isKept) => {
      const value = price(row);
      // Both averages have their first value at the same bar, where the slow one has its.
      const delayed = seen < slow - quick ? Number.NaN : value;
      const line = fastAverage(delayed, isKept) - slowAverage(value, isKept);
      const smooth = signalAverage(line, isKept);
      if (isKept) seen += 1;
      return [line, smooth, line - smooth];
    };
  },
};

export const atr: Formula = {
  outputs: ['atr'],
  defaults: { period: 14 },
  lead: (values) => 1 + wilderLead(whole(values, 'period')),
  begin: (values) => {
    const range = trueRange();
    const average = wilder(whole(values, 'period'));
    return (row, isKept) => [average(range(row, isKept), isKept)];
  },
};

export const stochastic: Formula = {
  outputs: ['k', 'd'],
  defaults: { period: 14, smooth: 1, signal: 3 },
  lead: (values) => whole(values, 'period') + whole(values, 'smooth') + whole(values, 'signal') - 3,
  begin: (values) => {
    const [low, high] = [lowest(whole(values, 'period')), highest(whole(values, 'period'))];
    const [smooth, signal] = [mean(whole(values, 'smooth')), mean(whole(values, 'signal'))];
    return ({ h, l, c }, isKept) => {
      const [least, most] = [low(l, isKept), high(h, isKept)];
      const k = smooth(share(c - least, most - least), isKept);
      return [k, signal(k, isKept)];
    };
  },
};

/** The rises of highs and the falls of lows that outdo the other. */
function moves(): (row: Row, isKept: boolean) => readonly [number, number] {
  let [high, low] = [Number.NaN, Number.NaN];
  return ({ h, l }, isKept) => {
    const [up, down] = [h - high, low - l];
    if (isKept) [high, low] = [h, l];
    if (Number.isNaN(up)) return [Number.NaN, Number.NaN];
    return [up > down && up > 0 ? up : 0, down > up && down > 0 ? down : 0];
  };
}

/** Wilder's average of the spread, which stays where nothing moves. */
function steady(length: number): (spread: number, isMoving: boolean, isKept: boolean) => number {
  let seen = 0;
  let sum = 0;
  let last = Number.NaN;
  const averageOf = (spread: number, isMoving: boolean): number => {
    if (seen < length - 1) return Number.NaN;
    if (seen === length - 1) return (sum + spread) / length;
    return isMoving ? last + (spread - last) / length : last;
  };
  return (spread, isMoving, isKept) => {
    if (Number.isNaN(spread)) return Number.NaN;
    const average = averageOf(spread, isMoving);
    if (isKept) [seen, sum, last] = [seen + 1, seen < length ? sum + spread : sum, average];
    return average;
  };
}

export const adx: Formula = {
  outputs: ['adx', 'plus', 'minus'],
  defaults: { period: 14 },
  // The average is right only after what it averages has been right for long enough.
  lead: (values) => 1 + 2 * wilderLead(whole(values, 'period')),
  begin: (values) => {
    const length = whole(values, 'period');
    const [range, moved] = [trueRange(), moves()];
    const [ranges, rises, falls] = [wilderMoves(length), wilderMoves(length), wilderMoves(length)];
    const average = steady(length);
    return (row, isKept) => {
      const [up, down] = moved(row, isKept);
      const all = ranges(range(row, isKept), isKept);
      const plus = share(rises(up, isKept), all);
      const minus = share(falls(down, isKept), all);
      const both = plus + minus;
      return [average(share(Math.abs(plus - minus), both), both > 0, isKept), plus, minus];
    };
  },
};

export const obv: Formula = {
  outputs: ['obv'],
  defaults: {},
  lead: () => 0,
  isCumulative: true,
  begin: () => {
    let [before, sum] = [Number.NaN, 0];
    return ({ c, v }, isKept) => {
      const now = Number.isNaN(before) ? 0 : sum + Math.sign(c - before) * v;
      if (isKept) [before, sum] = [c, now];
      return [now];
    };
  },
};
