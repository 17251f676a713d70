import { useSignal } from '@chandlery/react';
import { useState } from 'react';
import type { Opened } from '../desk';
import { useDesk } from '../shell/context';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { say } from '../ui/Toasts';
import { MOST_ALERTS, priceText, typedPrice } from './alerts';
import { bookOf } from './book';
import { allowSound, askPermission, permission } from './tell';
import '../dialogs/dialogs.css';

/** A new alert at a price. */
export default function AlertDialog({ opened }: { opened: Opened & { name: 'alert' } }) {
  const desk = useDesk();
  const { symbol } = useSignal(desk.layout);
  const host = desk.host.get();
  const last = host?.bars.last()?.c ?? null;
  const [text, setText] = useState(() => {
    const price = opened.price ?? last;
    return price === null ? '' : typedPrice(price);
  });
  const [note, setNote] = useState('');
  const price = Number(text);
  const isFit = text.trim() !== '' && Number.isFinite(price) && price > 0 && symbol !== '';
  const create = () => {
    allowSound();
    if (bookOf(desk).add(symbol, host?.toTick(price) ?? price, note.trim())) {
      desk.close();
      say(`Alert set at ${host?.formatPrice(price) ?? priceText(price)}`);
    } else say(`${MOST_ALERTS} alerts are the most there can be: remove one first`);
  };
  return (
    <Dialog
      title={`Alert for ${symbol}`}
      onClose={desk.close}
      className="is-narrow is-aside"
      foot={
        <>
          <Button onClick={desk.close}>Cancel</Button>
          <Button isMain disabled={!isFit} onClick={create}>
            Set
          </Button>
        </>
      }
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isFit) create();
        }}
      >
        <label className="form-row">
          <span>When the price reaches</span>
          <input
            className="field"
            data-first
            type="number"
            inputMode="decimal"
            step="any"
            min="0"
            value={text}
            aria-describedby="alert-side"
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <small id="alert-side" className="help-text">
            {sideOf(
              isFit ? price : null,
              last,
              (value) => host?.formatPrice(value) ?? priceText(value),
            )}
          </small>
        </label>
        <label className="form-row">
          <span>Note</span>
          <input
            className="field"
            maxLength={120}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        </label>
        <button type="submit" className="hidden-text" tabIndex={-1}>
          Set
        </button>
        <Permission />
        <p className="help-text">
          Alerts work while this page is open, also in the background. They are kept in this
          browser.
        </p>
      </form>
    </Dialog>
  );
}

function sideOf(
  price: number | null,
  last: number | null,
  write: (value: number) => string,
): string {
  if (last === null) return '';
  if (price === null) return 'A price above 0 is needed';
  const percent = ((price / last - 1) * 100).toFixed(2);
  const side = price > last ? 'above' : 'below';
  if (price === last) return `The price is ${write(last)} now`;
  return `${Math.abs(Number(percent))} % ${side} ${write(last)}`;
}

/** Whether the browser may tell of it while the page is not looked at. */
export function Permission() {
  const [now, setNow] = useState(permission);
  if (now === 'granted') return null;
  if (now !== 'default')
    return (
      <p className="help-text">
        This browser shows no notifications of the page: an alert is heard, and seen in the page.
      </p>
    );
  return (
    <div>
      <Button icon="bell" onClick={() => void askPermission().then(setNow)}>
        Notify me outside of this page too
      </Button>
    </div>
  );
}
