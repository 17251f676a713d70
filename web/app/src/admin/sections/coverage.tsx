import { useState } from 'react';
import { usePolled } from '../polled';
import { Choice, type Column, Panel, Pill, Rows, Trouble, Waiting } from '../ui';
import type { Coverage, Stretch } from '../values';
import { moment, span } from '../words';
import { SymbolField, useSomeSymbol } from './symbol';

const DAY_S = 86_400;
const PIXELS = 1_000;
const SHOWN = 200;
type Reach = 'day' | 'week' | 'month' | 'year' | 'all';
const REACHES: readonly (readonly [Reach, string, number])[] = [
  ['day', 'the last day', DAY_S],
  ['week', 'the last week', 7 * DAY_S],
  ['month', 'the last 30 days', 30 * DAY_S],
  ['year', 'the last year', 365 * DAY_S],
  ['all', 'all there is', 0],
];

const COLUMNS: Column<Stretch>[] = [
  { name: 'From', of: (gap) => moment(gap.start) },
  { name: 'To', of: (gap) => moment(gap.end) },
  { name: 'Length', of: (gap) => span(gap.end - gap.start), isNumber: true },
  { name: 'State', of: (gap) => <Pill state={gap.state} /> },
  { name: 'Why', of: (gap) => gap.reason },
];

/** What was collected of a market, and what was not. */
export function CoverageSection() {
  const [typed, setTyped] = useState('');
  const [kind, setKind] = useState<'trades' | 'bars'>('trades');
  const [reach, setReach] = useState<Reach>('week');
  const symbol = useSomeSymbol(typed);
  const seconds = REACHES.find(([name]) => name === reach)?.[2] ?? 0;
  const { value, error } = usePolled<Coverage>(symbol && pathOf(symbol, kind, seconds), 5_000);
  const gaps = value?.intervals.filter((each) => each.state !== 'covered') ?? [];
  return (
    <Panel
      title="Coverage"
      about="“No trades” is not “not collected”: what feeds have really seen, and what they have not."
    >
      <div className="form">
        <SymbolField value={typed} onChange={setTyped} />
        <Choice
          label="Of"
          value={kind}
          onChange={setKind}
          options={[
            ['trades', 'trades'],
            ['bars', 'bars'],
          ]}
        />
        <Choice
          label="Reach"
          value={reach}
          onChange={setReach}
          options={REACHES.map(([key, name]) => [key, name] as const)}
        />
      </div>
      <Trouble error={error} />
      {value ? (
        <>
          <h3>{symbol}</h3>
          <Timeline coverage={value} />
          {value.open_since !== null && (
            <p className="trouble">Nothing has been seen since {moment(value.open_since)}.</p>
          )}
          <Rows
            label="Gaps"
            rows={gaps.slice(-SHOWN).reverse()}
            columns={COLUMNS}
            keyOf={(gap) => `${gap.start}`}
            empty="No gap is known here."
          />
        </>
      ) : (
        !error && (symbol ? <Waiting /> : <p className="quiet">There is no market yet.</p>)
      )}
    </Panel>
  );
}

/** The range moves by whole minutes, so that what is asked for stays the same meanwhile. */
function pathOf(symbol: string, kind: string, seconds: number): string {
  const path = `/api/v1/admin/coverage?symbol=${encodeURIComponent(symbol)}&kind=${kind}`;
  if (!seconds) return path;
  const end = Math.ceil(Date.now() / 60_000) * 60;
  const pixel = Math.max(1, Math.round(seconds / PIXELS));
  return `${path}&start=${end - seconds}&end=${end}&resolution_s=${pixel}`;
}

export function Timeline({ coverage }: { coverage: Coverage }) {
  const length = Math.max(1, coverage.end - coverage.start);
  return (
    <figure className="timeline">
      <svg
        viewBox={`0 0 ${PIXELS} 24`}
        preserveAspectRatio="none"
        role="img"
        aria-label="Timeline of what was collected; the table below tells each gap"
      >
        {coverage.intervals.map((each) => (
          <rect
            key={each.start}
            className={`is-${each.state}`}
            x={(PIXELS * (each.start - coverage.start)) / length}
            width={Math.max(1, (PIXELS * (each.end - each.start)) / length)}
            height="24"
          >
            <title>
              {`${each.state}: ${moment(each.start)} to ${moment(each.end)} ${each.reason}`}
            </title>
          </rect>
        ))}
      </svg>
      <figcaption className="quiet">
        <span>{moment(coverage.start)}</span>
        <span>{moment(coverage.end)}</span>
      </figcaption>
    </figure>
  );
}
