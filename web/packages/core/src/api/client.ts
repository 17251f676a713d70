import type { Bar, Market } from '../types';
import { addressOf, baseOf } from './address';
import type {
  CandlePage,
  CandleQuery,
  Gap,
  IndicatorInfo,
  IndicatorQuery,
  IndicatorValues,
  Interval,
  SymbolPage,
  Ticker,
} from './answers';
import { type BarColumns, barsOfColumns } from './columns';
import { type Answer, type Method, type RequestOptions, Requests } from './requests';

export interface SymbolQuery {
  readonly query?: string | undefined;
  readonly exchange?: string | undefined;
  readonly type?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** `activity`: the busiest first. */
  readonly sort?: 'activity';
}

/** What may be told of any request: when it is not wanted any more, and what caches may do. */
export interface Ask {
  readonly signal?: AbortSignal | undefined;
  /** `no-cache` has a cached answer confirmed by the server. */
  readonly cache?: RequestCache | undefined;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

const MOST_TICKERS = 50;

/**
 * The REST API of one server. `base` is '' for the page's own, another origin, or an address below
 * a path. Methods fail with `ApiError`, or with the abort of their signal.
 */
export class Client {
  readonly base: string;
  private readonly requests: Requests;

  constructor(base = '', options: RequestOptions = {}) {
    this.base = baseOf(base);
    this.requests = new Requests(options);
  }

  get token(): string | undefined {
    return this.requests.token;
  }

  set token(token: string | undefined) {
    this.requests.token = token;
  }

  /** Returns a page of bars: the newest of the range, or those before a cursor. */
  async candles(query: CandleQuery, ask: Ask = {}): Promise<CandlePage> {
    const { adaptive, ...rest } = query;
    const given = { ...rest, format: 'columns', adaptive: adaptive ? 1 : undefined };
    const { body, headers } = await this.get<BarColumns>('/api/v1/candles', given, ask);
    return {
      bars: barsOfColumns(body),
      cursor: headers.get('Chandlery-Cursor'),
      interval: headers.get('Chandlery-Interval') ?? query.interval,
    };
  }

  /** Returns every bar of a range, page by page; at most `most`, the newest. */
  async allCandles(query: CandleQuery, most: number, ask: Ask = {}): Promise<Bar[]> {
    const pages: (readonly Bar[])[] = [];
    let cursor = query.cursor;
    let missing = most;
    do {
      const limit = Math.min(query.limit ?? missing, missing);
      const page = await this.candles({ ...query, limit, cursor }, ask);
      pages.unshift(page.bars);
      missing -= page.bars.length;
      cursor = page.cursor ?? undefined;
    } while (cursor && missing > 0);
    return pages.flat();
  }

  async symbols(query: SymbolQuery = {}, ask: Ask = {}): Promise<SymbolPage<Market>> {
    const { body, headers } = await this.get<Market[]>('/api/v1/symbols', { ...query }, ask);
    return { markets: body, cursor: headers.get('Chandlery-Cursor') };
  }

  async symbol(symbol: string, ask: Ask = {}): Promise<Market> {
    const path = symbol.split('/').map(encodeURIComponent).join('/');
    return (await this.get<Market>(`/api/v1/symbols/${path}`, {}, ask)).body;
  }

  async intervals(symbol?: string, ask: Ask = {}): Promise<readonly Interval[]> {
    return (await this.get<Interval[]>('/api/v1/intervals', { symbol }, ask)).body;
  }

  /** Returns the tickers of any number of markets; 50 are asked for at a time. */
  async tickers(symbols: readonly string[], ask: Ask = {}): Promise<Ticker[]> {
    const found: Ticker[] = [];
    for (let first = 0; first < symbols.length; first += MOST_TICKERS) {
      const some = symbols.slice(first, first + MOST_TICKERS).join(',');
      found.push(...(await this.get<Ticker[]>('/api/v1/ticker', { symbols: some }, ask)).body);
    }
    return found;
  }

  async indicators(ask: Ask = {}): Promise<readonly IndicatorInfo[]> {
    return (await this.get<IndicatorInfo[]>('/api/v1/indicators', {}, ask)).body;
  }

  async indicator(name: string, query: IndicatorQuery, ask: Ask = {}): Promise<IndicatorValues> {
    const { parameters, ...range } = query;
    const path = `/api/v1/indicators/${encodeURIComponent(name)}`;
    return (await this.get<IndicatorValues>(path, { ...range, ...parameters }, ask)).body;
  }

  async gaps(symbol: string, kind?: 'trades' | 'bars', ask: Ask = {}): Promise<readonly Gap[]> {
    return (await this.get<Gap[]>('/api/v1/gaps', { symbol, kind }, ask)).body;
  }

  /** Asks for anything else below the base, such as the routes of administration. */
  async read<Body>(path: string, query: Query = {}, ask: Ask = {}): Promise<Body> {
    return (await this.get<Body>(path, query, ask)).body;
  }

  /** Changes something below the base, with the routes of administration; a body goes as JSON. */
  async send<Body>(
    method: Method,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<Body> {
    return (await this.requests.send<Body>(method, addressOf(this.base, path), body, signal)).body;
  }

  private get<Body>(path: string, query: Query, ask: Ask): Promise<Answer<Body>> {
    return this.requests.get<Body>(addressOf(this.base, path, query), ask.signal, ask.cache);
  }
}
