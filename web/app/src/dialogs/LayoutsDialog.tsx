import { useState } from 'react';
import type { Desk } from '../desk';
import { opened, type Saved, savedLayouts, withSaved } from '../layout/saved';
import { copyText } from '../shell/commands';
import { useDesk } from '../shell/context';
import { intervalShort } from '../shell/words';
import { Button, IconButton } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { say } from '../ui/Toasts';
import './dialogs.css';

/** Charts under names: market, interval, indicators and all, kept in this browser. */
export default function LayoutsDialog() {
  const desk = useDesk();
  const [list, setList] = useState(() => savedLayouts.read());
  const [name, setName] = useState('');
  const keep = (changed: readonly Saved[]) => {
    if (savedLayouts.write(changed)) setList(changed);
    else say('The browser keeps no more: delete a layout, or allow the page to keep data');
  };
  const isThere = list.some((saved) => saved.name === name.trim());
  return (
    <Dialog
      title="Layouts"
      onClose={desk.close}
      foot={
        <Button icon="copy" onClick={() => void copyText(location.href, 'Link')}>
          Copy a link to this chart
        </Button>
      }
    >
      <form
        className="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!name.trim()) return;
          keep(withSaved(list, name.trim(), desk.layout.get()));
          setName('');
        }}
      >
        <input
          className="field"
          aria-label="Name of the layout"
          data-first
          placeholder="Name for what is shown now"
          value={name}
          maxLength={60}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" className="button main-button" disabled={!name.trim()}>
          {isThere ? 'Replace' : 'Save'}
        </button>
      </form>
      {list.length === 0 ? (
        <p className="quiet">
          Nothing saved yet. A layout holds the market, interval, kind, scale, indicators and what
          is compared. The address of this page holds the same.
        </p>
      ) : (
        <ul className="rows">
          {list.map((saved) => (
            <Row key={saved.name} desk={desk} saved={saved} list={list} keep={keep} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function Row({
  desk,
  saved,
  list,
  keep,
}: {
  desk: Desk;
  saved: Saved;
  list: readonly Saved[];
  keep: (list: readonly Saved[]) => void;
}) {
  const { symbol, interval, studies } = opened(saved.address);
  const parts = [symbol, intervalShort(interval), ...studies.map((study) => study.name)];
  return (
    <li className="row">
      <button
        type="button"
        className="row-main"
        onClick={() => {
          desk.close();
          desk.load(opened(saved.address));
        }}
      >
        <b>{saved.name}</b>
        <span className="quiet">{parts.join(' · ')}</span>
      </button>
      <IconButton
        icon="bin"
        label={`Delete ${saved.name}`}
        onClick={() => {
          keep(list.filter((other) => other !== saved));
          say(`${saved.name} deleted`, { label: 'Undo', run: () => savedLayouts.write(list) });
        }}
      />
    </li>
  );
}
