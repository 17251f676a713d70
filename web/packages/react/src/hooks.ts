import type { Signal } from '@chandlery/chart-core';
import { useSyncExternalStore } from 'react';

/** The value of a signal; the component is drawn anew when it changes. */
export function useSignal<Value>(signal: Signal<Value>): Value {
  return useSyncExternalStore(signal.watch, signal.get, signal.get);
}
