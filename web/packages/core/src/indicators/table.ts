import type { Formula, Row, Timeline, Values } from './formula';
import { adx, atr, macd, obv, rsi, stochastic } from './oscillators';
import { bollinger, exponentialAverage, ichimoku, sma, superTrend, vwap, wma } from './trends';

/** The formulas by the names the server has for them. */
export const FORMULAS: Readonly<Record<string, Formula>> = {
  sma,
  ema: exponentialAverage,
  wma,
  vwap,
  bollinger,
  rsi,
  macd,
  atr,
  stochastic,
  adx,
  obv,
  ichimoku,
  supertrend: superTrend,
};

/** Returns a value for each parameter: what is given, else the default. */
export const valuesOf = (formula: Formula, given: Values): Values => ({
  ...formula.defaults,
  ...given,
});

/** Returns the outputs over bars of which the first is the market's, or long enough before. */
export function compute(
  formula: Formula,
  values: Values,
  rows: readonly Row[],
  timeline: Timeline,
): Record<string, Float64Array> {
  const columns = formula.outputs.map(() => new Float64Array(rows.length));
  const run = formula.begin(values, timeline);
  rows.forEach((row, index) => {
    run(row, true).forEach((value, output) => {
      (columns[output] as Float64Array)[index] = value;
    });
  });
  return Object.fromEntries(
    formula.outputs.map((name, output) => [name, columns[output]]),
  ) as Record<string, Float64Array>;
}
