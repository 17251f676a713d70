import { post } from '../api';
import { useAction, usePolled } from '../polled';
import { type Column, Do, Panel, Pill, Rows, Trouble, Waiting } from '../ui';
import type { Job } from '../values';
import { count, moment, span } from '../words';
import { RangeForm } from './tasks';

const COLUMNS: Column<Job>[] = [
  { name: 'Rung', of: (job) => job.name.replace('roll-up ', '') },
  { name: 'State', of: (job) => <Pill state={job.state} /> },
  { name: 'Behind', of: (job) => span(job.lag_s), isNumber: true },
  { name: 'To make again', of: (job) => count(job.marks), isNumber: true },
  { name: 'Last run', of: (job) => (job.last_run ? moment(job.last_run) : 'never') },
  {
    name: 'Took',
    of: (job) => (job.duration_s === null ? '–' : `${(job.duration_s * 1000).toFixed(0)} ms`),
    isNumber: true,
  },
  { name: 'Bars', of: (job) => count(job.rows), isNumber: true },
  { name: 'Why', of: (job) => job.reason },
];

/** How far each rung of the ladder is. */
export function RollupsSection() {
  const { value, error, again } = usePolled<readonly Job[]>('/api/v1/admin/jobs', 2_000);
  const action = useAction();
  const run = async () => {
    await post('/api/v1/admin/tasks/rollup');
    again();
  };
  return (
    <Panel
      title="Roll-ups"
      about="Each rung is made of the next finer one, beside the queries."
      tools={
        <Do action={action} work={run}>
          Run now
        </Do>
      }
    >
      <Trouble error={action.error || error} />
      {value ? (
        <Rows
          label="Roll-ups"
          rows={value}
          columns={COLUMNS}
          keyOf={(job) => job.name}
          empty="None."
        />
      ) : (
        <Waiting />
      )}
      <RangeForm kind="rebuild" again={again} />
    </Panel>
  );
}
