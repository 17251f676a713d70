import type { Wire } from '../../src/api/environment';
import { compute, FORMULAS, valuesOf } from '../../src/indicators/table';
import { Calendar } from '../../src/time/calendar';
import type { Bar } from '../../src/types';
import type { FakeWorld } from './world';

const STEP = 60;
export const TIMELINE = {
  calendar: new Calendar(),
  interval: { count: 60, unit: 's' },
} as const;
const FLUSH_MS = 20;
const HEARTBEAT_MS = 20_000;

interface Follower {
  readonly send: (message: object) => void;
  mark: number;
}

interface Change {
  readonly sequence: number;
  readonly isLate: boolean;
}

export interface Limits {
  /** Bars of a snapshot, and of what was missed. */
  readonly bars: number;
  readonly page: number;
}

/**
 * A server of one market at one interval, in memory: it speaks the JSON of docs/websocket.md and
 * docs/rest.md, with delays of its own, and can be cut off, slow, and started anew.
 */
export class FakeServer {
  readonly symbol = 'TEST:GOLD';
  readonly interval = '1m';
  /** Milliseconds that a word or an answer may be under way. */
  slowest = 50;
  /** Share of requests that fail. */
  failing = 0;
  isReachable = true;
  timeZone = 'UTC';
  token: string | null = null;
  feed: object | null = null;
  gaps: object[] = [];
  readonly requests: string[] = [];
  readonly received: { op: string; [field: string]: unknown }[] = [];
  connections = 0;
  /** The bars at the time of the newest connection. */
  atConnect: readonly Bar[] = [];
  private readonly bars = new Map<number, Bar>();
  private changes = new Map<number, Change>();
  private newest = 0;
  private sequence = 1_000;
  private forgotten = 1_000;
  private readonly followers = new Set<Follower>();
  private readonly wires = new Set<{ end: () => void; mute: () => void }>();

  constructor(
    private readonly world: FakeWorld,
    readonly limits: Limits = { bars: 50, page: 10_000 },
  ) {
    world.accept = (wire) => this.accepted(wire);
  }

  all(): Bar[] {
    return [...this.bars.values()].sort((a, b) => a.t - b.t);
  }

  nowS(): number {
    return Math.floor(this.world.now() / 1000);
  }

  /** A trade: it makes or changes the bar of its time. */
  trade(time: number, price: number, size = 1): void {
    const newest = this.newest;
    const t = this.put(time, price, size);
    this.sequence += 1 + Math.floor(this.world.random() * 3);
    this.changes.set(t, { sequence: this.sequence, isLate: t < newest });
    this.world.after(FLUSH_MS, () => this.flush());
  }

  private put(time: number, price: number, size: number): number {
    const t = Math.floor(time / STEP) * STEP;
    this.newest = Math.max(this.newest, t);
    const known = this.bars.get(t);
    const bar = known
      ? { ...known, c: price, h: Math.max(known.h, price), l: Math.min(known.l, price) }
      : { t, o: price, h: price, l: price, c: price, v: 0, q: 0, n: 0, bv: 0 };
    this.bars.set(t, { ...bar, v: bar.v + size, q: bar.q ?? 0, n: (bar.n ?? 0) + 1 });
    return t;
  }

  /** Fills in bars from before the server was looked at: no changes are known of them. */
  stock(start: number, count: number, price: () => number): void {
    for (let bar = 0; bar < count; bar++) this.put(start + bar * STEP, price(), 1);
    this.restart();
  }

  /** The process is another one: connections end, and what changed before is not known any more. */
  restart(): void {
    this.cut();
    this.changes.clear();
    this.sequence += 1_000;
    this.forgotten = this.sequence;
  }

  /** Connections are lost, and what was under way in them. */
  cut(): void {
    for (const wire of [...this.wires]) wire.end();
  }

  /** Nothing comes any more, and nobody says so. */
  freeze(): void {
    for (const wire of this.wires) wire.mute();
    this.followers.clear();
  }

  readonly fetch = async (input: RequestInfo | URL, given?: RequestInit): Promise<Response> => {
    const address = new URL(String(input), 'http://fake/');
    this.requests.push(address.pathname + address.search);
    await this.delay();
    if (!this.isReachable) throw new TypeError('fetch failed');
    const isBad = this.world.random() < this.failing;
    const answer = isBad ? refusal(503, 'busy') : this.answer(address);
    await this.delay();
    given?.signal?.throwIfAborted();
    if (!this.isReachable) throw new TypeError('fetch failed');
    return answer;
  };

  private answer({ pathname, searchParams }: URL): Response {
    if (pathname === '/api/v1/gaps') return Response.json(this.gaps);
    if (pathname.startsWith('/api/v1/symbols/'))
      return Response.json({ symbol: this.symbol, session: '24x7', time_zone: this.timeZone });
    if (searchParams.get('symbol') !== this.symbol) return refusal(404, 'unknown_symbol');
    if (pathname.startsWith('/api/v1/indicators/'))
      return this.indicator(pathname.slice('/api/v1/indicators/'.length), searchParams);
    return this.page(searchParams);
  }

  private page(given: URLSearchParams): Response {
    const number = (name: string, usual: number) => Number(given.get(name) ?? usual);
    const start = number('start', 0);
    const end = Math.min(number('end', Infinity), Number(given.get('cursor') ?? Infinity));
    const limit = Math.min(number('limit', 500), this.limits.page);
    const found = this.all().filter(({ t }) => t >= start && t < end);
    const bars = found.slice(-limit);
    const headers: Record<string, string> = {};
    if (found.length > limit) headers['Chandlery-Cursor'] = String(bars[0]?.t);
    const column = (name: keyof Bar) => bars.map((bar) => bar[name] ?? null);
    const names = ['t', 'o', 'h', 'l', 'c', 'v', 'q', 'n', 'bv'] as const;
    const body = Object.fromEntries(names.map((name) => [name, column(name)]));
    return Response.json(body, { headers });
  }

  /** Values as over the whole history, which is what the server promises within 1e-9. */
  private indicator(name: string, given: URLSearchParams): Response {
    const formula = FORMULAS[name];
    if (!formula) return refusal(404, 'unknown_indicator');
    const range = { start: Number(given.get('start') ?? 0), end: Number(given.get('end')) };
    const bars = this.all().filter(({ t }) => t < range.end);
    // A sum begins at the first bar that is read.
    const read = formula.isCumulative ? bars.filter(({ t }) => t >= range.start) : bars;
    const values = valuesOf(formula, Object.fromEntries(given));
    const columns = compute(formula, values, read, TIMELINE);
    const rows = read.flatMap(({ t }, row) => (t >= range.start ? [row] : []));
    const outputs = Object.fromEntries(
      Object.entries(columns).map(([output, column]) => [
        output,
        rows.map((row) => (Number.isNaN(column[row]) ? null : column[row])),
      ]),
    );
    return Response.json({ t: rows.map((row) => read[row]?.t), outputs });
  }

  private accepted(wire: Wire): { send(text: string): void; close(): void } {
    this.connections += 1;
    const own = new Map<string, Follower>();
    let isOpen = true;
    let lastAt = 0;
    // Words of one connection keep their order, whatever the delay of each.
    const inOrder = (call: () => void) => {
      lastAt = Math.max(lastAt, this.world.now() + this.world.random() * this.slowest);
      this.world.after(lastAt - this.world.now(), () => isOpen && call());
    };
    const end = () => {
      isOpen = false;
      this.wires.delete(handle);
      for (const follower of own.values()) this.followers.delete(follower);
    };
    const handle = {
      mute: () => {
        wire.onmessage = null;
      },
      end: () => {
        end();
        this.world.after(1, () => wire.onclose?.({ code: 1006, reason: '' }));
      },
    };
    this.wires.add(handle);
    const send = (message: object) => {
      const text = JSON.stringify(message);
      inOrder(() => {
        if ('close' in message) wire.onclose?.({ code: 1008, reason: String(message.close) });
        else wire.onmessage?.({ data: text });
      });
    };
    const beat = () => {
      if (!isOpen) return;
      send({ type: 'heartbeat', time: this.world.now() * 1000 });
      this.world.after(HEARTBEAT_MS, beat);
    };
    if (this.isReachable) {
      inOrder(() => send(this.hello()));
      this.world.after(HEARTBEAT_MS, beat);
    } else handle.end();
    const take = (text: string) => {
      const said = JSON.parse(text);
      this.received.push(said);
      this.say(said, send, own);
    };
    return { send: (text) => inOrder(() => take(text)), close: end };
  }

  private hello(): object {
    const limits = { subscriptions: 200, messages_per_s: 10, message_burst: 200 };
    this.atConnect = this.all();
    return {
      type: 'hello',
      protocol: 1,
      server: 'fake',
      time: this.world.now() * 1000,
      heartbeat_s: 20,
      authenticated: this.token === null,
      limits: { ...limits, bars: this.limits.bars },
    };
  }

  private say(
    said: Record<string, unknown>,
    send: Follower['send'],
    own: Map<string, Follower>,
  ): void {
    const { id, op, channel, symbol } = said;
    const fail = (code: string) => send({ type: 'error', code, message: code, hint: '', id });
    if (op === 'ping') send({ type: 'pong', time: this.world.now() * 1000, id });
    if (op === 'auth') {
      if (said.token === this.token) send({ type: 'authenticated', id: null });
      else {
        fail('authentication_failed');
        send({ close: 'authentication_failed' });
      }
    }
    if (op === 'unsubscribe') {
      const follower = own.get(String(channel));
      if (follower) this.followers.delete(follower);
    }
    if (op !== 'subscribe') return;
    if (String(symbol).toUpperCase() !== this.symbol) fail('unknown_symbol');
    else if (channel === 'candles') this.follow(said, send, own);
    else {
      send({ type: 'subscribed', channel, symbol, id });
      send({ type: channel, channel, symbol, ...this.state(channel) });
    }
  }

  private state(channel: unknown): object {
    if (channel === 'status') return { status: 'ok', reason: '', feed: this.feed };
    return { ticker: { symbol: this.symbol, last: 5, open: 4, ...NO_TICKER } };
  }

  private follow(
    said: Record<string, unknown>,
    send: Follower['send'],
    own: Map<string, Follower>,
  ): void {
    const before = own.get('candles');
    if (before) this.followers.delete(before);
    const follower = { send, mark: this.sequence };
    own.set('candles', follower);
    this.followers.add(follower);
    send({ type: 'subscribed', ...this.name, id: said.id });
    const bars = Number(said.bars ?? 2);
    const missed = typeof said.since === 'number' ? this.between(said.since) : null;
    if (missed)
      for (const message of missed.length ? missed : [this.bared('update', [])]) send(message);
    else {
      if (said.since !== undefined) send({ type: 'resync', ...this.name });
      send(this.bared('snapshot', this.all().slice(-Math.min(bars, this.limits.bars))));
    }
  }

  private flush(): void {
    for (const follower of this.followers) {
      if (follower.mark === this.sequence) continue;
      const missed = this.between(follower.mark);
      follower.mark = this.sequence;
      for (const message of missed ?? []) follower.send(message);
    }
  }

  /** What leads from a sequence to now; null if that is not known. */
  private between(mark: number): object[] | null {
    if (mark < this.forgotten) return null;
    const changed = [...this.changes].filter(([, change]) => change.sequence > mark);
    if (changed.length > this.limits.bars) return null;
    const bars = (isLate: boolean) =>
      changed
        .filter(([, change]) => change.isLate === isLate)
        .map(([t]) => this.bars.get(t) as Bar)
        .sort((a, b) => a.t - b.t);
    const [late, rest] = [bars(true), bars(false)];
    const first = late.length
      ? [this.bared('correction', late, rest.length ? mark : undefined)]
      : [];
    return rest.length ? [...first, this.bared('update', rest)] : first;
  }

  private bared(type: string, bars: readonly Bar[], sequence = this.sequence): object {
    const last = bars[bars.length - 1];
    const closed = !last || last.t + STEP <= this.nowS();
    return { type, ...this.name, sequence, closed, bars };
  }

  private get name() {
    return { channel: 'candles', symbol: this.symbol, interval: this.interval };
  }

  /** Some answers take much longer than the words of a connection. */
  private delay(): Promise<void> {
    const factor = this.world.random() < 0.15 ? 60 : 1;
    const ms = this.world.random() * this.slowest * factor;
    return new Promise((resolve) => this.world.after(ms, resolve));
  }
}

const NO_TICKER = { high: null, low: null, volume: null, change: null, change_percent: null };

const refusal = (status: number, code: string): Response =>
  Response.json({ error: code, hint: '', code }, { status });
