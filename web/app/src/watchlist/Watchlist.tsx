import { formatPercent, formatPrice, priceStyle } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useDesk } from '../shell/context';
import { PanelHead } from '../shell/PanelHead';
import { Button, IconButton } from '../ui/Button';
import { sparkPath, Tickers } from './tickers';
import { useWatched } from './watched';
import './watchlist.css';

const REFRESH_MS = 60_000;
const SPARK = { width: 56, height: 22 };

/** The markets that somebody has an eye on. The arrows go from one to the next, and the chart follows. */
export default function Watchlist() {
  const desk = useDesk();
  const symbols = useWatched();
  const { symbol } = useSignal(desk.layout);
  const tickers = useTickers(symbols);
  const list = useRef<HTMLUListElement>(null);
  const drag = useDrag(list);
  const add = () => desk.open({ name: 'search', text: '', use: 'watch' });
  const isWatched = symbols.includes(symbol);
  return (
    <>
      <PanelHead title="Watchlist">
        {!isWatched && symbol && (
          <IconButton
            icon="star"
            label={`Add ${symbol}`}
            onClick={() => desk.watched.toggle(symbol)}
          />
        )}
        <IconButton icon="plus" label="Add a market" aria-haspopup="dialog" onClick={add} />
      </PanelHead>
      {symbols.length === 0 ? (
        <div className="panel-empty">
          <p>Markets you watch stand here, with their price and the last 24 hours.</p>
          {symbol && (
            <Button icon="star" onClick={() => desk.watched.toggle(symbol)}>
              Watch {symbol.slice(symbol.indexOf(':') + 1)}
            </Button>
          )}
          <Button icon="plus" onClick={add}>
            Add markets
          </Button>
        </div>
      ) : (
        <ul ref={list} className="watch" aria-label="Watched markets">
          {symbols.map((each, index) => (
            <Row
              key={each}
              symbol={each}
              index={index}
              isNow={each === symbol}
              isDragged={drag.index === index}
              tickers={tickers}
              onGrip={drag.begin(index)}
            />
          ))}
        </ul>
      )}
      <p className="panel-note">Alt+↑ ↓ moves a market, Delete removes it</p>
    </>
  );
}

function useTickers(symbols: readonly string[]): Tickers {
  const desk = useDesk();
  const tickers = useMemo(() => new Tickers(desk.client, desk.socket), [desk]);
  useEffect(() => tickers.follow(symbols), [tickers, symbols]);
  useEffect(() => {
    const timer = window.setInterval(() => tickers.refresh(), REFRESH_MS);
    return () => {
      window.clearInterval(timer);
      tickers.stop();
    };
  }, [tickers]);
  return tickers;
}

function Row({
  symbol,
  index,
  isNow,
  isDragged,
  tickers,
  onGrip,
}: {
  symbol: string;
  index: number;
  isNow: boolean;
  isDragged: boolean;
  tickers: Tickers;
  onGrip: (event: PointerEvent) => void;
}) {
  const desk = useDesk();
  const { ticker, closes, fault } = useSignal(tickers.of(symbol));
  const last = ticker?.last ?? closes.at(-1) ?? null;
  const percent = ticker?.change_percent ?? null;
  const side = (percent ?? 0) < 0 ? 'fall' : 'rise';
  const [exchange = '', name = symbol] = split(symbol);
  return (
    <li className={isDragged ? 'watch-row is-dragged' : 'watch-row'}>
      <button
        type="button"
        className="watch-main"
        aria-current={isNow}
        title={fault || symbol}
        onClick={() => desk.change({ symbol })}
        onKeyDown={(event) => pressed(event, index, symbol, desk)}
      >
        <span className="watch-name">
          <b>{name}</b>
          <span className="quiet">{fault ? 'not here' : exchange}</span>
        </span>
        <Spark closes={last === null ? closes : [...closes.slice(0, -1), last]} side={side} />
        <span className="watch-figures">
          <Price value={last} />
          <span className={percent === null ? 'quiet' : side}>
            {percent === null ? '–' : formatPercent(percent)}
          </span>
        </span>
      </button>
      <span className="watch-tools">
        {/* The keys that move a row are those of the row itself. */}
        <span className="watch-grip" aria-hidden="true" onPointerDown={onGrip} />
        <IconButton
          icon="close"
          size={14}
          label={`Remove ${symbol}`}
          onClick={() => desk.watched.toggle(symbol)}
        />
      </span>
    </li>
  );
}

const split = (symbol: string): string[] =>
  symbol.includes(':')
    ? [symbol.slice(0, symbol.indexOf(':')), symbol.slice(symbol.indexOf(':') + 1)]
    : ['', symbol];

function pressed(
  event: KeyboardEvent<HTMLButtonElement>,
  index: number,
  symbol: string,
  desk: ReturnType<typeof useDesk>,
): void {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (by !== undefined) {
    event.preventDefault();
    const list = event.currentTarget.closest('ul');
    if (event.altKey) desk.watched.move(index, index + by);
    const next = list?.querySelectorAll<HTMLElement>('.watch-main')[index + by];
    if (!event.altKey && next) {
      next.focus();
      next.click();
    }
  } else if (event.key === 'Delete') {
    event.preventDefault();
    desk.watched.toggle(symbol);
  }
}

/** A price that flashes in the colour of its move. */
function Price({ value }: { value: number | null }) {
  const before = useRef(value);
  const [flash, setFlash] = useState('');
  useEffect(() => {
    const was = before.current;
    before.current = value;
    if (value === null || was === null || value === was) return;
    setFlash(value > was ? 'is-up' : 'is-down');
    const timer = window.setTimeout(() => setFlash(''), 400);
    return () => window.clearTimeout(timer);
  }, [value]);
  if (value === null) return <span className="quiet">–</span>;
  return (
    <span className={`watch-price ${flash}`}>{formatPrice(priceStyle(100, value), value)}</span>
  );
}

function Spark({ closes, side }: { closes: readonly number[]; side: string }) {
  return (
    <svg
      className={`spark ${side}`}
      width={SPARK.width}
      height={SPARK.height}
      viewBox={`0 -1 ${SPARK.width} ${SPARK.height + 2}`}
      aria-hidden="true"
    >
      <path d={sparkPath(closes, SPARK.width, SPARK.height)} fill="none" stroke="currentColor" />
    </svg>
  );
}

/** Moves a row with the pointer: its grip is held, and the others make room. */
function useDrag(list: { readonly current: HTMLElement | null }) {
  const desk = useDesk();
  const [index, setIndex] = useState<number | null>(null);
  const begin = (from: number) => (event: PointerEvent) => {
    event.preventDefault();
    const stop = new AbortController();
    let at = from;
    setIndex(from);
    const move = (moved: globalThis.PointerEvent) => {
      const to = rowAt(list.current, moved.clientY);
      if (to === at || to < 0) return;
      desk.watched.move(at, to);
      at = to;
      setIndex(to);
    };
    const end = () => {
      stop.abort();
      setIndex(null);
    };
    document.addEventListener('pointermove', move, { signal: stop.signal });
    for (const name of ['pointerup', 'pointercancel'])
      document.addEventListener(name, end, { signal: stop.signal });
  };
  return { index, begin };
}

function rowAt(list: HTMLElement | null, y: number): number {
  const rows = [...(list?.children ?? [])];
  return rows.findIndex((row) => {
    const box = row.getBoundingClientRect();
    return y >= box.top && y < box.bottom;
  });
}
