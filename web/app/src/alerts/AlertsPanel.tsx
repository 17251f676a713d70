import { useSignal } from '@chandlery/react';
import { useDesk } from '../shell/context';
import { PanelHead } from '../shell/PanelHead';
import { Button, IconButton } from '../ui/Button';
import { Permission } from './AlertDialog';
import { type Alert, priceText } from './alerts';
import { type AlertBook, bookOf } from './book';
import { ring } from './tell';
import './alerts.css';

/** All alerts: those that wait, and those that went off. */
export default function AlertsPanel() {
  const desk = useDesk();
  const book = bookOf(desk);
  const list = useSignal(book.list);
  const add = () => desk.open({ name: 'alert', price: null });
  return (
    <>
      <PanelHead title="Alerts">
        <IconButton icon="sound" label="Hear how an alert sounds" onClick={ring} />
        <IconButton icon="plus" label="New alert" aria-haspopup="dialog" onClick={add} />
      </PanelHead>
      {list.length === 0 ? (
        <div className="panel-empty">
          <p>An alert is heard and shown when a price is reached.</p>
          <Button icon="plus" onClick={add}>
            New alert
          </Button>
          <Permission />
        </div>
      ) : (
        <ul className="alerts" aria-label="Alerts">
          {list.map((alert) => (
            <Row key={alert.id} alert={alert} book={book} />
          ))}
        </ul>
      )}
      <p className="panel-note">Drag an alert’s line on the chart to move it</p>
    </>
  );
}

function Row({ alert, book }: { alert: Alert; book: AlertBook }) {
  const desk = useDesk();
  const { id, symbol, price, note, wentOff } = alert;
  const name = `${symbol} at ${priceText(price)}`;
  return (
    <li className={wentOff === null ? 'alert' : 'alert is-over'}>
      <button type="button" className="alert-main" onClick={() => desk.change({ symbol })}>
        <b>{symbol}</b>
        <span>
          {priceText(price)} {note && <span className="quiet">· {note}</span>}
        </span>
        {wentOff !== null && (
          <span className="quiet">Went off {new Date(wentOff).toLocaleString()}</span>
        )}
      </button>
      {wentOff !== null && (
        <IconButton icon="redo" label={`Wait again for ${name}`} onClick={() => book.again(id)} />
      )}
      <IconButton icon="bin" label={`Remove ${name}`} onClick={() => book.remove(id)} />
    </li>
  );
}
