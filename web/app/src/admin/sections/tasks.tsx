import { parseMoment } from '@chandlery/chart-core';
import { useState } from 'react';
import { post, send } from '../api';
import { useAction, usePolled } from '../polled';
import { Choice, Do, Field, Form, Panel, Pill, Trouble, Waiting } from '../ui';
import type { Task } from '../values';
import { count, moment, span } from '../words';

const TASKS = '/api/v1/admin/tasks';

/** Long work: what runs, how far it is, and what there is to begin. */
export function TasksSection() {
  const { value, error, again } = usePolled<readonly Task[]>(TASKS, 1_000);
  const action = useAction();
  const begin = (kind: string) => async () => {
    await post(`${TASKS}/${kind}`);
    again();
  };
  return (
    <>
      <Panel
        title="Begin"
        about="Long work goes on whether or not anybody looks, and what it has made stays when it is cancelled."
      >
        <p className="tools">
          <Do action={action} work={begin('rollup')}>
            Roll up now
          </Do>
          <Do action={action} work={begin('verify')}>
            Verify every candle
          </Do>
          <Do action={action} work={begin('maintain')}>
            Tidy the file
          </Do>
        </p>
        <Trouble error={action.error} />
        <RangeForm kind="backfill" again={again} />
        <RangeForm kind="rebuild" again={again} />
      </Panel>
      <Panel title="Tasks">
        <Trouble error={error} />
        {value ? <TaskList tasks={value} again={again} /> : <Waiting />}
      </Panel>
    </>
  );
}

function TaskList({ tasks, again }: { tasks: readonly Task[]; again: () => void }) {
  const action = useAction();
  if (!tasks.length) return <p className="quiet">Nothing runs, and nothing ran of late.</p>;
  return (
    <ol className="tasks">
      <Trouble error={action.error} />
      {tasks.map((task) => (
        <li key={task.id}>
          <div className="tools">
            <strong>{task.kind}</strong> <span>{task.about}</span>
            <Pill state={task.is_cancelling ? 'cancelling' : task.state} />
            <span className="quiet">{moment(task.created)}</span>
            {task.ended === null && (
              <Do
                action={action}
                work={async () => {
                  await send('DELETE', `${TASKS}/${task.id}`);
                  again();
                }}
              >
                Cancel
              </Do>
            )}
          </div>
          {task.ended === null && <Progress task={task} />}
          {task.error && (
            <p className="trouble">
              {task.error} {task.hint}
            </p>
          )}
          <Lines task={task} />
        </li>
      ))}
    </ol>
  );
}

function Progress({ task }: { task: Task }) {
  const told = task.unit === 'seconds' ? span : (n: number | null) => `${count(n)} ${task.unit}`;
  return (
    <div className="progress">
      {task.total === null ? (
        <progress aria-label={task.kind} />
      ) : (
        <progress aria-label={task.kind} value={task.done} max={Math.max(1, task.total)} />
      )}
      <span>
        {told(task.done)}
        {task.total !== null && ` of ${told(task.total)}`}
      </span>
    </div>
  );
}

function Lines({ task }: { task: Task }) {
  const result = task.result && Object.entries(task.result).map(([k, v]) => `${k} ${String(v)}`);
  if (!task.lines.length && !result) return null;
  return (
    <details>
      <summary>{result ? result.join(', ') : task.lines.at(-1)}</summary>
      <pre>{task.lines.join('\n')}</pre>
    </details>
  );
}

/** What was typed as a range, open where nothing was; null if it is none. */
function rangeOf(start: string, end: string): { start?: number; end?: number } | null {
  const from = start ? parseMoment(start) : undefined;
  const to = end ? parseMoment(end) : undefined;
  if (from === null || to === null) return null;
  return { ...(from !== undefined && { start: from }), ...(to !== undefined && { end: to }) };
}

/** Begins a backfill or a rebuild of a range. */
export function RangeForm({ kind, again }: { kind: 'backfill' | 'rebuild'; again: () => void }) {
  const [market, setMarket] = useState('');
  const [start, setStart] = useState('');
  const [end, setEnd] = useState('');
  const [what, setWhat] = useState<'bars' | 'trades'>('bars');
  const action = useAction();
  const isBackfill = kind === 'backfill';
  const range = rangeOf(start, end);
  const isReady = market.trim() !== '' && range !== null && (!isBackfill || 'start' in range);
  const begin = async () => {
    await post(
      `${TASKS}/${kind}`,
      isBackfill
        ? { markets: market.trim(), kind: what, ...range }
        : { symbol: market.trim(), ...range },
    );
    again();
  };
  return (
    <Form action={action} work={begin}>
      <Field
        label={isBackfill ? 'Backfill' : 'Rebuild'}
        value={market}
        onChange={setMarket}
        placeholder={isBackfill ? 'binance:BTCUSDT' : 'BINANCE:BTCUSDT'}
      />
      <Field label="From" value={start} onChange={setStart} placeholder="2025-01-01" />
      <Field label="To" value={end} onChange={setEnd} placeholder="now" />
      {isBackfill && (
        <Choice
          label="What"
          value={what}
          onChange={setWhat}
          options={[
            ['bars', 'bars of a minute'],
            ['trades', 'every trade'],
          ]}
        />
      )}
      <button type="submit" disabled={!isReady || action.isBusy}>
        {isBackfill ? 'Fetch' : 'Make again'}
      </button>
      {range === null && (
        <p className="trouble">A time such as 2025-01-01 or 2025-01-01 12:00, in UTC.</p>
      )}
      <Trouble error={action.error} />
    </Form>
  );
}
