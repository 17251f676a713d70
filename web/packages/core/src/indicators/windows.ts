/** What is told of the last `length` values; NaN until there are so many, and NaN is no value. */

import type { Average } from './averages';

type Fold = (values: ArrayLike<number>) => number;

/** Each window is looked at by itself, so that nothing adds up over many bars. */
export function windowed(length: number, fold: Fold): Average {
  const values = new Float64Array(length);
  let seen = 0;
  return (value, isKept) => {
    if (Number.isNaN(value)) return Number.NaN;
    // The window with the new value at its end; the oldest is in front.
    const oldest = values[0] as number;
    values.copyWithin(0, 1);
    values[length - 1] = value;
    const found = seen >= length - 1 ? fold(values) : Number.NaN;
    if (isKept) seen += 1;
    else {
      values.copyWithin(1, 0);
      values[0] = oldest;
    }
    return found;
  };
}

export const mean = (length: number): Average => windowed(length, meanOf);

export const weighted = (length: number): Average =>
  windowed(length, (values) => {
    let sum = 0;
    for (let place = 0; place < length; place++) sum += (values[place] as number) * (place + 1);
    return sum / ((length * (length + 1)) / 2);
  });

/** The standard deviation, that of a population. */
export const deviation = (length: number): Average =>
  windowed(length, (values) => {
    const middle = meanOf(values);
    let squares = 0;
    for (let place = 0; place < length; place++)
      squares += ((values[place] as number) - middle) ** 2;
    return Math.sqrt(squares / length);
  });

export const highest = (length: number): Average => windowed(length, (values) => most(values, 1));
export const lowest = (length: number): Average => windowed(length, (values) => -most(values, -1));

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let place = 0; place < values.length; place++) sum += values[place] as number;
  return sum / values.length;
}

function most(values: ArrayLike<number>, sign: 1 | -1): number {
  let found = Number.NEGATIVE_INFINITY;
  for (let place = 0; place < values.length; place++) {
    const value = (values[place] as number) * sign;
    if (value > found) found = value;
  }
  return found;
}
