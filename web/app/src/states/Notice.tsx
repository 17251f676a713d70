import { type Market, needsKey, parseInterval, type SeriesStatus } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import { type ReactNode, useEffect, useState } from 'react';
import type { Desk, Standing } from '../desk';
import { useDesk } from '../shell/context';
import { intervalName } from '../shell/words';
import { Button } from '../ui/Button';
import { Icon, type IconName } from '../ui/Icon';
import './states.css';

interface Said {
  readonly icon: IconName;
  readonly title: string;
  readonly text: ReactNode;
  readonly actions?: ReactNode;
}

/** Over an empty chart: what is going on, and what one can do. With bars, a word at the edge of them. */
export function Notice() {
  const desk = useDesk();
  const view = useSignal(desk.view);
  const standing = useSignal(desk.standing);
  const { symbol, interval } = useSignal(desk.layout);
  const hasBars = useHasBars(desk);
  if (!view) return null;
  const { status, reason } = standing;
  if (!symbol && status === 'empty') return <Big {...noMarket(desk)} />;
  if (status === 'live') return null;
  if (hasBars) return <Small status={status} reason={reason} />;
  if (status === 'connecting' || status === 'reconnecting') return <Loading symbol={symbol} />;
  if (status === 'unknown' && parseInterval(interval) === null)
    return <Big {...noInterval(desk, interval)} />;
  if (status === 'unknown') return <Unknown symbol={symbol} />;
  return <Big {...said(desk, standing, symbol, interval)} />;
}

function useHasBars(desk: Desk): boolean {
  const view = useSignal(desk.view);
  const [hasBars, setHasBars] = useState(false);
  useEffect(() => {
    if (!view) return;
    const look = () => setHasBars((view.feed.get()?.bars.length ?? 0) > 0);
    const stops = [view.visible.watch(look), view.feed.watch(look), desk.standing.watch(look)];
    look();
    return () => {
      for (const stop of stops) stop();
    };
  }, [view, desk]);
  return hasBars;
}

const retry = (desk: Desk) => (
  <Button
    icon="redo"
    isMain
    onClick={() => {
      if (desk.layout.get().symbol) desk.socket.retry();
      else location.reload();
    }}
  >
    Try again
  </Button>
);

const search = (desk: Desk) => (
  <Button icon="search" onClick={() => desk.open({ name: 'search', text: '', use: 'show' })}>
    Find a market
  </Button>
);

function noMarket(desk: Desk): Said {
  return {
    icon: 'search',
    title: 'No market yet',
    text: (
      <>
        This server keeps no market so far. Follow an exchange with{' '}
        <code>chandlery serve --live binance:BTCUSDT</code>, import a file, or push trades; then
        look again.
      </>
    ),
    actions: (
      <>
        {search(desk)}
        <Button icon="redo" onClick={() => location.reload()}>
          Look again
        </Button>
      </>
    ),
  };
}

function noInterval(desk: Desk, interval: string): Said {
  return {
    icon: 'clock',
    title: `There are no bars of '${interval}'`,
    text: 'An interval is written such as 5m, 1h, 1D, 1W or 1M.',
    actions: (
      <Button isMain onClick={() => desk.open({ name: 'interval', text: '' })}>
        Another interval
      </Button>
    ),
  };
}

function said(
  desk: Desk,
  { status, reason, code }: Standing,
  symbol: string,
  interval: string,
): Said {
  if (status === 'offline' && navigator.onLine)
    return {
      icon: 'server',
      title: 'The server does not answer',
      text: `It is asked again by itself, and the chart goes on when it is back.${reason ? ` (${reason})` : ''}`,
      actions: retry(desk),
    };
  if (status === 'offline')
    return {
      icon: 'offline',
      title: 'You are offline',
      text: 'This device has no network. The chart goes on by itself when it is back.',
      actions: retry(desk),
    };
  if (status === 'empty')
    return {
      icon: 'clock',
      title: `No trades of ${symbol} yet`,
      text: `The market is known, and its first bar of ${intervalName(interval)} appears here with the first trade.`,
      actions: search(desk),
    };
  if (needsKey(code)) return locked(desk);
  return {
    icon: 'server',
    title: 'The server cannot answer',
    text: reason || 'It did not say why. Its log says more.',
    actions: retry(desk),
  };
}

function locked(desk: Desk): Said {
  return {
    icon: 'warning',
    title: 'A key is needed',
    text: 'This server shows its data to those with a key only.',
    actions: (
      <Button isMain onClick={() => desk.open({ name: 'key' })}>
        Enter a key
      </Button>
    ),
  };
}

function Big({ icon, title, text, actions }: Said) {
  return (
    <div className="notice" role="alert">
      <Icon name={icon} size={36} />
      <h2>{title}</h2>
      <p>{text}</p>
      {actions && <div className="notice-actions">{actions}</div>}
    </div>
  );
}

/** Bars that are not there yet, as still as can be. */
function Loading({ symbol }: { symbol: string }) {
  return (
    <div className="notice is-loading" role="status">
      <div className="notice-bars" aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
        <i />
      </div>
      <p>{symbol ? `Loading ${symbol}` : 'Looking for a market'}</p>
    </div>
  );
}

const NEAR = 6;

/** A market that is not here, and others of nearly its name. */
function Unknown({ symbol }: { symbol: string }) {
  const desk = useDesk();
  const near = useNear(symbol);
  return (
    <Big
      icon="search"
      title={`No market ${symbol} here`}
      text={near.length ? 'Did you mean one of these?' : 'There is nothing like it either.'}
      actions={
        <>
          {near.map((market) => (
            <Button key={market.symbol} onClick={() => desk.change({ symbol: market.symbol })}>
              {market.symbol}
            </Button>
          ))}
          {search(desk)}
        </>
      }
    />
  );
}

function useNear(symbol: string): readonly Market[] {
  const desk = useDesk();
  const [near, setNear] = useState<readonly Market[]>([]);
  useEffect(() => {
    const asking = new AbortController();
    void nearTo(desk, symbol, asking.signal).then(
      (found) => !asking.signal.aborted && setNear(found),
      () => undefined,
    );
    return () => asking.abort();
  }, [desk, symbol]);
  return near;
}

/** Markets of a similar name: by the whole of it, and then by ever shorter beginnings. */
async function nearTo(desk: Desk, symbol: string, signal: AbortSignal): Promise<readonly Market[]> {
  const name = symbol.slice(symbol.indexOf(':') + 1);
  for (const query of [name, name.slice(0, 5), name.slice(0, 3), '']) {
    const { markets } = await desk.client.symbols(
      query ? { query, limit: NEAR } : { limit: NEAR },
      { signal },
    );
    if (markets.length) return markets;
  }
  return [];
}

const WORDS: Readonly<Partial<Record<SeriesStatus, string>>> = {
  reconnecting: 'Connection lost. Reconnecting; what is missed is filled in.',
  offline: 'This device is offline. The bars are those of before.',
  delayed: 'The newest trades have not come yet.',
  error: 'The server cannot answer. The bars are those of before.',
};

const NO_SERVER = 'The server does not answer, and is asked again. The bars are those of before.';

function Small({ status, reason }: { status: SeriesStatus; reason: string }) {
  const desk = useDesk();
  const isServer = status === 'offline' && navigator.onLine;
  const words = isServer ? NO_SERVER : WORDS[status];
  if (!words) return null;
  return (
    <div className="notice-line" role="status" title={reason}>
      <Icon name={status === 'offline' && !isServer ? 'offline' : 'warning'} size={16} />
      <span>{words}</span>
      {status !== 'delayed' && (
        <button
          type="button"
          className="notice-retry"
          onClick={() => {
            desk.socket.retry();
          }}
        >
          Try now
        </button>
      )}
    </div>
  );
}
