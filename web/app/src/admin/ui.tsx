import { type ReactNode, useId, useState } from 'react';
import type { Action } from './polled';

export function Panel({
  title,
  about,
  tools,
  children,
}: {
  title: string;
  about?: string;
  tools?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="panel">
      <header>
        <h2>{title}</h2>
        {tools}
      </header>
      {about && <p className="quiet">{about}</p>}
      {children}
    </section>
  );
}

/** What went wrong, or that nothing is there yet. */
export function Trouble({ error }: { error: string }) {
  return error ? (
    <p className="trouble" role="alert">
      {error}
    </p>
  ) : null;
}

export function Waiting() {
  return <p className="quiet">Loading …</p>;
}

export function Pill({ state }: { state: string }) {
  return <span className={`pill pill-${TONES[state] ?? 'plain'}`}>{state}</span>;
}

const TONES: Readonly<Record<string, string>> = {
  live: 'good',
  running: 'good',
  done: 'good',
  active: 'good',
  idle: 'plain',
  covered: 'good',
  connecting: 'soon',
  backfilling: 'soon',
  filling: 'soon',
  waiting: 'soon',
  stalled: 'bad',
  stopped: 'bad',
  failed: 'bad',
  open: 'bad',
  lost: 'bad',
};

/** A button that does its work once at a time; with `sure` it asks first, in its own place. */
export function Do({
  action,
  work,
  sure,
  children,
  isQuiet = false,
}: {
  action: Action;
  work: () => Promise<unknown>;
  sure?: string;
  children: ReactNode;
  isQuiet?: boolean;
}) {
  const [isAsking, setAsking] = useState(false);
  if (sure && isAsking) {
    return (
      <span className="sure">
        {sure}{' '}
        <button
          type="button"
          className="danger"
          onClick={() => {
            setAsking(false);
            action.run(work);
          }}
        >
          Yes
        </button>{' '}
        <button type="button" onClick={() => setAsking(false)}>
          No
        </button>
      </span>
    );
  }
  return (
    <button
      type="button"
      className={isQuiet ? 'quiet-button' : ''}
      disabled={action.isBusy}
      onClick={() => (sure ? setAsking(true) : action.run(work))}
    >
      {children}
    </button>
  );
}

/** Fields with a button that does something with them, once at a time. */
export function Form({
  action,
  work,
  children,
}: {
  action: Action;
  work: () => Promise<unknown>;
  children: ReactNode;
}) {
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        action.run(work);
      }}
    >
      {children}
    </form>
  );
}

export function Field({
  label,
  value,
  onChange,
  hint,
  placeholder,
  list,
  type = 'text',
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  placeholder?: string;
  list?: readonly string[];
  type?: string;
}) {
  const id = useId();
  return (
    <label className="field" htmlFor={id}>
      <span>{label}</span>
      <input
        id={id}
        type={type}
        value={value}
        placeholder={placeholder}
        list={list && `${id}-list`}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={hint && `${id}-hint`}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {hint && (
        <small id={`${id}-hint`} className="quiet">
          {hint}
        </small>
      )}
      {list && (
        <datalist id={`${id}-list`}>
          {list.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </label>
  );
}

export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
}) {
  const id = useId();
  return (
    <label className="field" htmlFor={id}>
      <span>{label}</span>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value as Value)}
      >
        {options.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export interface Column<Row> {
  readonly name: string;
  readonly of: (row: Row) => ReactNode;
  readonly isNumber?: boolean;
}

/** A table that scrolls within itself on narrow screens. */
export function Rows<Row>({
  label,
  rows,
  columns,
  keyOf,
  empty,
}: {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string;
  empty: string;
}) {
  if (!rows.length) return <p className="quiet">{empty}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="rows" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} className={column.isNumber ? 'number' : ''} scope="col">
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.name} className={column.isNumber ? 'number' : ''}>
                  {column.of(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
