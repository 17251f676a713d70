import { type Interval, parseInterval, secondsOf } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import { useEffect, useState } from 'react';
import type { Desk, Opened } from '../desk';
import { MOST_FAVOURITES } from '../layout/prefs';
import { useDesk } from '../shell/context';
import { intervalName, intervalOf, intervalShort } from '../shell/words';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { say } from '../ui/Toasts';
import './dialogs.css';

const GROUPS: readonly (readonly [unit: string, name: string])[] = [
  ['s', 'Seconds'],
  ['m', 'Minutes'],
  ['h', 'Hours'],
  ['d', 'Days'],
  ['w', 'Weeks'],
  ['M', 'Months'],
];

/** Another interval: typed, or chosen; with a star it stays in the bar on top. */
export default function IntervalDialog({ opened }: { opened: Opened & { name: 'interval' } }) {
  const desk = useDesk();
  const [text, setText] = useState(opened.text);
  const intervals = useIntervals(desk);
  const typed = intervalOf(text);
  const choose = (interval: string) => {
    desk.close();
    desk.change({ interval });
  };
  const { isEntered } = opened;
  useEffect(() => {
    if (!isEntered) return;
    const interval = intervalOf(opened.text);
    if (!interval) return;
    desk.close();
    desk.change({ interval });
  }, [desk, isEntered, opened.text]);
  return (
    <Dialog title="Interval" onClose={desk.close} className="is-narrow">
      <form
        className="interval-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed) choose(typed);
        }}
      >
        <input
          ref={(field) => field?.setSelectionRange(text.length, text.length)}
          className="field combobox-field"
          aria-label="Interval"
          aria-describedby="interval-said"
          data-first
          value={text}
          placeholder="15, 1h, 1D …"
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="go"
          maxLength={6}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <p id="interval-said" className={text && !typed ? 'fall' : 'quiet'} role="status">
          {saidOf(text, typed)}
        </p>
      </form>
      {GROUPS.map(([unit, name]) => {
        const those = intervals.filter((each) => each.endsWith(unit));
        return those.length === 0 ? null : (
          <section key={unit} className="interval-group" aria-label={name}>
            <h3 className="options-heading">{name}</h3>
            <div className="interval-grid">
              {those.map((interval) => (
                <Choice key={interval} interval={interval} choose={choose} />
              ))}
            </div>
          </section>
        );
      })}
    </Dialog>
  );
}

function saidOf(text: string, typed: string): string {
  if (typed) return `${intervalName(typed)}: press Enter`;
  return text ? 'Type a number and a unit: 15, 30s, 1h, 1D, 1W, 1M' : 'Type a number, or choose';
}

function Choice({ interval, choose }: { interval: string; choose: (interval: string) => void }) {
  const desk = useDesk();
  const { favourites } = useSignal(desk.prefs);
  const isFavourite = favourites.includes(interval);
  const isNow = useSignal(desk.layout).interval === interval;
  return (
    <div className="interval-choice">
      <button
        type="button"
        className="tool"
        aria-pressed={isNow}
        title={intervalName(interval)}
        onClick={() => choose(interval)}
      >
        {intervalShort(interval)}
      </button>
      <button
        type="button"
        className={isFavourite ? 'tool star is-on' : 'tool star'}
        aria-pressed={isFavourite}
        aria-label={`${intervalName(interval)} in the bar on top`}
        title="In the bar on top"
        onClick={() => toggleFavourite(desk, interval)}
      >
        <Icon name="star" size={14} isFilled={isFavourite} />
      </button>
    </div>
  );
}

function toggleFavourite(desk: Desk, interval: string): void {
  const { favourites } = desk.prefs.get();
  const rest = favourites.filter((each) => each !== interval);
  if (rest.length === favourites.length) {
    if (rest.length >= MOST_FAVOURITES) {
      say(`The bar holds ${MOST_FAVOURITES} intervals: take one out first`);
      return;
    }
    rest.push(interval);
  }
  rest.sort((a, b) => lengthOf(a) - lengthOf(b));
  desk.like({ favourites: rest });
}

function lengthOf(interval: string): number {
  const length = parseInterval(interval);
  return length ? secondsOf(length) : 0;
}

const USUAL = ['1m', '5m', '15m', '30m', '1h', '4h', '1d', '1w', '1M'];

/** Those that the server offers; the usual ones until it has told. */
function useIntervals(desk: Desk): readonly string[] {
  const [intervals, setIntervals] = useState<readonly string[]>(USUAL);
  useEffect(() => {
    const asking = new AbortController();
    const taken = (found: readonly Interval[]) => setIntervals(found.map((each) => each.interval));
    desk.client.intervals(undefined, { signal: asking.signal }).then(taken, () => undefined);
    return () => asking.abort();
  }, [desk]);
  return intervals;
}
