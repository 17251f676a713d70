import { Signal } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';

export interface Toast {
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const toast = new Signal<Toast | null>(null);
const SHOWN_MS = 6_000;
let timer = 0;

/** Says something that needs no answer, for a few seconds. */
export function say(text: string, action?: Toast['action']): void {
  window.clearTimeout(timer);
  toast.set(action ? { text, action } : { text });
  timer = window.setTimeout(() => toast.set(null), SHOWN_MS);
}

export function Toasts() {
  const shown = useSignal(toast);
  return (
    <div className="toasts" role="status">
      {shown && (
        <div className="toast">
          <span>{shown.text}</span>
          {shown.action && (
            <button
              type="button"
              className="button"
              onClick={() => {
                toast.set(null);
                shown.action?.run();
              }}
            >
              {shown.action.label}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
