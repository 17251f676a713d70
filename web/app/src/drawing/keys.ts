import type { DrawingLayer } from '@chandlery/chart-core/drawings';
import { useEffect } from 'react';

/** What has the focus while its keys may be for the drawings. */
const OURS = '#chart, .draw';
/** Within them: what has keys of its own. */
const OTHERS =
  'input, textarea, select, [contenteditable], dialog, [role=dialog], [role=menu], [role=listbox], [role=slider]';

/** What was typed after a text was placed and before its field was there. */
let ahead = '';

export function typedAhead(): string {
  const typed = ahead;
  ahead = '';
  return typed;
}

/** Gives keys to the drawings. Undo and redo are the app's, which has steps of other kinds too. */
export function useDrawingKeys(layer: DrawingLayer): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!isOurs(event) || !take(layer, event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', press, { capture: true });
    return () => window.removeEventListener('keydown', press, { capture: true });
  }, [layer]);
}

function take({ editor }: DrawingLayer, event: KeyboardEvent): boolean {
  const { key } = event;
  if (editor.writing.get() === null) return editor.key(key, told(event));
  if (key.length === 1 && !told(event).ctrl) ahead += key;
  return true;
}

const told = (event: KeyboardEvent) => ({
  ctrl: event.ctrlKey || event.metaKey,
  shift: event.shiftKey,
});

function isOurs(event: KeyboardEvent): boolean {
  const { key, altKey } = event;
  const target = event.target as HTMLElement;
  if (
    event.defaultPrevented ||
    event.isComposing ||
    altKey ||
    document.querySelector('dialog[open]')
  )
    return false;
  if (target !== document.body && !target.closest?.(OURS)) return false;
  if (target.closest(OTHERS)) return false;
  if (!told(event).ctrl) return true;
  const isUndo = /^[zy]$/i.test(key);
  const isCopyOfText = /^c$/i.test(key) && window.getSelection()?.isCollapsed === false;
  return !isUndo && !isCopyOfText;
}
