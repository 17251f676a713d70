import { expect, test } from 'vitest';
import { Lookup, PAUSE_MS, type Timers } from '../src/search/lookup';

class HandTimers implements Timers {
  private readonly jobs = new Map<number, () => void>();
  private last = 0;
  readonly pauses: number[] = [];

  set(callback: () => void, ms: number): number {
    this.pauses.push(ms);
    this.jobs.set(++this.last, callback);
    return this.last;
  }
  clear(id: number): void {
    this.jobs.delete(id);
  }
  pass(): void {
    const due = [...this.jobs.values()];
    this.jobs.clear();
    for (const job of due) job();
  }
}

interface Question {
  readonly query: string;
  readonly signal: AbortSignal;
  readonly answer: (rows: string[]) => void;
  readonly fail: (error: Error) => void;
}

function begun() {
  const timers = new HandTimers();
  const asked: Question[] = [];
  const lookup = new Lookup<string>(
    (query, signal) =>
      new Promise((answer, fail) => {
        asked.push({ query, signal, answer, fail });
      }),
    timers,
  );
  return { timers, asked, lookup };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test('a word typed quickly is one question, for the whole of it', () => {
  const { timers, asked, lookup } = begun();
  for (const typed of ['b', 'bt', 'btc']) lookup.type(typed);
  timers.pass();
  expect(asked.map(({ query }) => query)).toEqual(['btc']);
  expect(timers.pauses).toEqual([PAUSE_MS, PAUSE_MS, PAUSE_MS]);
});

test('an answer that comes too late is dropped, and its question given up', async () => {
  const { asked, lookup } = begun();
  lookup.type('b', true);
  lookup.type('bt', true);
  asked[1]?.answer(['BT']);
  asked[0]?.answer(['B']);
  await settled();
  expect(asked[0]?.signal.aborted).toBe(true);
  expect(lookup.found.get()).toEqual({ query: 'bt', rows: ['BT'], isBusy: false, fault: '' });
});

test('what was found stays while the next question is open', async () => {
  const { asked, lookup } = begun();
  lookup.type('b', true);
  asked[0]?.answer(['B']);
  await settled();
  lookup.type('bt', true);
  expect(lookup.found.get()).toEqual({ query: 'b', rows: ['B'], isBusy: true, fault: '' });
});

test('a fault is told in its own words', async () => {
  const { asked, lookup } = begun();
  lookup.type('b', true);
  asked[0]?.fail(new Error('the server is busy'));
  await settled();
  expect(lookup.found.get()).toMatchObject({ rows: [], fault: 'the server is busy' });
});

test('after the end nothing is told any more', async () => {
  const { asked, lookup } = begun();
  lookup.type('b', true);
  lookup.stop();
  asked[0]?.answer(['B']);
  await settled();
  expect(lookup.found.get().rows).toEqual([]);
});
