import { useState } from 'react';
import { post } from '../api';
import { useAction, usePolled } from '../polled';
import { Choice, type Column, Do, Field, Form, Panel, Pill, Rows, Trouble, Waiting } from '../ui';
import type { Key } from '../values';
import { moment } from '../words';

const KEYS = '/api/v1/admin/keys';
const DAY_S = 86_400;

/** API keys: made here, shown once, revoked here. */
export function KeysSection() {
  const { value, error, again } = usePolled<readonly Key[]>(KEYS, 5_000);
  const action = useAction();
  const columns: Column<Key>[] = [
    { name: 'Name', of: (key) => key.name },
    { name: 'Scope', of: (key) => key.scope },
    { name: 'State', of: (key) => <Pill state={stateOf(key, Date.now() / 1000)} /> },
    { name: 'Made', of: (key) => moment(key.created) },
    { name: 'Ends', of: (key) => (key.expires === null ? 'never' : moment(key.expires)) },
    { name: 'Last used', of: (key) => moment(key.last_used) },
    {
      name: 'Actions',
      of: (key) =>
        key.revoked === null && (
          <Do
            action={action}
            sure={`Revoke ${key.name}?`}
            work={async () => {
              await post(`${KEYS}/${key.id}/revoke`);
              again();
            }}
          >
            Revoke
          </Do>
        ),
    },
  ];
  return (
    <Panel
      title="Keys"
      about="A key with the scope write may also read, and admin may do everything."
    >
      <NewKey again={again} />
      <Trouble error={action.error || error} />
      {value ? (
        <Rows label="Keys" rows={value} columns={columns} keyOf={(key) => key.id} empty="None." />
      ) : (
        !error && <Waiting />
      )}
    </Panel>
  );
}

export function stateOf(key: Key, now: number): string {
  if (key.revoked !== null) return 'revoked';
  return key.expires !== null && now >= key.expires ? 'expired' : 'active';
}

function NewKey({ again }: { again: () => void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<'read' | 'write' | 'admin'>('read');
  const [days, setDays] = useState('');
  const [text, setText] = useState('');
  const action = useAction();
  const isWrong = days !== '' && !(Number(days) > 0);
  const make = async () => {
    const lifetime = days ? { lifetime_s: Math.round(Number(days) * DAY_S) } : {};
    const told = await post<{ text: string }>(KEYS, { name: name.trim(), scope, ...lifetime });
    setText(told.text);
    setName('');
    again();
  };
  return (
    <Form action={action} work={make}>
      <Field label="Name" value={name} onChange={setName} placeholder="grafana" />
      <Choice
        label="Scope"
        value={scope}
        onChange={setScope}
        options={[
          ['read', 'read'],
          ['write', 'write'],
          ['admin', 'admin'],
        ]}
      />
      <Field label="Days" value={days} onChange={setDays} placeholder="for ever" />
      <button type="submit" disabled={!name.trim() || isWrong || action.isBusy}>
        Make a key
      </button>
      <Trouble error={isWrong ? 'Days: a number above 0, or nothing.' : action.error} />
      {text && (
        <output className="secret">
          <span>Keep it now, it is shown this once:</span> <code>{text}</code>{' '}
          <button type="button" onClick={() => void navigator.clipboard.writeText(text)}>
            Copy
          </button>{' '}
          <button type="button" onClick={() => setText('')}>
            Hide
          </button>
        </output>
      )}
    </Form>
  );
}
