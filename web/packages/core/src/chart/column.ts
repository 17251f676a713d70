/** Values of a series, one a bar; null or NaN where there is none. Pure. */
export type Column = ArrayLike<number | null>;

export const NO_COLUMN: Column = [];

/** The value at an index, null where there is none. */
export function valueAt(column: Column, index: number): number | null {
  const value = column[index];
  return value === undefined || value === null || Number.isNaN(value) ? null : value;
}

/** The least and greatest value from one index to another, both included. */
export function extent(column: Column, from: number, to: number): [number, number] | null {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = Math.max(0, from); index <= Math.min(to, column.length - 1); index++) {
    const value = valueAt(column, index);
    if (value === null) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return least > most ? null : [least, most];
}
