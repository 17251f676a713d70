import type { SeriesStatus } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import type { Standing } from '../desk';
import { useDesk } from './context';

const SHOWN: Readonly<Record<SeriesStatus, readonly [tone: string, word: string, more: string]>> = {
  connecting: ['soon', 'Connecting', 'Asking the server for bars'],
  live: ['live', 'Live', 'Bars change as trades happen'],
  delayed: ['soon', 'Delayed', 'The newest trades have not come yet'],
  reconnecting: [
    'soon',
    'Reconnecting',
    'What is missed meanwhile is filled in before this says live',
  ],
  offline: ['bad', 'Offline', 'There is no network, or the server does not answer'],
  empty: ['quiet', 'No trades yet', 'Bars appear with the first trade'],
  unknown: ['bad', 'Unknown market', 'The server has no such market'],
  error: ['bad', 'No data', 'The server cannot answer'],
};

/** How the data stands, in a word. */
export function Pill() {
  const { status, reason } = useStanding();
  const [tone, word, more] = SHOWN[status];
  return (
    <span className={`pill is-${tone}`} title={reason || more}>
      {word}
    </span>
  );
}

/** How the series that is shown stands. */
export function useStanding(): Standing {
  const desk = useDesk();
  return useSignal(desk.standing);
}
