import { Signal } from '../signal';
import type { Bar, Seconds } from '../types';
import { Fresh } from './fresh';
import type { History } from './history';
import type { Insist } from './insist';
import { LoadedBars } from './loaded';

/** What of the loaded bars a snapshot must hold, so that the few before it are not asked for again. */
const ENOUGH = 0.75;
/** Live bars may exceed the cap by so many, so that the far side is not let go of bar by bar. */
const SLACK = 1_000;

/**
 * Joins what the stream tells with what was asked of history: no hole and no double, however the
 * two come in.
 *
 * An answer counts only if the question was asked after the stream had begun, for then every change
 * that the answer does not hold is told by the stream. What was loaded before a beginning (`epoch`)
 * is asked for again, and shown meanwhile.
 */
export class Seam {
  readonly bars = new LoadedBars();
  /** Whether the loaded bars are those of the server, kept current by the stream. */
  readonly isSynced = new Signal(false);
  /** Whether there is nothing older. */
  readonly isComplete = new Signal(false);
  /** Whether the newest bars are loaded; not so after a jump back, or beyond the cap. */
  readonly isAtEnd = new Signal(true);
  /** Grows when bars before the first loaded one changed, or may have. */
  readonly olderChanges = new Signal(0);
  private readonly fresh = new Fresh();
  private epoch = 0;
  private wasSynced = false;
  /** How often answers were added to what is loaded. */
  private loads = 0;

  constructor(
    private readonly history: History,
    private readonly insist: Insist,
    private readonly cap: number,
  ) {}

  /** Shows the newest bars before the stream has begun. */
  async paint(count: number): Promise<void> {
    const { epoch } = this;
    const isWanted = () => epoch === this.epoch;
    const page = await this.insist.ask(() => this.history.newest(count), isWanted);
    if (!page || !isWanted() || this.bars.length) return;
    this.isComplete.set(page.cursor === null);
    this.bars.reset(page.bars);
  }

  /** What is under way is not wanted any more, and the stream not joined: a snapshot follows. */
  lose(): void {
    this.epoch += 1;
    this.isSynced.set(false);
  }

  /** Takes the newest bars, with which the stream begins; fails where history cannot be asked. */
  async begin(snapshot: readonly Bar[]): Promise<void> {
    if (this.isSynced.get()) {
      this.take(snapshot);
      return;
    }
    const epoch = ++this.epoch;
    const end = this.fresh.begin();
    try {
      this.fresh.note(snapshot);
      await this.joined(snapshot, epoch);
    } finally {
      end();
    }
  }

  /** Takes bars that changed or are new. */
  take(bars: readonly Bar[]): void {
    this.fresh.note(bars);
    if (!this.isSynced.get()) return;
    const first = this.isComplete.get() ? null : this.bars.first();
    const last = this.isAtEnd.get() ? null : this.bars.last();
    const loaded = bars.filter((bar) => bar.t >= (first?.t ?? 0) && bar.t <= (last?.t ?? bar.t));
    if (loaded.length) this.bars.apply(loaded);
    if (bars.some((bar) => bar.t < (first?.t ?? 0))) this.changedBefore();
    if (this.bars.length > this.cap + SLACK) this.letGo('newest');
  }

  /** Loads bars before the first; false if what was loaded changed meanwhile: ask again. */
  async older(count: number): Promise<boolean> {
    const first = this.bars.first();
    if (!first || this.isComplete.get()) return true;
    return this.asked(
      () => this.history.before(first.t, count),
      (page) => {
        if (this.bars.first()?.t !== first.t) return false;
        const from = page.cursor === null ? 0 : (page.bars[0]?.t ?? first.t);
        this.isComplete.set(page.cursor === null);
        this.bars.prepend(this.fresh.over(page.bars, from, first.t));
        this.letGo('oldest');
        return true;
      },
    );
  }

  /** Loads bars after the last, where the newest are not loaded. */
  async newer(count: number): Promise<boolean> {
    const last = this.bars.last();
    if (!last || this.isAtEnd.get()) return true;
    return this.asked(
      () => this.history.after(last.t, count),
      ({ bars, until }) => {
        if (this.bars.last()?.t !== last.t) return false;
        const found = this.fresh.over(bars, last.t + 1, until ?? Number.POSITIVE_INFINITY);
        this.isAtEnd.set(until === null);
        this.bars.apply(found);
        this.letGo('newest');
        return true;
      },
    );
  }

  /** Loads the bars of a range in front of the first, which has to end where that begins. */
  async until(start: Seconds): Promise<boolean> {
    const first = this.bars.first();
    if (!first) return true;
    return this.asked(
      () => this.history.between(start, first.t, this.cap),
      (bars) => {
        if (this.bars.first()?.t !== first.t) return false;
        this.bars.prepend(this.fresh.over(bars, this.reached(bars, start), first.t));
        this.letGo('oldest');
        return true;
      },
    );
  }

  /** Loads other bars: those before `end`, or the newest. */
  async jump(end: Seconds | null, count: number): Promise<boolean> {
    const ask = () => (end === null ? this.history.newest(count) : this.history.before(end, count));
    return this.asked(ask, (page) => {
      const from = page.cursor === null ? 0 : (page.bars[0]?.t ?? 0);
      this.isComplete.set(page.cursor === null);
      this.isAtEnd.set(end === null);
      this.bars.reset(this.fresh.over(page.bars, from, end ?? Number.POSITIVE_INFINITY));
      return true;
    });
  }

  /** Asks, and hands the answer on unless the stream has begun anew meanwhile. */
  private async asked<Answer>(
    ask: () => Promise<Answer>,
    take: (answer: Answer) => boolean,
  ): Promise<boolean> {
    const { epoch } = this;
    const end = this.fresh.begin();
    try {
      const answer = await this.insist.ask(ask, () => epoch === this.epoch);
      if (answer === null || epoch !== this.epoch) return false;
      this.loads += 1;
      return take(answer);
    } finally {
      end();
    }
  }

  private async joined(snapshot: readonly Bar[], epoch: number): Promise<void> {
    const { loads } = this;
    const { from, until } = this.doubtful(snapshot);
    const end = this.isAtEnd.get() ? Number.POSITIVE_INFINITY : until;
    const ask = () => this.history.between(from, until, this.cap);
    const older = await this.insist.ask(ask, () => epoch === this.epoch);
    if (!older || epoch !== this.epoch) return;
    // Other bars were loaded meanwhile: these are the ones to be asked for again.
    if (loads !== this.loads) return this.joined(snapshot, epoch);
    const reached = this.reached(older, from);
    this.renew(this.fresh.over(older, reached, end), reached);
  }

  private changedBefore(): void {
    this.olderChanges.set(this.olderChanges.get() + 1);
  }

  /** Returns the range that is loaded and has to be asked for again. */
  private doubtful(snapshot: readonly Bar[]): { from: Seconds; until: Seconds } {
    const begin = snapshot[0]?.t ?? Number.POSITIVE_INFINITY;
    const first = this.bars.first();
    if (!first || !this.isWorthAsking(snapshot, begin)) return { from: begin, until: begin };
    const until = this.isAtEnd.get() ? begin : (this.bars.last()?.t ?? 0) + 1;
    return { from: this.isComplete.get() ? 0 : first.t, until };
  }

  /** Puts bars that are known to be right from a time on in the place of those that are loaded. */
  private renew(bars: readonly Bar[], from: Seconds): void {
    // Where a series began, a late trade may have come before it.
    if (from !== 0) this.isComplete.set(false);
    this.bars.replace(bars);
    this.letGo('newest');
    this.isSynced.set(true);
    if (this.wasSynced) this.changedBefore();
    this.wasSynced = true;
  }

  /** Returns from when on an answer holds all bars: no more than the cap are asked for. */
  private reached(bars: readonly Bar[], start: Seconds): Seconds {
    return bars.length < this.cap ? start : (bars[0]?.t ?? start);
  }

  /** Whether more than a few loaded bars lie before a snapshot, or it does not reach them. */
  private isWorthAsking(snapshot: readonly Bar[], begin: Seconds): boolean {
    if (!this.isAtEnd.get()) return true;
    const before = this.bars.floor(begin - 1) + 1;
    return snapshot.length < ENOUGH * (snapshot.length + before);
  }

  /** Keeps no more than the cap allows; the other end is not loaded then. */
  private letGo(kept: 'newest' | 'oldest'): void {
    if (!this.bars.keep(this.cap, kept)) return;
    (kept === 'newest' ? this.isComplete : this.isAtEnd).set(false);
  }
}
