import './dialogs.css';
import { useState } from 'react';
import { apiBase } from '../place';
import { signIn } from '../session';
import { useDesk } from '../shell/context';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';

/** Takes in the key of a server that is not open to all. */
export default function KeyDialog() {
  const desk = useDesk();
  const [key, setKey] = useState('');
  const [fault, setFault] = useState('');
  const send = async () => {
    const wrong = await signIn(apiBase(), key.trim()).catch(String);
    if (wrong) setFault(wrong);
    else location.reload();
  };
  return (
    <Dialog
      title="A key is needed"
      onClose={desk.close}
      className="is-narrow"
      foot={
        <Button isMain disabled={!key.trim()} onClick={() => void send()}>
          Open
        </Button>
      }
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (key.trim()) void send();
        }}
      >
        <label className="form-row">
          <span>Key or token</span>
          <input
            className="field"
            type="password"
            data-first
            autoComplete="current-password"
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <p className="quiet">
          Whoever runs the server makes one with{' '}
          <code>chandlery keys create NAME --scope read</code>.
        </p>
        {fault && (
          <p className="trouble" role="alert">
            {fault}
          </p>
        )}
      </form>
    </Dialog>
  );
}
