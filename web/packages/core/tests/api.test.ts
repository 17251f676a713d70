// @vitest-environment node
import { expect, test, vi } from 'vitest';
import { addressOf, socketAddressOf } from '../src/api/address';
import { Client } from '../src/api/client';
import { ServerClock } from '../src/api/clock';
import { ApiError, isAbort } from '../src/api/error';
import { Outbox } from '../src/api/rate';
import { Session } from '../src/api/session';
import { Socket } from '../src/api/socket';
import { FakeServer } from './fake/server';
import { FakeWorld } from './fake/world';

const answering = (body: unknown, init: ResponseInit = {}) => {
  const asked: { address: string; given: RequestInit | undefined }[] = [];
  const fetched = async (address: RequestInfo | URL, given?: RequestInit) => {
    asked.push({ address: String(address), given });
    return Response.json(body, init);
  };
  return { asked, fetch: fetched as typeof fetch };
};

test('a base may be the page’s own, another origin, or a path', () => {
  const query = { symbol: 'A:B/C&D', limit: 2, end: undefined };
  expect(addressOf('', '/api/v1/candles', query)).toBe(
    '/api/v1/candles?symbol=A%3AB%2FC%26D&limit=2',
  );
  expect(addressOf('https://h.example/x/', '/udf')).toBe('https://h.example/x/udf');
  expect(socketAddressOf('', 'https://h.example/chart/A')).toBe('wss://h.example/ws');
  expect(socketAddressOf('http://h.example:8000/x', 'https://p/')).toBe('ws://h.example:8000/x/ws');
  expect(socketAddressOf('/below', 'http://p:1/chart')).toBe('ws://p:1/below/ws');
});

test('bars come as columns, with the way to older ones and the token in a header', async () => {
  const columns = {
    t: [60, 120],
    o: [1, 2],
    h: [1, 2],
    l: [1, 2],
    c: [1, 2],
    v: [3, null],
    q: [null, 1],
    n: [1, 1],
    bv: [0, null],
  };
  const headers = { 'Chandlery-Cursor': 'older', 'Chandlery-Interval': '5m' };
  const { asked, fetch } = answering(columns, { headers });
  const client = new Client('https://h.example/', { fetch, token: 'secret' });
  const page = await client.candles({ symbol: 'A:B', interval: '1m', adaptive: true, start: 0 });
  expect(page.bars[1]).toEqual({ t: 120, o: 2, h: 2, l: 2, c: 2, v: 0, q: 1, n: 1, bv: null });
  expect([page.cursor, page.interval]).toEqual(['older', '5m']);
  expect(asked[0]?.address).toBe(
    'https://h.example/api/v1/candles?symbol=A%3AB&interval=1m&start=0&format=columns&adaptive=1',
  );
  expect(asked[0]?.given?.headers).toEqual({ Authorization: 'Bearer secret' });
});

test.each([
  [[60, 60], 'times in seconds that ascend expected, found 60 after 60'],
  [[1_700_000_000_000], 'times in seconds that ascend expected, found 1700000000000 after -1'],
  [[-60], 'times in seconds that ascend expected, found -60 after -1'],
])('times %j are refused', async (t, message) => {
  const ones = t.map(() => 1);
  const { fetch } = answering({
    t,
    o: ones,
    h: ones,
    l: ones,
    c: ones,
    v: ones,
    q: ones,
    n: ones,
    bv: ones,
  });
  const asked = new Client('', { fetch }).candles({ symbol: 'A:B', interval: '1m' });
  await expect(asked).rejects.toThrow(message);
});

test('a price that is not known is none: a chart would draw it as 0', async () => {
  const one = [1];
  const columns = { t: [60], o: one, h: one, l: [null], c: one, v: one, q: one, n: one, bv: one };
  const { fetch } = answering(columns);
  const asked = new Client('', { fetch }).candles({ symbol: 'A:B', interval: '1m' });
  await expect(asked).rejects.toThrow('finite prices expected, found');
});

test('what changes something goes as JSON, with its method and the token', async () => {
  const { asked, fetch } = answering({ id: 1 }, { status: 201 });
  const client = new Client('https://h.example', { fetch, token: 'secret' });
  expect(await client.send('PUT', '/api/v1/admin/filters', { a: 1 })).toEqual({ id: 1 });
  await client.send('DELETE', '/api/v1/admin/tasks/7');
  const [put, gone] = asked;
  const authority = { Authorization: 'Bearer secret' };
  expect(put?.address).toBe('https://h.example/api/v1/admin/filters');
  expect(put?.given).toMatchObject({ method: 'PUT', body: '{"a":1}' });
  expect(put?.given?.headers).toEqual({ ...authority, 'Content-Type': 'application/json' });
  expect(gone?.given).toMatchObject({ method: 'DELETE', headers: authority });
  expect(gone?.given).not.toHaveProperty('body');
});

test('an error keeps what the server says of it', async () => {
  const body = { error: 'too many', hint: 'wait', code: 'rate_limited' };
  const { fetch } = answering(body, { status: 429, headers: { 'Retry-After': '7' } });
  const error = await new Client('', { fetch }).symbols().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    code: 'rate_limited',
    message: 'too many',
    hint: 'wait',
    status: 429,
  });
  expect(error).toMatchObject({ retryAfter: 7, isPassing: true });
});

test('no server, no JSON, no answer in time, no patience: each says so', async () => {
  const failing = (fetched: () => Promise<Response>) =>
    new Client('', { fetch: fetched as typeof fetch, timeoutMs: 5 }).symbols();
  const refused = failing(() => Promise.reject(new TypeError('failed')));
  await expect(refused).rejects.toMatchObject({ code: 'unreachable', isPassing: true });
  const page = failing(async () => new Response('<html>'));
  await expect(page).rejects.toMatchObject({ code: 'not_json' });
  const bare = failing(async () => new Response('nope', { status: 502 }));
  await expect(bare).rejects.toMatchObject({ code: 'unavailable', status: 502 });
  const never = ((_: unknown, given: RequestInit) =>
    new Promise((_resolve, reject) => {
      given.signal?.addEventListener('abort', () => reject(given.signal?.reason));
    })) as typeof fetch;
  const late = new Client('', { fetch: never, timeoutMs: 5 }).symbols();
  await expect(late).rejects.toMatchObject({ code: 'timeout' });
  const stop = new AbortController();
  const given = new Client('', { fetch: never }).symbols({}, { signal: stop.signal });
  stop.abort();
  expect(isAbort(await given.catch((caught: unknown) => caught))).toBe(true);
});

test('tickers of many markets are asked for 50 at a time, and paths keep their slashes', async () => {
  const { asked, fetch } = answering([]);
  const client = new Client('', { fetch });
  await client.tickers(Array.from({ length: 120 }, (_, market) => `A:${market}`));
  expect(asked).toHaveLength(3);
  await client.symbol('KRAKEN:BTC/EUR');
  expect(asked[3]?.address).toBe('/api/v1/symbols/KRAKEN%3ABTC/EUR');
});

test('the clock of the server is that of the word which came soonest', () => {
  const clock = new ServerClock(() => 1_000);
  expect(clock.now()).toBe(1_000);
  for (const lateMs of [80, 20, 300]) clock.heard((6_000 - lateMs) * 1000);
  expect([clock.offsetMs, clock.now()]).toEqual([4_980, 5_980]);
  // Our clock was set forward by an hour.
  clock.heard((6_000 - 3_600_000) * 1000);
  expect(clock.offsetMs).toBe(5_000 - 3_600_000);
});

test('words go out no faster than allowed, and a later one takes the place of an earlier', () => {
  const box = new Outbox(3, 10, 0);
  for (const about of ['a', 'b', 'c', 'd', 'e', 'b']) box.put(about, `${about}!`);
  expect(box.take(0)).toEqual(['a!', 'c!', 'd!']);
  expect(box.take(50)).toEqual([]);
  expect(box.take(250)).toEqual(['e!', 'b!']);
});

const limits = { subscriptions: 200, bars: 1000, messages_per_s: 10, message_burst: 200 };
const hello = { type: 'hello', protocol: 1, server: 'x', time: 0, heartbeat_s: 20, limits };

test('a session greets, says who it is, and only then is ready', () => {
  const session = new Session(0, 'secret');
  expect(session.receive(JSON.stringify({ ...hello, authenticated: false }), 1)).toEqual([]);
  expect(session.take(1)).toEqual(['{"op":"auth","token":"secret"}']);
  expect(session.receive('{"type":"authenticated","id":null}', 2)).toMatchObject([
    { kind: 'ready' },
  ]);
  expect(session.receive('{"type":"authenticated","id":null}', 2)).toEqual([]);
});

test('a server of another version, or one that asks for a token, is told of', () => {
  const newer = JSON.stringify({ ...hello, protocol: 2, authenticated: true });
  expect(new Session(0, undefined).receive(newer, 0)).toMatchObject([
    { kind: 'refused', error: { code: 'protocol', hint: 'load the page again' } },
  ]);
  const closed = JSON.stringify({ ...hello, authenticated: false });
  expect(new Session(0, undefined).receive(closed, 0)).toMatchObject([
    { kind: 'refused', error: { code: 'authentication_required' } },
  ]);
});

test('what is new, or cannot be read, is passed over', () => {
  const session = new Session(0, undefined);
  for (const text of ['', 'no', '1', 'null', '[]', '{}', '{"type":"news"}', new ArrayBuffer(2)])
    expect(session.receive(text, 1)).toEqual([]);
});

test('silence ends a session: 45 seconds of it, 5 after a question, 10 without a greeting', () => {
  const session = new Session(0, undefined);
  expect([session.isDead(10_000), session.isDead(10_001)]).toEqual([false, true]);
  session.receive(JSON.stringify({ ...hello, authenticated: true }), 100);
  expect([session.isDead(45_100), session.isDead(45_101)]).toEqual([false, true]);
  session.probe(30_000);
  expect(session.take(30_000)).toEqual(['{"op":"ping"}']);
  expect([session.isDead(35_000), session.isDead(35_001)]).toEqual([false, true]);
  session.receive('{"type":"pong","time":1}', 35_000);
  expect(session.isDead(35_001)).toBe(false);
});

function scene(token?: string) {
  const world = new FakeWorld();
  const server = new FakeServer(world);
  server.stock(1_699_999_980, 5, () => 1);
  const socket = new Socket('http://h/x', { environment: world, page: 'http://h/', token });
  const topic = { channel: 'candles', symbol: server.symbol, interval: '1m' } as const;
  const heard = () => {
    const types: string[] = [];
    return { types, message: (message: { type: string }) => void types.push(message.type) };
  };
  return { world, server, socket, topic, heard };
}

test('one connection for all, let go of when nobody follows anything', async () => {
  const { world, server, socket, topic, heard } = scene();
  const [first, second] = [heard(), heard()];
  const stops = [
    socket.subscribe(topic, first),
    socket.subscribe({ channel: 'status', symbol: server.symbol }, second),
  ];
  await world.pass(1_000);
  expect([server.connections, world.addresses]).toEqual([1, ['ws://h/x/ws']]);
  expect([first.types, second.types]).toEqual([['snapshot'], ['status']]);
  for (const stop of stops) stop();
  stops[0]?.();
  await world.pass(4_000);
  expect(socket.state.get().phase).toBe('open');
  await world.pass(60_000);
  expect([socket.state.get().phase, world.pending]).toEqual(['idle', 0]);
});

test('who joins later gets a beginning, and the first follower goes on', async () => {
  const { world, server, socket, topic, heard } = scene();
  const [first, second] = [heard(), heard()];
  socket.subscribe(topic, first);
  await world.pass(500);
  server.trade(server.nowS(), 2);
  socket.subscribe(topic, second, 5);
  await world.pass(500);
  expect(second.types).toEqual(['snapshot']);
  expect(first.types[0]).toBe('snapshot');
  expect(first.types).not.toContain('resync');
  server.cut();
  await world.pass(5_000);
  expect([first.types.at(-1), second.types.at(-1)]).toEqual(['update', 'update']);
});

test('a topic in other spellings is the same topic: all its followers are told', async () => {
  const { world, server, socket, topic, heard } = scene();
  const followers = [heard(), heard(), heard()] as const;
  const spellings = [topic, { ...topic, symbol: ' test:gold ' }, { ...topic, interval: '60s' }];
  const stops = followers.map((follower, at) =>
    socket.subscribe(spellings[at] as typeof topic, follower),
  );
  await world.pass(500);
  server.trade(server.nowS(), 2);
  await world.pass(500);
  const counts = () => followers.map(({ types }) => types.length);
  expect(counts()).toEqual([2, 2, 2]);
  expect(server.received.filter(({ op }) => op === 'subscribe')).toHaveLength(1);
  stops[0]?.();
  server.trade(server.nowS(), 3);
  await world.pass(500);
  expect(counts()).toEqual([2, 3, 3]);
});

test('one follower’s mistake is told, and costs the others nothing', async () => {
  const { world, socket, topic, heard } = scene();
  const mistakes: (() => void)[] = [];
  vi.stubGlobal('queueMicrotask', (call: () => void) => mistakes.push(call));
  const other = heard();
  const throws = (): void => {
    throw new Error('mistake');
  };
  socket.subscribe(topic, { message: throws });
  socket.subscribe(topic, other);
  await world.pass(500);
  vi.unstubAllGlobals();
  expect(other.types).toEqual(['snapshot']);
  expect(mistakes[0]).toThrow('mistake');
});

test('who was up to date learns of a new beginning that another one caused', async () => {
  const { world, server, socket, topic, heard } = scene();
  const [first, second] = [heard(), heard()];
  socket.subscribe(topic, first);
  await world.pass(500);
  server.cut();
  socket.subscribe(topic, second, 5);
  await world.pass(5_000);
  expect(first.types).toEqual(['snapshot', 'resync', 'snapshot']);
  expect(second.types).toEqual(['snapshot']);
});

test('waits between tries grow to half a minute, and the network’s return ends them', async () => {
  const { world, server, socket, topic, heard } = scene();
  server.isReachable = false;
  socket.subscribe(topic, heard());
  await world.pass(600_000);
  const tries = server.connections;
  expect(tries).toBeGreaterThan(20);
  expect(tries).toBeLessThan(80);
  expect(socket.state.get()).toMatchObject({ phase: 'waiting', error: { code: 'unreachable' } });
  server.isReachable = true;
  world.notice('online');
  await world.pass(200);
  expect(socket.state.get()).toMatchObject({ phase: 'open', error: null });
});

test('a token that is refused is not tried again, another one is', async () => {
  const { world, server, socket, topic, heard } = scene('wrong');
  server.token = 'right';
  const follower = heard();
  socket.subscribe(topic, follower);
  await world.pass(60_000);
  expect(socket.state.get()).toMatchObject({
    phase: 'refused',
    error: { code: 'authentication_failed' },
  });
  expect(server.connections).toBe(1);
  socket.authenticate('right');
  await world.pass(1_000);
  expect(follower.types).toEqual(['snapshot']);
});

test('what was unsubscribed before it was asked for is never asked for', async () => {
  const { world, server, socket, topic, heard } = scene();
  for (let look = 0; look < 50; look++) socket.subscribe(topic, heard())();
  socket.subscribe(topic, heard());
  await world.pass(2_000);
  expect(server.received.filter(({ op }) => op === 'subscribe')).toHaveLength(1);
});
