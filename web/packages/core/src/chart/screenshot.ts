/** A picture of the chart, with what the legend says written on it. */

import type { IChartApi } from 'lightweight-charts';
import type { LegendRow } from './legend';
import type { PaneBox } from './panes';
import type { Colours } from './theme';

export interface Picture {
  readonly chart: IChartApi;
  readonly width: number;
  readonly legend: readonly LegendRow[];
  readonly panes: readonly PaneBox[];
  readonly colour: Colours;
}

const ROW = 18;
const MARGIN = 8;
/** Values whose label is no more than what everybody knows to be there. */
const UNLABELLED = new Set(['change', 'percent']);

/** Returns the picture as PNG. */
export function screenshot(picture: Picture): Promise<Blob> {
  const canvas = picture.chart.takeScreenshot(true, false);
  const context = canvas.getContext('2d');
  if (context && picture.width > 0) {
    const ratio = canvas.width / picture.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    writeLegend(context, picture);
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error('the browser made no picture of the chart: it may be too large'));
    }, 'image/png');
  });
}

function writeLegend(context: CanvasRenderingContext2D, picture: Picture): void {
  const { legend, panes, colour } = picture;
  context.textBaseline = 'middle';
  context.font = `12px ${colour('chart-font')}`;
  for (const { key, top } of panes) {
    const rows = legend.filter((row) => row.pane === key && !row.isHidden);
    rows.forEach((row, index) => {
      writeRow(context, row, top + MARGIN + ROW / 2 + index * ROW, colour);
    });
  }
}

function writeRow(
  context: CanvasRenderingContext2D,
  row: LegendRow,
  y: number,
  colour: Colours,
): void {
  let x = MARGIN;
  const write = (text: string, style: string, gap: number) => {
    context.fillStyle = style;
    context.fillText(text, x, y);
    x += context.measureText(text).width + gap;
  };
  write(row.title, colour('chart-text'), MARGIN);
  for (const { label, text, colour: own } of row.values) {
    const isBar = row.kind === 'bars' && !UNLABELLED.has(label);
    if (isBar) write(label, colour('chart-text'), 3);
    write(text, own === 'up' || own === 'down' ? colour(own) : own, MARGIN);
  }
}
