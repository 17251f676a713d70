import {
  type IChartApi,
  type ISeriesApi,
  MismatchDirection,
  type SeriesType,
} from 'lightweight-charts';
import type { Seconds } from '../types';
import type { Slots } from './slots';

/** Where the chart looked: a bar's time, and the range in bars from it. */
export interface Place {
  readonly time: Seconds;
  readonly from: number;
  readonly to: number;
}

/** Notes where the chart looks, of the bars as they are drawn. */
export function placeOfView(chart: IChartApi, series: ISeriesApi<SeriesType>): Place | null {
  const range = chart.timeScale().getVisibleLogicalRange();
  if (!range) return null;
  const middle = Math.round((range.from + range.to) / 2);
  const item =
    series.dataByIndex(middle, MismatchDirection.NearestLeft) ??
    series.dataByIndex(middle, MismatchDirection.NearestRight);
  const index = item && chart.timeScale().timeToIndex(item.time);
  if (!item || index === null) return null;
  const at = index as number;
  return { time: item.time as number, from: range.from - at, to: range.to - at };
}

/** Looks there again, though bars or empty places came or went meanwhile. */
export function lookAgain(chart: IChartApi, slots: Slots, place: Place | null): void {
  const index = place ? slots.floor(place.time) : -1;
  if (!place || index < 0) return;
  chart.timeScale().setVisibleLogicalRange({ from: index + place.from, to: index + place.to });
}
