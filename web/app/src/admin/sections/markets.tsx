import { useState } from 'react';
import { post, send } from '../api';
import { type Action, type Polled, useAction, usePolled } from '../polled';
import { type Column, Do, Field, Form, Panel, Rows, Trouble, Waiting } from '../ui';
import { count } from '../words';
import { Pages } from './feeds';

const MARKETS = '/api/v1/admin/markets';
const FILTERS = '/api/v1/admin/filters';
const PAGE = 50;

interface Market {
  readonly symbol: string;
  readonly type: string;
  readonly description: string;
  readonly session: string;
  readonly time_zone: string;
  readonly price_scale: number;
  readonly volume_precision: number;
  readonly hidden: boolean;
  readonly edited: readonly string[];
}
interface MarketPage {
  readonly total: number;
  readonly markets: readonly Market[];
}
interface Filter {
  readonly symbol: string;
  readonly kind: 'pattern' | 'market';
  readonly min_notional: number;
  readonly max_deviation: number | null;
  readonly window_s: number;
}

/** What may be set by hand, as the form names it; numbers are numbers in the request. */
const FIELDS = [
  ['description', 'Description', 'text'],
  ['type', 'Type', 'text'],
  ['session', 'Session', 'text'],
  ['time_zone', 'Time zone', 'text'],
  ['price_scale', 'Price scale', 'number'],
  ['volume_precision', 'Volume decimals', 'number'],
] as const;
type Typed = Readonly<Record<(typeof FIELDS)[number][0], string>>;

/** Markets: added, edited, hidden; and which trades are left out of their candles. */
export function MarketsSection() {
  const [query, setQuery] = useState('');
  const [offset, setOffset] = useState(0);
  const [chosen, setChosen] = useState<Market | null>(null);
  const path = `${MARKETS}?limit=${PAGE}&offset=${offset}&query=${encodeURIComponent(query)}`;
  const found = usePolled<MarketPage>(path, 10_000);
  const action = useAction();
  return (
    <>
      <Panel title="Markets" about="What is set by hand stays, whatever a source tells later.">
        <NewMarket again={found.again} />
        <Field
          label="Find"
          value={query}
          onChange={(text) => {
            setOffset(0);
            setQuery(text);
          }}
        />
        <Trouble error={action.error || found.error} />
        <Table found={found} action={action} choose={setChosen} />
        <Pages offset={offset} total={found.value?.total ?? 0} page={PAGE} go={setOffset} />
      </Panel>
      {chosen && (
        <Edit
          key={chosen.symbol}
          market={chosen}
          done={() => {
            setChosen(null);
            found.again();
          }}
        />
      )}
      <Filters />
    </>
  );
}

const patch = (symbol: string, body: object): Promise<Market> =>
  send<Market>('PATCH', `${MARKETS}/${encodeURI(symbol)}`, body);

function Table({
  found,
  action,
  choose,
}: {
  found: Polled<MarketPage>;
  action: Action;
  choose: (market: Market) => void;
}) {
  if (!found.value) return found.error ? null : <Waiting />;
  const columns: Column<Market>[] = [
    { name: 'Symbol', of: (row) => row.symbol },
    { name: 'Description', of: (row) => row.description },
    { name: 'Type', of: (row) => row.type },
    { name: 'Session', of: (row) => `${row.session} ${row.time_zone}` },
    { name: 'Price scale', of: (row) => count(row.price_scale || null), isNumber: true },
    { name: 'Set by hand', of: (row) => row.edited.join(', ') },
    {
      name: 'Actions',
      of: (row) => (
        <span className="tools">
          <button type="button" onClick={() => choose(row)}>
            Edit
          </button>
          <Do
            action={action}
            work={() => patch(row.symbol, { hidden: !row.hidden }).then(found.again)}
          >
            {row.hidden ? 'Show' : 'Hide'}
          </Do>
        </span>
      ),
    },
  ];
  return (
    <Rows
      label="Markets"
      rows={found.value.markets}
      columns={columns}
      keyOf={(row) => row.symbol}
      empty="None."
    />
  );
}

function NewMarket({ again }: { again: () => void }) {
  const [symbol, setSymbol] = useState('');
  const action = useAction();
  const add = async () => {
    await post(MARKETS, { symbol: symbol.trim() });
    setSymbol('');
    again();
  };
  return (
    <Form action={action} work={add}>
      <Field label="New market" value={symbol} onChange={setSymbol} placeholder="MY:GOLD" />
      <button type="submit" disabled={!symbol.trim() || action.isBusy}>
        Add
      </button>
      <Trouble error={action.error} />
    </Form>
  );
}

function Edit({ market, done }: { market: Market; done: () => void }) {
  const [form, setForm] = useState<Typed>(() => formOf(market));
  const action = useAction();
  const before = formOf(market);
  const changed = FIELDS.filter(([name]) => form[name] !== before[name]);
  const save = async () => {
    await patch(market.symbol, bodyOf(form, before));
    done();
  };
  return (
    <Panel
      title={market.symbol}
      about="An empty field takes back what was set by hand. Another session or time zone has the bars made again."
    >
      <Form action={action} work={save}>
        {FIELDS.map(([name, label, type]) => (
          <Field
            key={name}
            label={label}
            type={type}
            value={form[name]}
            onChange={(value) => setForm((last) => ({ ...last, [name]: value }))}
          />
        ))}
        <button type="submit" disabled={changed.length === 0 || action.isBusy}>
          Save
        </button>
        <button type="button" onClick={done}>
          Cancel
        </button>
        <Trouble error={action.error} />
      </Form>
    </Panel>
  );
}

function formOf(market: Market): Typed {
  return Object.fromEntries(FIELDS.map(([name]) => [name, String(market[name])])) as Typed;
}

/** What a form changes; what was emptied is null. */
export function bodyOf(form: Typed, before: Typed): Record<string, string | number | null> {
  const changed = FIELDS.filter(([name]) => form[name] !== before[name]);
  return Object.fromEntries(
    changed.map(([name, , type]) => {
      const text = form[name].trim();
      if (!text) return [name, null];
      return [name, type === 'number' ? Number(text) : text];
    }),
  );
}

const PERCENT = 100;

function Filters() {
  const { value, error, again } = usePolled<{ filters: readonly Filter[] }>(FILTERS, 10_000);
  const action = useAction();
  const columns: Column<Filter>[] = [
    { name: 'For', of: (row) => row.symbol },
    { name: 'From', of: (row) => (row.kind === 'pattern' ? 'the settings' : 'set by hand') },
    { name: 'Least notional', of: (row) => row.min_notional || '–', isNumber: true },
    {
      name: 'Most deviation',
      of: (row) =>
        row.max_deviation === null ? '–' : `${+(row.max_deviation * PERCENT).toPrecision(6)} %`,
      isNumber: true,
    },
    { name: 'Window', of: (row) => `${row.window_s / 60} min`, isNumber: true },
    {
      name: 'Actions',
      of: (row) =>
        row.kind === 'market' && (
          <Do
            action={action}
            sure="Count every trade again?"
            work={async () => {
              const name = encodeURIComponent(row.symbol);
              await send('DELETE', `${FILTERS}?symbol=${name}`);
              again();
            }}
          >
            Remove
          </Do>
        ),
    },
  ];
  return (
    <Panel
      title="Filters"
      about="Bad ticks stay among the trades and are left out of the candles. A changed rule has the bars made again."
    >
      <NewFilter again={again} />
      <Trouble error={action.error || error} />
      {value ? (
        <Rows
          label="Filters"
          rows={value.filters}
          columns={columns}
          keyOf={(row) => `${row.kind} ${row.symbol}`}
          empty="Every trade counts."
        />
      ) : (
        !error && <Waiting />
      )}
    </Panel>
  );
}

function NewFilter({ again }: { again: () => void }) {
  const [symbol, setSymbol] = useState('');
  const [notional, setNotional] = useState('');
  const [percent, setPercent] = useState('');
  const action = useAction();
  const isWrong = [notional, percent].some((text) => text !== '' && !(Number(text) > 0));
  const set = async () => {
    const body = {
      symbol: symbol.trim(),
      ...(notional && { min_notional: Number(notional) }),
      ...(percent && { max_deviation: Number(percent) / PERCENT }),
    };
    await send('PUT', FILTERS, body);
    setSymbol('');
    again();
  };
  return (
    <Form action={action} work={set}>
      <Field label="Filter" value={symbol} onChange={setSymbol} placeholder="BINANCE:BTCUSDT" />
      <Field label="Least notional" value={notional} onChange={setNotional} placeholder="none" />
      <Field
        label="Most deviation, %"
        value={percent}
        onChange={setPercent}
        placeholder="none"
        hint="From the median of the minutes before."
      />
      <button type="submit" disabled={!symbol.trim() || isWrong || action.isBusy}>
        Set
      </button>
      <Trouble error={isWrong ? 'A number above 0, or nothing.' : action.error} />
    </Form>
  );
}
