import { useState } from 'react';
import { usePolled } from '../polled';
import { type Column, Panel, Pill, Rows, Trouble, Waiting } from '../ui';
import { span } from '../words';
import { SymbolField } from './symbol';

interface Rate {
  readonly recent: number | null;
  readonly usual: number | null;
}
interface Quality {
  readonly symbol: string;
  readonly age_s: number | null;
  readonly stale: boolean;
  readonly trades_per_minute: Rate | null;
  readonly bars_per_minute: Rate | null;
  readonly gaps: { readonly count: number; readonly seconds: number } | null;
  readonly jumps: { readonly count: number } | null;
  readonly given: { readonly bars: number; readonly different: number } | null;
}

const COLUMNS: Column<Quality>[] = [
  { name: 'Market', of: (row) => row.symbol },
  { name: 'Newest', of: (row) => (row.age_s === null ? 'nothing yet' : `${span(row.age_s)} ago`) },
  { name: 'State', of: (row) => <Pill state={row.stale ? 'stalled' : 'live'} /> },
  { name: 'Trades a minute', of: (row) => rateOf(row.trades_per_minute), isNumber: true },
  { name: 'Minutes with trades', of: (row) => rateOf(row.bars_per_minute), isNumber: true },
  {
    name: 'Gaps',
    of: (row) => (row.gaps?.count ? `${row.gaps.count}, ${span(row.gaps.seconds)}` : 'none'),
    isNumber: true,
  },
  { name: 'Jumps', of: (row) => row.jumps?.count ?? '–', isNumber: true },
  {
    name: 'Bars given, different',
    of: (row) => (row.given ? `${row.given.bars}, ${row.given.different}` : '–'),
    isNumber: true,
  },
];

/** What each market's data is worth just now. */
export function QualitySection() {
  const [typed, setTyped] = useState('');
  const symbol = typed.trim();
  const path = symbol
    ? `/api/v1/quality?symbol=${encodeURIComponent(symbol)}`
    : '/api/v1/quality?limit=20';
  const { value, error } = usePolled<readonly Quality[]>(path, 10_000);
  return (
    <Panel
      title="Data quality"
      about="Recent against usual; jumps are spikes away from the median."
    >
      <div className="form">
        <SymbolField value={typed} onChange={setTyped} />
      </div>
      <Trouble error={error} />
      {value ? (
        <Rows
          label="Data quality"
          rows={value}
          columns={COLUMNS}
          keyOf={(row) => row.symbol}
          empty="There is no market yet."
        />
      ) : (
        !error && <Waiting />
      )}
    </Panel>
  );
}

function rateOf(rate: Rate | null): string {
  if (!rate) return '–';
  const told = (value: number | null) => (value === null ? '?' : value.toFixed(1));
  return `${told(rate.recent)}, usually ${told(rate.usual)}`;
}
