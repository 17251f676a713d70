import type { Market } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Desk, Opened, SymbolUse } from '../desk';
import { useDesk } from '../shell/context';
import { Combobox, type Option } from '../ui/Combobox';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { useWatched } from '../watchlist/watched';
import { type Found, Lookup } from './lookup';
import { marked } from './marked';
import './search.css';

const LIMIT = 50;

const TITLES: Readonly<Record<SymbolUse, string>> = {
  show: 'Find a market',
  compare: 'Compare with',
  watch: 'Add to the watchlist',
};

/** Search over all markets of the server: it looks, and the page stays quick however many there are. */
export default function SearchDialog({ opened }: { opened: Opened & { name: 'search' } }) {
  const desk = useDesk();
  const { use } = opened;
  const [text, setText] = useState(opened.text);
  const [active, setActive] = useState(0);
  const lookup = useMemo(() => lookupOf(desk), [desk]);
  const found = useSignal(lookup.found);
  const recent = useSignal(desk.recent);
  const isWaiting = useRef(false);
  const taken = useTaken(desk, use);
  const rows = rowsOf(found, text, use === 'show' ? recent : []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for what it was opened with
  useEffect(() => {
    lookup.type(opened.text.trim(), true);
    return () => lookup.stop();
  }, [lookup]);
  const choose = (row: Row | undefined) => {
    if (!row) return;
    take(desk, use, row.symbol);
    if (use === 'show') desk.close();
  };
  // Enter was pressed before the answer was there: its first row is meant.
  useEffect(() => {
    if (!isWaiting.current || found.isBusy || found.query !== text.trim()) return;
    isWaiting.current = false;
    choose(rows[0]);
  });
  return (
    <Dialog title={TITLES[use]} onClose={desk.close} className="is-search is-wide">
      <Combobox
        label={TITLES[use]}
        placeholder="Symbol, name or exchange"
        text={text}
        isBusy={found.isBusy}
        options={rows.map((row) => optionOf(row, text, taken))}
        active={Math.min(active, rows.length - 1)}
        onActive={setActive}
        onType={(typed) => {
          setText(typed);
          setActive(0);
          lookup.type(typed.trim());
        }}
        onChoose={(index) => {
          const isStale = found.isBusy && found.query !== text.trim();
          if (isStale) isWaiting.current = true;
          else choose(rows[index]);
        }}
      >
        <Below found={found} count={rows.length} text={text} />
      </Combobox>
    </Dialog>
  );
}

interface Row {
  readonly symbol: string;
  readonly market: Market | null;
  readonly heading: string;
}

function lookupOf(desk: Desk): Lookup<Market> {
  return new Lookup(async (query, signal) => {
    const asked = query ? { query, limit: LIMIT } : { limit: LIMIT };
    return (await desk.client.symbols(asked, { signal })).markets;
  });
}

function rowsOf(found: Found<Market>, text: string, recent: readonly string[]): Row[] {
  const rows = found.rows.map((market) => ({ symbol: market.symbol, market, heading: '' }));
  if (text.trim() || recent.length === 0) return rows;
  const known = new Map(rows.map((row) => [row.symbol, row.market]));
  const before = recent.map((symbol) => ({
    symbol,
    market: known.get(symbol) ?? null,
    heading: '',
  }));
  const others = rows.filter((row) => !recent.includes(row.symbol));
  return [...under('Recent', before), ...under('All markets', others)];
}

function under(heading: string, rows: readonly Row[]): Row[] {
  return rows.map((row, index) => (index === 0 ? { ...row, heading } : row));
}

function take(desk: Desk, use: SymbolUse, symbol: string): void {
  if (use === 'show') desk.change({ symbol });
  else if (use === 'compare') desk.toggleCompare(symbol);
  else desk.watched.toggle(symbol);
}

/** The symbols that are compared or watched already. */
function useTaken(desk: Desk, use: SymbolUse): readonly string[] {
  const { compare, symbol } = useSignal(desk.layout);
  const watched = useWatched();
  if (use === 'compare') return compare;
  return use === 'watch' ? watched : [symbol];
}

function optionOf(
  { symbol, market, heading }: Row,
  text: string,
  taken: readonly string[],
): Option {
  const [exchange, name] = symbol.includes(':')
    ? [symbol.slice(0, symbol.indexOf(':')), symbol.slice(symbol.indexOf(':') + 1)]
    : ['', symbol];
  const isChosen = taken.includes(symbol);
  return {
    key: symbol,
    isChosen,
    ...(heading ? { heading } : {}),
    content: (
      <>
        <span className="option-name">{marked(name, text)}</span>
        <span className="option-about">{marked(market?.description ?? '', text)}</span>
        {isChosen && <Icon name="check" size={16} />}
        {market?.type && <span className="option-type">{market.type}</span>}
        <span className="option-exchange">{market?.exchange ?? exchange}</span>
      </>
    ),
  };
}

function Below({ found, count, text }: { found: Found<Market>; count: number; text: string }) {
  return (
    <p className="search-below quiet" role="status">
      {wordsOf(found, count, text)}
    </p>
  );
}

function wordsOf(found: Found<Market>, count: number, text: string): string {
  if (found.fault) return `The server did not answer: ${found.fault}`;
  if (count === 0) return found.isBusy ? 'Looking …' : `No market like “${text.trim()}”`;
  if (found.rows.length >= LIMIT) return `The best ${LIMIT}; type more to see others`;
  return count === 1 ? '1 market' : `${count} markets`;
}
