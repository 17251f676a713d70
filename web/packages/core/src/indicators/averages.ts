/**
 * Averages that go from bar to bar. Each takes the next value and tells the average with it; what is
 * `kept` counts for those that follow, what is not was only looked at, as a bar that is forming.
 */

export type Average = (value: number, isKept: boolean) => number;

/** What of its start a recursion may still hold where its values are called right. */
const LEFT = 1e-12;

/**
 * Begins as the mean of the first `length` values and moves by `alpha` towards each one after. NaN
 * in front counts as not there.
 */
export function exponential(length: number, alpha: number): Average {
  let seen = 0;
  let sum = 0;
  let last = Number.NaN;
  return (value, isKept) => {
    if (Number.isNaN(value)) return Number.NaN;
    const total = seen < length ? sum + value : sum;
    let average = Number.NaN;
    if (seen >= length) average = last + (value - last) * alpha;
    else if (seen === length - 1) average = total / length;
    if (isKept) {
      seen += 1;
      sum = total;
      last = average;
    }
    return average;
  };
}

export const ema = (length: number): Average => exponential(length, emaAlpha(length));

export const wilder = (length: number): Average => exponential(length, 1 / length);

/** As Wilder starts his moves: the first sum is of one less, and the next is smoothed into it. */
export function wilderMoves(length: number): Average {
  let seen = 0;
  let last = 0;
  return (value, isKept) => {
    if (Number.isNaN(value)) return Number.NaN;
    const isStarted = seen >= length - 1;
    const next = isStarted ? last + (value - last) / length : last + value / length;
    if (isKept) {
      seen += 1;
      last = next;
    }
    return isStarted ? next : Number.NaN;
  };
}

const emaAlpha = (length: number): number => 2 / (length + 1);

/** After how many values less than `LEFT` of a start is left. */
const decay = (alpha: number): number =>
  alpha >= 1 ? 0 : Math.ceil(Math.log(LEFT) / Math.log1p(-alpha));

/** How many bars an average needs before it is right. */
export const emaLead = (length: number): number => length - 1 + decay(emaAlpha(length));
export const wilderLead = (length: number): number => length - 1 + decay(1 / length);
