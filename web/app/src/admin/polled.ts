import { asApiError } from '@chandlery/chart-core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ask, wordsOf } from './api';

export interface Polled<Value> {
  readonly value: Value | null;
  /** What went wrong the last time; empty if nothing did. */
  readonly error: string;
  /** Whether a key is needed. */
  readonly isRefused: boolean;
  readonly again: () => void;
}

/** Asks for a path again and again while the page is looked at; null asks for nothing. */
export function usePolled<Value>(path: string | null, everyMs: number): Polled<Value> {
  const [state, setState] = useState<{ value: Value | null; error: string; status: number }>({
    value: null,
    error: '',
    status: 200,
  });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((n) => n + 1), []);
  const asked = useRef<string | null>(null);

  useEffect(() => {
    // Asked again by hand, the effect begins anew.
    void round;
    if (asked.current !== path) {
      asked.current = path;
      setState({ value: null, error: '', status: 200 });
    }
    if (path === null) return;
    return repeated(async (isOver) => {
      const told = await lookAt<Value>(path);
      if (!isOver()) setState((last) => ({ ...last, ...told }));
    }, everyMs);
  }, [path, everyMs, round]);

  const isRefused = state.status === 401 || state.status === 403;
  return { value: state.value, error: state.error, isRefused, again };
}

/** Does something now and then again, each time so long after the last, while the page is seen. */
function repeated(work: (isOver: () => boolean) => Promise<void>, everyMs: number): () => void {
  let timer = 0;
  let ended = false;
  const turn = async () => {
    if (!document.hidden) await work(() => ended);
    if (!ended) timer = window.setTimeout(turn, everyMs);
  };
  void turn();
  return () => {
    ended = true;
    window.clearTimeout(timer);
  };
}

/** Asks once; what was known stays where there is no answer. */
async function lookAt<Value>(
  path: string,
): Promise<{ value?: Value; error: string; status: number }> {
  try {
    return { value: await ask<Value>(path), error: '', status: 200 };
  } catch (error) {
    return { error: wordsOf(error), status: asApiError(error).status };
  }
}

export interface Action {
  readonly isBusy: boolean;
  readonly error: string;
  /** Does something once at a time, and keeps what went wrong. */
  readonly run: (work: () => Promise<unknown>) => void;
}

export function useAction(): Action {
  const [state, setState] = useState({ isBusy: false, error: '' });
  const busy = useRef(false);
  const run = useCallback((work: () => Promise<unknown>) => {
    if (busy.current) return;
    busy.current = true;
    setState({ isBusy: true, error: '' });
    work().then(
      () => {
        busy.current = false;
        setState({ isBusy: false, error: '' });
      },
      (error: unknown) => {
        busy.current = false;
        setState({ isBusy: false, error: wordsOf(error) });
      },
    );
  }, []);
  return { ...state, run };
}
