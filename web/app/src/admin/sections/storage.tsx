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
    <Panel
      title="Storage"
      about="How long rows are kept is read at the start, from the settings that are named."
    >
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
        </>
      ) : (
        !error && <Waiting />
      )}
    </Panel>
  );
}

function keptOf(table: Table): string {
  if (table.retention_s === null) return '–';
  return table.retention_s === 0 ? 'for ever' : span(table.retention_s);
}
