import type { DrawingLayer } from '@chandlery/chart-core/drawings';
import { useLayoutEffect, useRef, useState } from 'react';
import { typedAhead } from './keys';

/** Takes the words of a text: Enter ends, Shift+Enter begins a line, Escape leaves it as it was. */
export function Writer({ layer, id }: { layer: DrawingLayer; id: string }) {
  const { editor } = layer;
  const before = editor.find(id)?.text ?? '';
  const [text, setText] = useState(() => before + typedAhead());
  const field = useRef<HTMLTextAreaElement>(null);
  const isOver = useRef(false);
  // Before the next key, which would be a shortcut.
  useLayoutEffect(() => field.current?.focus(), []);
  const end = (words: string) => {
    if (isOver.current) return;
    isOver.current = true;
    editor.write(words);
  };
  return (
    <textarea
      ref={field}
      className="draw-writer"
      aria-label="Text of the drawing"
      placeholder="Text"
      rows={2}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => end(text)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') end(before);
        if (event.key === 'Enter' && !event.shiftKey) {
          event.preventDefault();
          end(text);
        }
      }}
    />
  );
}
