import { useEffect, useRef, useState } from 'react';
import { usePolled } from '../polled';
import { Panel, Trouble, Waiting } from '../ui';
import type { Stats } from '../values';
import { bytes, count, span } from '../words';
import { Plot } from './plot';

const KEPT = 300;

interface Point {
  readonly requests: number;
  readonly messages: number;
  readonly commits: number;
  readonly cpu: number;
  readonly memory: number;
  readonly queue: number;
  readonly commitMs: number;
  readonly lag: number;
}

/** The server's figures, live. */
export function Overview() {
  const { value, error } = usePolled<Stats>('/stats', 1_000);
  const points = usePoints(value);
  if (!value) return error ? <Trouble error={error} /> : <Waiting />;
  const last = points.at(-1);
  const asked = value.live.hits + value.live.misses;
  return (
    <>
      <Trouble error={error} />
      <Panel title="Server">
        <dl className="facts">
          <Fact name="Version" value={value.version} />
          <Fact name="Up for" value={span(value.uptime_s)} />
          <Fact name="Clients" value={count(value.clients)} />
          <Fact name="Memory" value={bytes(value.rss_bytes)} />
          <Fact name="Series in memory" value={bytes(value.live.bytes)} />
          <Fact
            name="Answered from memory"
            value={asked ? `${((100 * value.live.hits) / asked).toFixed(1)} %` : '–'}
          />
        </dl>
      </Panel>
      <div className="plots">
        <Plot title="Requests a second" values={points.map((p) => p.requests)} />
        <Plot title="Messages a second" values={points.map((p) => p.messages)} />
        <Plot title="Commits a second" values={points.map((p) => p.commits)} />
        <Plot title="Commit p99, ms" values={points.map((p) => p.commitMs)} digits={1} />
        <Plot title="Rows waiting" values={points.map((p) => p.queue)} />
        <Plot title="Roll-ups behind, s" values={points.map((p) => p.lag)} />
        <Plot title="Processor, % of a core" values={points.map((p) => p.cpu)} />
        <Plot title="Memory, MB" values={points.map((p) => p.memory)} />
      </div>
      {last === undefined && <p className="quiet">The plots begin with the second figure.</p>}
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Turns counts since the start into rates, and keeps the newest. */
function usePoints(stats: Stats | null): readonly Point[] {
  const [points, setPoints] = useState<readonly Point[]>([]);
  const before = useRef<Stats | null>(null);
  useEffect(() => {
    const last = before.current;
    before.current = stats;
    if (!stats || !last || stats.uptime_s <= last.uptime_s) return;
    const point = pointOf(last, stats);
    setPoints((old) => [...old.slice(1 - KEPT), point]);
  }, [stats]);
  return points;
}

export function pointOf(last: Stats, now: Stats): Point {
  const seconds = now.uptime_s - last.uptime_s;
  const rate = (of: (stats: Stats) => number) => Math.max(0, of(now) - of(last)) / seconds;
  return {
    requests: rate((s) => Object.values(s.routes).reduce((sum, route) => sum + route.count, 0)),
    messages: rate((s) => s.messages),
    commits: rate((s) => s.commits.count),
    cpu: 100 * rate((s) => s.cpu_s ?? 0),
    memory: now.rss_bytes / 1e6,
    queue: now.queue_rows,
    commitMs: now.commits.p99_ms,
    lag: Math.max(0, ...Object.values(now.rollup_lag_s)),
  };
}
