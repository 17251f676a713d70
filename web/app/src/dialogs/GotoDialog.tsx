import { zoneOf } from '@chandlery/chart-core';
import './dialogs.css';
import { useState } from 'react';
import { useDesk } from '../shell/context';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { say } from '../ui/Toasts';

/** Goes to a date, read by the chart's clocks. */
export default function GotoDialog() {
  const desk = useDesk();
  const view = desk.view.get();
  const zone = zoneOf(view?.zone.get() ?? 'UTC');
  const last = view?.bars().at(-1)?.t ?? Math.floor(Date.now() / 1000);
  const [text, setText] = useState(() => localText(zone.local(last)));
  const local = Date.parse(`${text}Z`) / 1000;
  const go = async () => {
    desk.close();
    await view?.goTo(zone.instant(local));
    const first = view?.bars()[0];
    if (first && first.t > zone.instant(local))
      say('The bars of this market begin later than that');
  };
  return (
    <Dialog
      title="Go to a date"
      onClose={desk.close}
      className="is-narrow"
      foot={
        <Button isMain disabled={!Number.isFinite(local)} onClick={() => void go()}>
          Go
        </Button>
      }
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (Number.isFinite(local)) void go();
        }}
      >
        <label className="form-row">
          <span>Date and time ({zone.name})</span>
          <input
            className="field"
            type="datetime-local"
            data-first
            value={text}
            min="2009-01-01T00:00"
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </label>
      </form>
    </Dialog>
  );
}

const localText = (local: number): string => new Date(local * 1000).toISOString().slice(0, 16);
