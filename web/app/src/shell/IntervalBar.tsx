import { useSignal } from '@chandlery/react';
import { Icon } from '../ui/Icon';
import { useDesk } from './context';
import { intervalName, intervalShort } from './words';

/** The favourite intervals, and the way to all others. On a phone only the one that is shown. */
export function IntervalBar() {
  const desk = useDesk();
  const { interval } = useSignal(desk.layout);
  const { favourites } = useSignal(desk.prefs);
  const isOther = !favourites.includes(interval);
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in a row everywhere */}
      <div className="head-part is-desk intervals" role="group" aria-label="Interval">
        {favourites.map((each) => (
          <button
            key={each}
            type="button"
            className="tool"
            aria-pressed={each === interval}
            title={intervalName(each)}
            onClick={() => desk.change({ interval: each })}
          >
            {intervalShort(each)}
          </button>
        ))}
      </div>
      <button
        type="button"
        className={isOther ? 'tool interval-more is-other' : 'tool interval-more'}
        aria-haspopup="dialog"
        aria-label={`${intervalShort(interval)}: choose another interval`}
        title="All intervals (or type a number)"
        onClick={() => desk.open({ name: 'interval', text: '' })}
      >
        <span className="interval-now">{intervalShort(interval)}</span>
        <Icon name="down" size={16} />
      </button>
    </>
  );
}
