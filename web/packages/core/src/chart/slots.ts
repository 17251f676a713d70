import { floorOf } from '../bars/floor';
import type { BarStore } from '../bars/store';
import type { Between } from '../time/empty';
import type { Seconds } from '../types';

/** Where bars lie on the time scale, also before the first and after the last. */
export interface Places {
  placeOf(bar: number): number;
  /** The last bar at a place or before it. */
  barAt(place: number): number;
}

/** Empty places there are at most: those next to the newest bar. */
export const MOST_EMPTY = 50_000;
/** Where there would be more, some room is made at once, and not anew with each bar. */
const SHARE_KEPT = 0.75;

/**
 * The places of the time scale: one for each bar, and, where the space between bars is to tell the
 * time between them, an empty one for each that was not traded.
 */
export class Slots implements Places {
  private times: Seconds[] = [];
  private places: number[] = [];
  private between: Between | null = null;

  constructor(
    private readonly bars: BarStore,
    private readonly most = MOST_EMPTY,
  ) {}

  /** Whether there may be empty places. */
  get isSpaced(): boolean {
    return this.between !== null;
  }

  get length(): number {
    return this.between ? this.times.length : this.bars.length;
  }

  /** What lies at a place from 0 to length - 1. */
  at(place: number): { readonly t: Seconds } {
    return this.between ? { t: this.times[place] as Seconds } : this.bars.at(place);
  }

  /** The last place at or before a time, -1 if all are later. */
  floor(time: Seconds): number {
    if (!this.between) return this.bars.floor(time);
    return lastOf(this.times, time);
  }

  placeOf(bar: number): number {
    const last = this.places.length - 1;
    if (!this.between || bar <= 0 || last < 0) return bar;
    return bar <= last ? (this.places[bar] as number) : (this.places[last] as number) + bar - last;
  }

  barAt(place: number): number {
    const last = this.places.length - 1;
    if (!this.between || place <= 0 || last < 0) return place;
    const beyond = place - (this.places[last] as number);
    return beyond > 0 ? last + beyond : lastOf(this.places, place);
  }

  /** The time of the bar at a place; null where there is none. */
  timeOn(place: number): Seconds | null {
    const bar = this.barAt(place);
    const isThere = bar >= 0 && bar < this.bars.length && this.placeOf(bar) === place;
    return isThere ? this.bars.at(bar).t : null;
  }

  /** Has empty places between bars, or none. */
  space(between: Between | null): void {
    this.between = between;
    this.places = [];
    this.times = [];
    if (between) this.lay(between);
  }

  /** Takes in that bars from an index on are others; returns the first place that may be another. */
  take(from: number): number {
    const { between } = this;
    if (!between) return from;
    const known = this.known(from);
    const place = known > 0 ? (this.places[known - 1] as number) + 1 : 0;
    if (known > 0 && this.extend(between, known)) return place;
    this.lay(between);
    return 0;
  }

  /** How many bars lie where they lay, if those before an index do. */
  private known(from: number): number {
    const most = Math.min(this.places.length, this.bars.length);
    let known = Math.min(from, most);
    while (known < most && this.times[this.places[known] as number] === this.bars.at(known).t)
      known++;
    return known;
  }

  /** Lays the places of bars from an index on; false if that would be too many. */
  private extend(between: Between, from: number): boolean {
    this.places.length = from;
    this.times.length = (this.places[from - 1] as number) + 1;
    for (let bar = from; bar < this.bars.length; bar++) {
      const room = this.most - (this.times.length - bar);
      const empty = between(this.bars.at(bar - 1).t, this.bars.at(bar).t, room);
      if (!empty) return false;
      this.add(empty, bar);
    }
    return true;
  }

  /** Lays all places: what is farthest from the newest bar has no empty ones if there are too many. */
  private lay(between: Between): void {
    const empty: (readonly Seconds[])[] = [];
    let room = this.most * SHARE_KEPT;
    for (let bar = this.bars.length - 1; bar > 0; bar--) {
      const found = between(this.bars.at(bar - 1).t, this.bars.at(bar).t, room);
      if (!found) break;
      room -= found.length;
      empty[bar] = found;
    }
    this.places = [];
    this.times = [];
    for (let bar = 0; bar < this.bars.length; bar++) this.add(empty[bar] ?? [], bar);
  }

  private add(empty: readonly Seconds[], bar: number): void {
    for (const time of empty) this.times.push(time);
    this.places.push(this.times.length);
    this.times.push(this.bars.at(bar).t);
  }
}

/** See `floorOf`. */
const lastOf = (numbers: readonly number[], most: number): number =>
  floorOf(numbers.length, (index) => numbers[index] as number, most);
