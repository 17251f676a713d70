/** The index of the last of some ascending numbers that is not greater than another, -1 if all are. */
export function floorOf(length: number, numberAt: (index: number) => number, most: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numberAt(middle) <= most) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
