import { Signal } from '../signal';
import type { Stop } from '../types';
import { baseOf, socketAddressOf } from './address';
import { ServerClock } from './clock';
import { browser, type Environment, type Wire } from './environment';
import { ApiError } from './error';
import { keyOf, type Topic } from './messages';
import { type Event, Session } from './session';
import { type Listener, Subscription } from './subscription';

/** How the connection stands. */
export interface SocketState {
  /** `idle`: nobody follows anything. `waiting`: to be tried again. `refused`: not to be tried again. */
  readonly phase: 'idle' | 'connecting' | 'open' | 'waiting' | 'refused';
  /** Counts connections that were ready: what was said in an earlier one may have been followed by more. */
  readonly epoch: number;
  /** Tries in a row that came to nothing. */
  readonly failures: number;
  readonly error: ApiError | null;
  /** The server is about to stop. */
  readonly isDraining: boolean;
}

export interface SocketOptions {
  readonly token?: string | undefined;
  readonly environment?: Environment;
  /** The address of the page, where the base is relative. */
  readonly page?: string;
}

const TICK_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** A connection that stood so long makes the waits short again. */
const STEADY_MS = 10_000;
/** After its last follower left, a connection stays for the next one. */
const LINGER_MS = 5_000;
const TOO_FAST_MS = 5_000;

const IDLE: SocketState = { phase: 'idle', epoch: 0, failures: 0, error: null, isDraining: false };

/**
 * The one connection of a page to a server: it is opened when something is followed, opened again
 * when it is lost, and goes on where it was.
 */
export class Socket {
  readonly state = new Signal<SocketState>(IDLE);
  readonly clock: ServerClock;
  private readonly world: Environment;
  private readonly address: string;
  private token: string | undefined;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly asked = new Map<number, Subscription>();
  private wire: Wire | null = null;
  private session: Session | null = null;
  private readyAt = 0;
  private lastId = 0;
  private stopTick: Stop = () => undefined;
  private stopWait: Stop = () => undefined;
  private stopLinger: Stop = () => undefined;
  private stopWatch: Stop | null = null;

  constructor(base = '', options: SocketOptions = {}) {
    this.world = options.environment ?? browser();
    this.token = options.token;
    this.address = socketAddressOf(baseOf(base), options.page ?? location.href);
    this.clock = new ServerClock(() => this.world.now());
  }

  /** Follows a topic; `bars` are those of the snapshot of candles. */
  subscribe(topic: Topic, listener: Listener, bars = 2): Stop {
    const key = keyOf(topic);
    const known = this.subscriptions.get(key);
    const subscription = known ?? new Subscription(key, topic);
    this.subscriptions.set(key, subscription);
    const isToBegin = subscription.add(listener, bars) || !known;
    this.stopLinger();
    if (this.state.get().phase === 'open' && isToBegin) this.ask(subscription, false);
    this.start();
    return () => this.leave(subscription, listener);
  }

  /** Whether this machine thinks it has a network; a server on it may answer all the same. */
  get isOnline(): boolean {
    return this.world.isOnline();
  }

  /** Takes another token, and tries again where the last one was refused. */
  authenticate(token: string | undefined): void {
    if (this.token === token) return;
    this.token = token;
    if (this.state.get().phase === 'idle') return;
    this.hangUp();
    this.connect();
  }

  /** Tries now instead of waiting. */
  retry(): void {
    const { phase } = this.state.get();
    if (phase === 'waiting' || phase === 'refused') this.connect();
  }

  /** Lets go of the connection and of everything that waits; following anything opens it again. */
  close(): void {
    this.hangUp();
    this.stopLinger();
    this.stopWatch?.();
    this.stopWatch = null;
    this.change({ phase: 'idle', failures: 0, error: null });
  }

  private start(): void {
    this.stopWatch ??= this.world.watch((event) => this.noticed(event));
    if (this.state.get().phase === 'idle') this.connect();
  }

  private connect(): void {
    this.stopWait();
    const session = new Session(this.world.now(), this.token, (us) => this.clock.heard(us));
    let wire: Wire;
    try {
      wire = this.world.connect(this.address);
    } catch {
      this.lost(new ApiError('unreachable', `${this.address} is no address of a server`));
      return;
    }
    this.wire = wire;
    this.session = session;
    wire.onmessage = ({ data }) => this.wire === wire && this.received(data);
    wire.onclose = ({ code, reason }) => this.wire === wire && this.closed(code, reason);
    this.change({ phase: 'connecting', isDraining: false });
    this.tick();
  }

  private received(data: unknown): void {
    const { session } = this;
    if (!session) return;
    for (const event of session.receive(data, this.world.now())) {
      // A listener may have closed the connection.
      if (this.session === session) this.happened(event);
    }
    this.flush();
  }

  private happened(event: Event): void {
    switch (event.kind) {
      case 'ready':
        this.begin();
        break;
      case 'refused':
        this.refuse(event.error);
        break;
      case 'subscribed':
        this.asked.delete(event.id as number);
        break;
      case 'failed':
        this.failed(event.id as number, event.error);
        break;
      case 'topic': {
        const { message } = event;
        if (message.type === 'status' && message.status === 'draining') {
          this.change({ isDraining: true });
          return;
        }
        this.subscriptions.get(keyOf(message))?.take(message);
      }
    }
  }

  private begin(): void {
    this.readyAt = this.world.now();
    const { epoch } = this.state.get();
    this.change({ phase: 'open', epoch: epoch + 1, error: null });
    for (const subscription of [...this.subscriptions.values()]) this.ask(subscription, true);
  }

  /** Asks the server for a topic; `isNew` where the connection is. */
  private ask(subscription: Subscription, isNew: boolean): void {
    const { session } = this;
    if (!session) return;
    if (isNew) subscription.renew();
    const id = ++this.lastId;
    this.asked.set(id, subscription);
    const fields = subscription.fields(session.limits?.bars ?? 2);
    session.subscribe(subscription.key, { ...fields, id });
    this.flush();
  }

  private failed(id: number, error: ApiError): void {
    const subscription = this.asked.get(id);
    this.asked.delete(id);
    if (!subscription) {
      this.change({ error });
      return;
    }
    this.session?.forget(subscription.key);
    if (error.code !== 'busy') {
      subscription.fail(error);
      return;
    }
    subscription.tries += 1;
    const { session } = this;
    this.world.after(this.waitMs(subscription.tries), () => {
      if (this.session === session && this.subscriptions.get(subscription.key) === subscription)
        this.ask(subscription, false);
    });
  }

  private leave(subscription: Subscription, listener: Listener): void {
    if (!subscription.listeners.delete(listener) || subscription.listeners.size) return;
    const { key, topic } = subscription;
    this.subscriptions.delete(key);
    this.session?.unsubscribe(key, topic);
    this.flush();
    if (this.subscriptions.size) return;
    this.stopLinger();
    this.stopLinger = this.world.after(LINGER_MS, () => this.close());
  }

  private tick(): void {
    this.stopTick = this.world.after(TICK_MS, () => this.tick());
    if (this.session?.isDead(this.world.now())) {
      this.lost(new ApiError('silent', `nothing was heard of ${this.address}`));
      return;
    }
    this.flush();
  }

  private flush(): void {
    const { wire, session } = this;
    if (!wire || !session) return;
    for (const text of session.take(this.world.now())) wire.send(text);
  }

  private closed(code: number, reason: string): void {
    const { error } = this.state.get();
    const told = reason || (code === 1006 ? 'unreachable' : `closed_${code}`);
    const known = error?.code === reason ? error : new ApiError(told, wordsOf(code, this.address));
    if (reason === 'authentication_failed' || reason === 'authentication_required')
      this.refuse(known);
    else this.lost(known);
  }

  private refuse(error: ApiError): void {
    this.hangUp();
    this.change({ phase: 'refused', error });
  }

  /** The connection is gone: it is tried again after a while. */
  private lost(error: ApiError): void {
    const stood = this.readyAt > 0 && this.world.now() - this.readyAt >= STEADY_MS;
    this.hangUp();
    const failures = stood ? 1 : this.state.get().failures + 1;
    this.change({ phase: 'waiting', failures, error });
    const least = error.code === 'too_fast' ? TOO_FAST_MS : 0;
    this.stopWait = this.world.after(least + this.waitMs(failures), () => this.connect());
  }

  private hangUp(): void {
    this.stopTick();
    this.stopWait();
    const { wire } = this;
    this.wire = null;
    this.session = null;
    this.readyAt = 0;
    this.asked.clear();
    for (const subscription of this.subscriptions.values()) subscription.stale();
    if (!wire) return;
    wire.onmessage = null;
    wire.onclose = null;
    wire.close();
  }

  /** A random part of 1, 2, 4 ... 30 seconds. */
  private waitMs(tries: number): number {
    return this.world.random() * Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** (tries - 1));
  }

  private noticed(event: 'online' | 'offline' | 'visible'): void {
    const { phase } = this.state.get();
    if (event !== 'offline' && phase === 'waiting') this.connect();
    // Whether the network is gone for this server too only the server can tell.
    else if (phase === 'open') this.look();
    this.state.set({ ...this.state.get() });
  }

  /** Makes sure that the other end is still there. */
  private look(): void {
    const now = this.world.now();
    if (this.session?.isDead(now)) {
      this.hangUp();
      this.connect();
      return;
    }
    this.session?.probe(now);
    this.flush();
  }

  private change(to: Partial<SocketState>): void {
    this.state.set({ ...this.state.get(), ...to });
  }
}

const wordsOf = (code: number, address: string): string =>
  code === 1006 ? `${address} cannot be reached` : `the server closed the connection (${code})`;
