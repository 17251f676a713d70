import { useState } from 'react';
import { post, send } from '../api';
import { useAction, usePolled } from '../polled';
import { type Column, Do, Field, Form, Panel, Pill, Rows, Trouble, Waiting } from '../ui';
import type { Feed, FeedAction, Feeds, Followed, FollowedPage, Outcome } from '../values';
import { count, moment, span } from '../words';

const FEEDS = '/api/v1/admin/feeds';
const PAGE = 100;
const NAMES: Readonly<Record<FeedAction, string>> = {
  start: 'Start',
  stop: 'Stop',
  restart: 'Restart',
};

/** Feeds with what may be done to them, and the markets that they follow. */
export function FeedsSection() {
  const { value, error, again } = usePolled<Feeds>(FEEDS, 2_000);
  if (!value) return error ? <Trouble error={error} /> : <Waiting />;
  return (
    <>
      <Trouble error={error} />
      <FeedList feeds={value.feeds} again={again} />
      <Markets venues={value.venues} />
    </>
  );
}

function FeedList({ feeds, again }: { feeds: readonly Feed[]; again: () => void }) {
  const action = useAction();
  const doing = (feed: Feed, what: FeedAction) => async () => {
    await post(`${FEEDS}/${encodeURIComponent(feed.name)}/${what}`);
    again();
  };
  const columns: Column<Feed>[] = [
    { name: 'Feed', of: (feed) => feed.name },
    { name: 'State', of: (feed) => <Pill state={feed.state} /> },
    { name: 'Markets', of: (feed) => count(feed.markets), isNumber: true },
    {
      name: 'Last message',
      of: (feed) =>
        feed.last_msg_age_ms === null ? 'none yet' : `${span(feed.last_msg_age_ms / 1000)} ago`,
      isNumber: true,
    },
    { name: 'Trades', of: (feed) => count(feed.counts.trades), isNumber: true },
    { name: 'Reconnects', of: (feed) => count(feed.reconnects), isNumber: true },
    { name: 'Why', of: (feed) => feed.reason },
    {
      name: 'Actions',
      of: (feed) => (
        <span className="tools">
          {feed.can.map((what) => (
            <Do
              key={what}
              action={action}
              work={doing(feed, what)}
              {...(what === 'stop' && { sure: `Stop ${feed.name}?` })}
            >
              {NAMES[what]}
            </Do>
          ))}
        </span>
      ),
    },
  ];
  return (
    <Panel title="Feeds" about="A feed is one venue's connection to this server.">
      <Trouble error={action.error} />
      <Rows
        label="Feeds"
        rows={feeds}
        columns={columns}
        keyOf={(feed) => feed.name}
        empty="No feed runs. Follow a market below, or name some with --live."
      />
    </Panel>
  );
}

function Markets({ venues }: { venues: readonly string[] }) {
  const [query, setQuery] = useState('');
  const [offset, setOffset] = useState(0);
  const path = `${FEEDS}/markets?limit=${PAGE}&offset=${offset}&query=${encodeURIComponent(query)}`;
  const { value, error, again } = usePolled<FollowedPage>(path, 5_000);
  const action = useAction();
  const remove = (market: string) => async () => {
    await send('DELETE', `${FEEDS}/markets?markets=${encodeURIComponent(market)}`);
    again();
  };
  const columns: Column<Followed>[] = [
    { name: 'Market', of: (row) => row.market },
    { name: 'Symbol', of: (row) => row.symbol },
    { name: 'Feed', of: (row) => row.feed },
    {
      name: 'From',
      of: (row) => (row.origin === 'settings' ? 'the settings' : `added ${moment(row.added)}`),
    },
    {
      name: 'Actions',
      of: (row) =>
        row.origin === 'added' && (
          <Do action={action} work={remove(row.market)} sure="Follow it no more?">
            Remove
          </Do>
        ),
    },
  ];
  return (
    <Panel title="Markets that are followed">
      {venues.length > 0 && <Follow venues={venues} again={again} />}
      <Field
        label="Find"
        value={query}
        onChange={(text) => {
          setOffset(0);
          setQuery(text);
        }}
      />
      <Trouble error={action.error || error} />
      {value && (
        <>
          <Rows
            label="Markets that are followed"
            rows={value.markets}
            columns={columns}
            keyOf={(row) => row.market}
            empty="None."
          />
          <Pages offset={offset} total={value.total} page={PAGE} go={setOffset} />
        </>
      )}
    </Panel>
  );
}

export function Pages({
  offset,
  total,
  page,
  go,
}: {
  offset: number;
  total: number;
  page: number;
  go: (offset: number) => void;
}) {
  if (total <= page) return null;
  return (
    <p className="tools">
      <button type="button" disabled={offset === 0} onClick={() => go(Math.max(0, offset - page))}>
        Back
      </button>
      <span>
        {count(offset + 1)} to {count(Math.min(total, offset + page))} of {count(total)}
      </span>
      <button type="button" disabled={offset + page >= total} onClick={() => go(offset + page)}>
        On
      </button>
    </p>
  );
}

function Follow({ venues, again }: { venues: readonly string[]; again: () => void }) {
  const [markets, setMarkets] = useState('');
  const [backfill, setBackfill] = useState('');
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const action = useAction();
  const add = async () => {
    const body = { markets: markets.trim(), backfill: backfill.trim() || null };
    const told = await post<{ markets: readonly Outcome[] }>(`${FEEDS}/markets`, body);
    setOutcomes(told.markets);
    if (told.markets.every((each) => each.outcome !== 'unknown')) setMarkets('');
    again();
  };
  return (
    <Form action={action} work={add}>
      <Field
        label="Follow"
        value={markets}
        onChange={setMarkets}
        placeholder="binance:SOLUSDT,ADAUSDT"
        hint={`A venue, a colon, its symbols. Venues: ${venues.join(', ')}`}
      />
      <Field label="Backfill" value={backfill} onChange={setBackfill} placeholder="7d" />
      <button type="submit" disabled={action.isBusy || !markets.trim()}>
        Follow
      </button>
      <Trouble error={action.error} />
      <ul className="outcomes" aria-live="polite">
        {outcomes.map((each) => (
          <li key={each.market}>
            {each.market}: {each.outcome}
            {each.reason && `, ${each.reason}`}
          </li>
        ))}
      </ul>
    </Form>
  );
}
