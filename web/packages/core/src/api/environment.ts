import type { Stop } from '../types';

/** The part of a WebSocket that is used. */
export interface Wire {
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
}

/** What of the world a connection needs; tests hand in one of their own. */
export interface Environment {
  /** Milliseconds since 1970, as this machine thinks. */
  now(): number;
  random(): number;
  /** Calls back once after so many milliseconds. */
  after(ms: number, call: () => void): Stop;
  connect(address: string): Wire;
  isOnline(): boolean;
  /** Tells when the network comes or goes, and when the page is looked at again. */
  watch(call: (event: 'online' | 'offline' | 'visible') => void): Stop;
}

/** Returns the browser's. */
export function browser(): Environment {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    connect: (address) => new WebSocket(address) as Wire,
    isOnline: () => navigator.onLine,
    watch: (call) => {
      const stop = new AbortController();
      const told = { signal: stop.signal };
      window.addEventListener('online', () => call('online'), told);
      window.addEventListener('offline', () => call('offline'), told);
      // A page that comes back from the cache of the browser has lost its connections.
      window.addEventListener('pageshow', () => call('visible'), told);
      const seen = () => document.visibilityState === 'visible' && call('visible');
      document.addEventListener('visibilitychange', seen, told);
      return () => stop.abort();
    },
  };
}
