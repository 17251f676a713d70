import { ApiError } from './error';
import { type ErrorMessage, type Hello, read, type TopicMessage } from './messages';
import { Outbox } from './rate';

/** The version of the protocol that is spoken here. */
export const PROTOCOL = 1;

/** After so long without a word the other end is taken for gone. */
export const SILENCE_MS = 45_000;
const GREETING_MS = 10_000;
const PROBE_MS = 5_000;
/** We stay below what the server allows, for messages may arrive closer together than they left. */
const SHARE_OF_RATE = 0.9;

/** What a message of the server means. */
export type Event =
  | { readonly kind: 'ready'; readonly hello: Hello }
  | { readonly kind: 'refused'; readonly error: ApiError }
  | { readonly kind: 'subscribed'; readonly id: unknown }
  | { readonly kind: 'failed'; readonly id: unknown; readonly error: ApiError }
  | { readonly kind: 'topic'; readonly message: TopicMessage };

/**
 * One connection's side of the conversation, without the connection: texts in, texts out, and the
 * time in milliseconds handed in.
 */
export class Session {
  private heardAt: number;
  private readonly beganAt: number;
  private probedAt: number | null = null;
  private hello: Hello | null = null;
  private isReady = false;
  private outbox: Outbox;
  private readonly followed = new Set<string>();

  constructor(
    now: number,
    private readonly token: string | undefined,
    /** Told of each time the server mentions, in microseconds. */
    private readonly heardTime: (timeUs: number) => void = () => undefined,
  ) {
    this.heardAt = now;
    this.beganAt = now;
    this.outbox = new Outbox(1, 1, now);
  }

  /** The limits of the server; null before it greeted. */
  get limits(): Hello['limits'] | null {
    return this.hello?.limits ?? null;
  }

  /** Takes a text of the server. What cannot be read, or is new, is passed over. */
  receive(text: unknown, now: number): Event[] {
    this.heardAt = now;
    this.probedAt = null;
    const message = read(text);
    switch (message?.type) {
      case 'hello':
        return this.greeted(message, now);
      case 'authenticated':
        return this.ready();
      case 'heartbeat':
      case 'pong':
        this.heardTime(message.time);
        return [];
      case 'subscribed':
        return [{ kind: 'subscribed', id: message.id }];
      case 'error':
        return [{ kind: 'failed', id: message.id, error: errorOf(message) }];
      case 'snapshot':
      case 'update':
      case 'correction':
      case 'resync':
      case 'trades':
      case 'ticker':
      case 'status':
        return [{ kind: 'topic', message }];
      default:
        return [];
    }
  }

  /** Has a topic followed from now on; `fields` are those of the message. */
  subscribe(key: string, fields: object): void {
    this.followed.add(key);
    this.outbox.put(key, JSON.stringify({ op: 'subscribe', ...fields }));
  }

  unsubscribe(key: string, fields: object): void {
    if (!this.followed.delete(key)) return;
    this.outbox.put(key, JSON.stringify({ op: 'unsubscribe', ...fields }));
  }

  /** Takes note that a topic is not followed after all. */
  forget(key: string): void {
    this.followed.delete(key);
  }

  /** Asks for a sign of life, which has to come soon. */
  probe(now: number): void {
    if (!this.isReady || this.probedAt !== null) return;
    this.probedAt = now;
    this.outbox.put('ping', '{"op":"ping"}');
  }

  /** Returns the texts to be sent now. */
  take(now: number): string[] {
    return this.hello ? this.outbox.take(now) : [];
  }

  /** Whether the connection has to be given up. */
  isDead(now: number): boolean {
    // A clock that was set back would hide a silence.
    this.heardAt = Math.min(this.heardAt, now);
    if (!this.isReady && now - this.beganAt > GREETING_MS) return true;
    if (this.probedAt !== null && now - this.probedAt > PROBE_MS) return true;
    return now - this.heardAt > SILENCE_MS;
  }

  private greeted(hello: Hello, now: number): Event[] {
    if (this.hello) return [];
    if (hello.protocol !== PROTOCOL) return [refused('protocol', ...versions(hello))];
    this.hello = hello;
    this.heardTime(hello.time);
    const { message_burst: burst, messages_per_s: rate } = hello.limits;
    this.outbox = new Outbox(Math.max(1, burst * SHARE_OF_RATE), rate * SHARE_OF_RATE, now);
    if (hello.authenticated) return this.ready();
    if (!this.token) return [refused('authentication_required', ...NO_TOKEN)];
    this.outbox.put('auth', JSON.stringify({ op: 'auth', token: this.token }));
    return [];
  }

  private ready(): Event[] {
    if (this.isReady || !this.hello) return [];
    this.isReady = true;
    return [{ kind: 'ready', hello: this.hello }];
  }
}

const NO_TOKEN = [
  'this server asks for a token',
  'give a key or a token with the scope read',
] as const;

const versions = (hello: Hello): [string, string] => [
  `version ${PROTOCOL} of the protocol expected, found ${hello.protocol}`,
  'load the page again',
];

const refused = (code: string, message: string, hint: string): Event => ({
  kind: 'refused',
  error: new ApiError(code, message, hint),
});

const errorOf = (said: ErrorMessage): ApiError => new ApiError(said.code, said.message, said.hint);
