import { usePolled } from '../polled';
import { type Column, Panel, Rows, Trouble, Waiting } from '../ui';
import type { Storage, Table } from '../values';
import { bytes, count, moment, span } from '../words';

const COLUMNS: Column<Table>[] = [
  { name: 'Table', of: (table) => table.name },
  { name: 'Rows', of: (table) => count(table.rows), isNumber: true },
  { name: 'Size', of: (table) => bytes(table.bytes), isNumber: true },
  { name: 'Oldest', of: (table) => moment(table.oldest) },
  { name: 'Newest', of: (table) => moment(table.newest) },
  { name: 'Kept', of: (table) => keptOf(table) },
  { name: 'Setting', of: (table) => table.setting && <code>{table.setting}</code> },
];

/** What each table holds, and for how long. */
export function StorageSection() {
  const { value, error } = usePolled<Storage>('/api/v1/admin/storage', 10_000);
  return (
    <Panel title="Storage">
      <Trouble error={error} />
      {value ? (
        <>
          <p>
            {bytes(value.bytes)} used
            {value.free_bytes !== null &&
              `, ${bytes(value.free_bytes)} of ${bytes(value.total_bytes)} free`}
          </p>
          <Rows
            label="Tables"
            rows={value.tables}
            columns={COLUMNS}
            keyOf={(table) => table.name}
            empty="None."
          />
          <Howto />
        </>
      ) : (
        !error && <Waiting />
      )}
    </Panel>
  );
}

/** Retention is no more than read here: what lets go of data is said where the server is set up. */
function Howto() {
  return (
    <>
      <h3>To keep rows for another time</h3>
      <p className="quiet">
        Say it in the server’s <code>chandlery.toml</code>, each table by the name under Setting:
      </p>
      <pre>{'[retention]\ntrades = "90d"\n1m = "forever"'}</pre>
      <p className="quiet">
        or in its environment, such as <code>CHANDLERY_RETENTION__TRADES=90d</code>; then start the
        server again. Times are a number and s, m, h, d, w or y.
      </p>
    </>
  );
}

function keptOf(table: Table): string {
  if (table.retention_s === null) return '–';
  return table.retention_s === 0 ? 'for ever' : span(table.retention_s);
}
