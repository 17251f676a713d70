/** What there is to draw with, and what is shown over the chart while something is drawn. */

import { type DrawingLayer, TOOLS } from '@chandlery/chart-core/drawings';
import { useSignal } from '@chandlery/react';
import { type ReactNode, useEffect } from 'react';
import { createPortal } from 'react-dom';
import type { Undo } from '../layout/undo';
import { say } from '../ui/Toasts';
import { readFile, writeFile } from './files';
import { Icon } from './icons';
import { useDrawingKeys } from './keys';
import { NAMES } from './names';
import { Press } from './Press';
import { StyleBar } from './StyleBar';
import { Writer } from './Writer';
import './drawing.css';

/** The toolbar beside the chart; on a phone a row below it. */
export function DrawingTools({
  layer,
  undo,
  symbol,
}: {
  layer: DrawingLayer;
  undo: Undo;
  symbol: () => string;
}) {
  const { editor } = layer;
  const selected = useSignal(editor.selected);
  const writing = useSignal(editor.writing);
  const drawings = useSignal(editor.drawings);
  useDrawingKeys(layer);
  useSteps(layer, undo);
  useTelling(layer);
  const drawing = drawings.find(({ id }) => id === selected);
  return (
    <>
      <div
        className="draw-tools"
        role="toolbar"
        aria-label="Drawing tools"
        aria-orientation="vertical"
      >
        <Tools layer={layer} />
        <hr />
        <Deeds layer={layer} undo={undo} count={drawings.length} symbol={symbol} />
      </div>
      {drawing && overChart(<StyleBar layer={layer} drawing={drawing} />)}
      {writing && overChart(<Writer key={writing} layer={layer} id={writing} />)}
    </>
  );
}

function Tools({ layer: { editor } }: { layer: DrawingLayer }) {
  const tool = useSignal(editor.tool);
  return TOOLS.map((each) => (
    <Press
      key={each}
      name={NAMES[each]}
      isPressed={tool === each}
      act={() => editor.tool.set(tool === each ? null : each)}
    >
      <Icon name={each} />
    </Press>
  ));
}

/** What is done to drawings that are there. */
function Deeds({
  layer: { editor },
  undo,
  count,
  symbol,
}: {
  layer: DrawingLayer;
  undo: Undo;
  count: number;
  symbol: () => string;
}) {
  const isHidden = useSignal(editor.isHidden);
  const hasMagnet = useSignal(editor.hasMagnet);
  const can = useSignal(undo.can);
  const isNone = count === 0;
  return (
    <>
      <Press name="Magnet" isPressed={hasMagnet} act={() => editor.hasMagnet.set(!hasMagnet)}>
        <Icon name="magnet" />
      </Press>
      <Press name="Hide drawings" isPressed={isHidden} act={() => editor.isHidden.set(!isHidden)}>
        <Icon name="eye" />
      </Press>
      <Press name="Select the next drawing" isOff={isNone} act={() => editor.selectNext()}>
        <Icon name="next" />
      </Press>
      <span className="draw-undo">
        <Press name="Undo" isOff={!can.undo} act={() => undo.undo()}>
          <Icon name="undo" />
        </Press>
        <Press name="Redo" isOff={!can.redo} act={() => undo.redo()}>
          <Icon name="redo" />
        </Press>
      </span>
      <Press
        name="Save the drawings as a file"
        isOff={isNone}
        act={() => writeFile(symbol(), editor.drawings.get())}
      >
        <Icon name="out" />
      </Press>
      <Press name="Add drawings from a file" act={() => readFile(editor)}>
        <Icon name="in" />
      </Press>
      <Press name="Remove all drawings" isOff={isNone} act={() => editor.removeAll()}>
        <Icon name="bin" />
      </Press>
    </>
  );
}

/** Each step of the drawings is one of the app. */
function useSteps({ editor }: DrawingLayer, undo: Undo): void {
  useEffect(
    () =>
      editor.steps.watch(() => undo.push({ undo: () => editor.undo(), redo: () => editor.redo() })),
    [editor, undo],
  );
}

/** Tells when drawings are no longer kept. */
function useTelling({ isKept }: DrawingLayer): void {
  useEffect(
    () =>
      isKept.watch(() => {
        if (!isKept.get())
          say('This browser has no room for these drawings: they go when the page is closed');
      }),
    [isKept],
  );
}

/** Puts something over the chart, wherever the tools themselves are. */
function overChart(node: ReactNode) {
  const chart = document.getElementById('chart');
  return chart && createPortal(node, chart);
}
