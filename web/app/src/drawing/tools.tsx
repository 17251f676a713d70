/** What there is to draw with, what the selected drawing looks like, and its text. */

import {
  DASHES,
  type Drawing,
  type DrawingLayer,
  type Style,
  TOOLS,
  type Tool,
} from '@chandlery/chart-core/drawings';
import { useSignal } from '@chandlery/react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { Icon } from './icons';
import './drawing.css';

const NAMES: Readonly<Record<Tool, string>> = {
  trend: 'Trend line',
  ray: 'Ray',
  extended: 'Extended line',
  horizontal: 'Horizontal line',
  vertical: 'Vertical line',
  rectangle: 'Rectangle',
  fibonacci: 'Fibonacci retracement',
  text: 'Text',
  measure: 'Measure',
};
const COLOURS = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `series-${number}`);
const WIDTHS = [1, 2, 3, 4];

/** The toolbar beside the chart; on a phone a row below it. */
export function DrawingTools({ layer }: { layer: DrawingLayer }) {
  const { editor } = layer;
  const tool = useSignal(editor.tool);
  const count = useSignal(editor.drawings).length;
  const isHidden = useSignal(editor.isHidden);
  const hasMagnet = useSignal(editor.hasMagnet);
  const canUndo = useSignal(editor.canUndo);
  const canRedo = useSignal(editor.canRedo);
  const selected = useSignal(editor.selected);
  const writing = useSignal(editor.writing);
  useDrawingKeys(layer);
  const drawing = editor.find(selected);
  return (
    <>
      <div
        className="draw-tools"
        role="toolbar"
        aria-label="Drawing tools"
        aria-orientation="vertical"
      >
        {TOOLS.map((each) => (
          <Press
            key={each}
            name={NAMES[each]}
            isPressed={tool === each}
            act={() => editor.tool.set(tool === each ? null : each)}
          >
            <Icon name={each} />
          </Press>
        ))}
        <hr />
        <Press name="Magnet" isPressed={hasMagnet} act={() => editor.hasMagnet.set(!hasMagnet)}>
          <Icon name="magnet" />
        </Press>
        <Press name="Hide drawings" isPressed={isHidden} act={() => editor.isHidden.set(!isHidden)}>
          <Icon name="eye" />
        </Press>
        <Press name="Undo" isOff={!canUndo} act={() => editor.undo()}>
          <Icon name="undo" />
        </Press>
        <Press name="Redo" isOff={!canRedo} act={() => editor.redo()}>
          <Icon name="redo" />
        </Press>
        <Press name="Remove all drawings" isOff={count === 0} act={() => editor.removeAll()}>
          <Icon name="bin" />
        </Press>
      </div>
      {drawing && overChart(<StyleBar layer={layer} drawing={drawing} />)}
      {writing && overChart(<Writer key={writing} layer={layer} id={writing} />)}
    </>
  );
}

/** Puts something over the chart, wherever the tools themselves are. */
function overChart(node: ReactNode) {
  const chart = document.getElementById('chart');
  return chart && createPortal(node, chart);
}

function Press({
  name,
  isPressed,
  isOff = false,
  act,
  children,
}: {
  name: string;
  isPressed?: boolean;
  isOff?: boolean;
  act: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      className="draw-button"
      aria-label={name}
      title={name}
      aria-pressed={isPressed}
      disabled={isOff}
      onClick={act}
    >
      {children}
    </button>
  );
}

/** What the selected drawing looks like, and what may be done to it. */
function StyleBar({ layer, drawing }: { layer: DrawingLayer; drawing: Drawing }) {
  const { editor } = layer;
  const { style } = drawing;
  const set = (by: Partial<Style>) => editor.change({ style: { ...style, ...by } });
  return (
    <div className="draw-style" role="toolbar" aria-label={`${NAMES[drawing.tool]}: style`}>
      <fieldset className="draw-colours" aria-label="Colour">
        {COLOURS.map((colour, index) => (
          <button
            key={colour}
            type="button"
            className="draw-colour"
            style={{ background: `var(--${colour})` }}
            aria-label={`Colour ${index + 1}`}
            aria-pressed={style.colour === colour}
            onClick={() => set({ colour })}
          />
        ))}
      </fieldset>
      <label>
        Width
        <select
          value={style.width}
          onChange={(event) => set({ width: Number(event.currentTarget.value) })}
        >
          {WIDTHS.map((width) => (
            <option key={width} value={width}>
              {width}
            </option>
          ))}
        </select>
      </label>
      <label>
        Line
        <select
          value={style.dash}
          onChange={(event) => set({ dash: event.currentTarget.value as Style['dash'] })}
        >
          {DASHES.map((dash) => (
            <option key={dash} value={dash}>
              {dash}
            </option>
          ))}
        </select>
      </label>
      {drawing.tool === 'text' && (
        <Press name="Change the text" act={() => editor.writing.set(drawing.id)}>
          <Icon name="text" />
        </Press>
      )}
      <Press
        name="Lock"
        isPressed={drawing.isLocked}
        act={() => editor.change({ isLocked: !drawing.isLocked })}
      >
        <Icon name="lock" />
      </Press>
      <Press name="Duplicate" act={() => editor.duplicate()}>
        <Icon name="copy" />
      </Press>
      <Press name="Remove" isOff={drawing.isLocked} act={() => editor.remove()}>
        <Icon name="bin" />
      </Press>
    </div>
  );
}

/** Takes the words of a text: Enter ends, Shift+Enter begins a line, Escape leaves it as it was. */
function Writer({ layer, id }: { layer: DrawingLayer; id: string }) {
  const { editor } = layer;
  const before = editor.find(id)?.text ?? '';
  const [text, setText] = useState(before);
  const field = useRef<HTMLTextAreaElement>(null);
  const isOver = useRef(false);
  useEffect(() => field.current?.focus(), []);
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

/** Gives keys to the drawings, wherever the focus is but in a field or a dialog. */
function useDrawingKeys(layer: DrawingLayer): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.defaultPrevented || event.altKey || isField(target)) return;
      const told = { ctrl: event.ctrlKey || event.metaKey, shift: event.shiftKey };
      if (!layer.editor.key(event.key, told)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', press, { capture: true });
    return () => window.removeEventListener('keydown', press, { capture: true });
  }, [layer]);
}

function isField(element: HTMLElement): boolean {
  return (
    element.closest?.('input, textarea, select, [contenteditable], dialog, [role=dialog]') !== null
  );
}
