import type { ChartView, LegendRow, Theme } from '@chandlery/chart-core';
import type { CSSProperties } from 'react';
import { useSignal } from './hooks';

const OVER: CSSProperties = {
  position: 'absolute',
  left: 8,
  zIndex: 2,
  fontSize: 12,
  lineHeight: '18px',
  fontVariantNumeric: 'tabular-nums',
  pointerEvents: 'none',
};

/** The values of the bar under the crosshair, over each pane. */
export function ChartLegend({ view, theme }: { view: ChartView; theme: Theme }) {
  const rows = useSignal(view.legend);
  const panes = useSignal(view.panes);
  const style = { ...OVER, color: theme['chart-text'], fontFamily: theme['chart-font'] };
  return (
    <>
      {panes.map(({ key, top }) => (
        <div key={key} style={{ ...style, top: top + 6 }}>
          {rows
            .filter((row) => row.pane === key && !row.isHidden)
            .map((row) => (
              <Row key={row.id} row={row} theme={theme} />
            ))}
        </div>
      ))}
    </>
  );
}

function Row({ row, theme }: { row: LegendRow; theme: Theme }) {
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', columnGap: 8 }}>
      <b>{row.title}</b>
      {row.reason ||
        row.values.map(({ label, text, colour }) => (
          <span key={label} style={{ color: theme[colour] ?? (colour || undefined) }}>
            {text}
          </span>
        ))}
    </div>
  );
}
