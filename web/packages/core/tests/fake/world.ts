import type { Environment, Wire } from '../../src/api/environment';
import type { Stop } from '../../src/types';

/** Seeded numbers from 0 to 1: the same script each time. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
}

/** A world whose time moves only when it is told to, with one network in it. */
export class FakeWorld implements Environment {
  isUp = true;
  private time = 1_700_000_000_000;
  private order = 0;
  private due: Due[] = [];
  private readonly watchers = new Set<(event: 'online' | 'offline' | 'visible') => void>();
  /** Opens the other end of a connection. */
  accept: (wire: Wire, address: string) => { send(text: string): void; close(): void } = () => {
    throw new Error('a server expected, found none');
  };
  readonly addresses: string[] = [];

  constructor(readonly random: () => number = seeded(1)) {}

  now = (): number => this.time;

  isOnline = (): boolean => this.isUp;

  after = (ms: number, call: () => void): Stop => {
    const due = { at: this.time + ms, order: this.order++, call };
    this.due.push(due);
    return () => {
      this.due = this.due.filter((other) => other !== due);
    };
  };

  connect = (address: string): Wire => {
    this.addresses.push(address);
    const wire: Wire = {
      send: () => undefined,
      close: () => undefined,
      onopen: null,
      onmessage: null,
      onclose: null,
    };
    const end = this.accept(wire, address);
    wire.send = (text) => end.send(text);
    wire.close = () => end.close();
    return wire;
  };

  watch = (call: (event: 'online' | 'offline' | 'visible') => void): Stop => {
    this.watchers.add(call);
    return () => this.watchers.delete(call);
  };

  notice(event: 'online' | 'offline' | 'visible'): void {
    for (const watcher of [...this.watchers]) watcher(event);
  }

  /** How many calls are still to come. */
  get pending(): number {
    return this.due.length;
  }

  /** Lets time pass; what promises have to do is done between two moments. */
  async pass(ms: number): Promise<void> {
    const until = this.time + ms;
    await settled();
    for (;;) {
      this.due.sort((a, b) => a.at - b.at || a.order - b.order);
      const next = this.due[0];
      if (!next || next.at > until) break;
      this.due.shift();
      this.time = Math.max(this.time, next.at);
      next.call();
      await settled();
    }
    this.time = until;
  }

  /** The machine sleeps: time goes on, and nothing is done. What was due is late. */
  async sleep(ms: number): Promise<void> {
    this.time += ms;
    await this.pass(0);
  }
}

/** Waits until promises that can go on have gone on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
