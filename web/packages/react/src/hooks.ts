import {
  type Bar,
  connectionTo,
  type Market,
  SeriesFeed,
  type SeriesStatus,
  type Signal,
  type Ticker,
} from '@chandlery/chart-core';
import { useEffect, useState, useSyncExternalStore } from 'react';

/** Which server, and with which key; '' is the server that the page comes from. */
export interface Server {
  readonly apiUrl?: string | undefined;
  readonly token?: string | undefined;
}

/** The value of a signal; the component is drawn anew when it changes. */
export function useSignal<Value>(signal: Signal<Value>): Value {
  return useSyncExternalStore(signal.watch, signal.get, signal.get);
}

export interface Series {
  /** Bars that are loaded, in order of time; another array whenever they change. */
  readonly bars: readonly Bar[];
  readonly status: SeriesStatus;
  /** Why the status is what it is, in words. */
  readonly reason: string;
  readonly market: Market | null;
}

const NOTHING: Series = { bars: [], status: 'connecting', reason: '', market: null };

/** The newest bars of a market, kept current, for what is no chart: a table, a figure. */
export function useSeries(symbol: string, interval: string, { apiUrl = '', token }: Server = {}) {
  const [series, setSeries] = useState<Series>(NOTHING);
  useEffect(() => {
    const { client, socket } = connectionTo(apiUrl, token);
    const feed = new SeriesFeed(client, socket, symbol, interval);
    let frame = 0;
    // However many bars change within a frame, the component is drawn once.
    const tell = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => setSeries(seriesOf(feed)));
    };
    const { bars, status, reason, market } = feed;
    const stops = [bars, status, reason, market].map((part) => part.watch(tell));
    setSeries(NOTHING);
    feed.start();
    return () => {
      cancelAnimationFrame(frame);
      for (const stop of stops) stop();
      feed.stop();
    };
  }, [symbol, interval, apiUrl, token]);
  return series;
}

function seriesOf(feed: SeriesFeed): Series {
  return {
    bars: [...feed.bars.all()],
    status: feed.status.get(),
    reason: feed.reason.get(),
    market: feed.market.get(),
  };
}

/** The last 24 hours of a market in one line, kept current; null until they are known. */
export function useTicker(symbol: string, { apiUrl = '', token }: Server = {}): Ticker | null {
  const [ticker, setTicker] = useState<Ticker | null>(null);
  useEffect(() => {
    setTicker(null);
    const { socket } = connectionTo(apiUrl, token);
    return socket.subscribe(
      { channel: 'ticker', symbol },
      { message: (message) => message.type === 'ticker' && setTicker(message.ticker) },
    );
  }, [symbol, apiUrl, token]);
  return ticker;
}
