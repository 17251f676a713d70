import { useSignal } from '@chandlery/react';
import { CHART_KEYS, DRAWING_KEYS, SHORTCUTS } from '../keyboard';
import { useDesk } from '../shell/context';
import { Dialog } from '../ui/Dialog';
import './dialogs.css';

const isMac = () => /Mac|iPhone|iPad/.test(navigator.userAgent);

/** All keys. */
export default function HelpDialog() {
  const desk = useDesk();
  const { singleKeys } = useSignal(desk.prefs);
  return (
    <Dialog title="Keys and help" onClose={desk.close} className="is-wide">
      <div className="help">
        <section>
          <h3>Anywhere</h3>
          <Keys rows={SHORTCUTS.map(({ keys, label }) => [keys, label])} />
        </section>
        <section>
          <h3>On the chart</h3>
          <Keys rows={CHART_KEYS} />
          <h3>On a drawing</h3>
          <Keys rows={DRAWING_KEYS} />
          <h3>By hand</h3>
          <p>
            Drag to move in time, turn the wheel or pinch to zoom. Drag a scale to stretch it, and
            double-click it to have it fit again. A long press shows the crosshair on a phone; a
            right click offers what can be done at a price.
          </p>
          <h3>Keys without Ctrl or Alt</h3>
          <label className="check">
            <input
              type="checkbox"
              checked={singleKeys}
              onChange={(event) => desk.like({ singleKeys: event.currentTarget.checked })}
            />
            Letters search, numbers change the interval
          </label>
        </section>
      </div>
    </Dialog>
  );
}

function Keys({ rows }: { rows: readonly (readonly [keys: string, label: string])[] }) {
  const mod = isMac() ? '⌘' : 'Ctrl';
  return (
    <dl className="keys">
      {rows.map(([keys, label]) => (
        <div key={label}>
          <dt>
            {keys
              .replaceAll('Mod', mod)
              .split('  or  ')
              .map((each, index) => (
                <span key={each}>
                  {index > 0 && ' or '}
                  <kbd>{each}</kbd>
                </span>
              ))}
          </dt>
          <dd>{label}</dd>
        </div>
      ))}
    </dl>
  );
}
