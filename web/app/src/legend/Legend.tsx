import type { ChartView, LegendRow, LegendValue, PaneBox } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import { useDesk } from '../shell/context';
import { intervalShort } from '../shell/words';
import { IconButton } from '../ui/Button';
import './legend.css';

/** What the chart shows, over each of its panes: names, values, and what can be done with them. */
export function Legend() {
  const desk = useDesk();
  const view = useSignal(desk.view);
  const { symbol } = useSignal(desk.layout);
  return view && symbol ? <Rows view={view} /> : null;
}

function Rows({ view }: { view: ChartView }) {
  const rows = useSignal(view.legend);
  const panes = useSignal(view.panes);
  return (
    <>
      {panes.map((pane) => (
        <Pane
          key={pane.key}
          pane={pane}
          rows={rows.filter((row) => row.pane === pane.key)}
          view={view}
        />
      ))}
    </>
  );
}

function Pane({
  pane,
  rows,
  view,
}: {
  pane: PaneBox;
  rows: readonly LegendRow[];
  view: ChartView;
}) {
  if (rows.length === 0) return null;
  return (
    <div className="legend" style={{ top: pane.top, maxHeight: pane.height }}>
      {rows.map((row) => (
        <Row key={row.id} row={row} view={view} />
      ))}
    </div>
  );
}

function Row({ row, view }: { row: LegendRow; view: ChartView }) {
  if (row.kind === 'bars') return <Bars row={row} view={view} />;
  return row.kind === 'compare' ? <Compared row={row} /> : <Study row={row} />;
}

function Bars({ row, view }: { row: LegendRow; view: ChartView }) {
  const desk = useDesk();
  const { symbol, interval } = useSignal(desk.layout);
  const [exchange, name] = symbol.includes(':')
    ? [symbol.slice(0, symbol.indexOf(':')), symbol.slice(symbol.indexOf(':') + 1)]
    : ['', symbol];
  const description = view.feed.get()?.market.get()?.description;
  return (
    <div className="legend-row legend-bars">
      <h1 className="legend-title">
        <span className="legend-name" title={description ?? ''}>
          {name}
        </span>
        <span className="legend-more">
          {intervalShort(interval)}
          {exchange && ` · ${exchange}`}
        </span>
      </h1>
      <Values values={row.values} hasLabels />
    </div>
  );
}

function Values({
  values,
  hasLabels = false,
}: {
  values: readonly LegendValue[];
  hasLabels?: boolean;
}) {
  return (
    <span className="legend-values">
      {values.map((value) => (
        <span key={value.label} className={`legend-value is-${value.label}`}>
          {hasLabels && value.label.length === 1 && <span className="quiet">{value.label}</span>}
          {hasLabels && value.label === 'Vol' && <span className="quiet">Vol</span>}
          <span style={{ color: inkOf(value.colour) }} title={hasLabels ? undefined : value.label}>
            {value.text || '–'}
          </span>
        </span>
      ))}
    </span>
  );
}

/** Texts need more contrast than bars do. */
function inkOf(colour: string): string {
  if (colour === 'up' || colour === 'down') return `var(--${colour}-ink)`;
  return colour || 'inherit';
}

function Compared({ row }: { row: LegendRow }) {
  const desk = useDesk();
  return (
    <div className="legend-row">
      <span className="legend-name">{row.title}</span>
      <span className="legend-tools">
        <IconButton
          icon="close"
          size={16}
          label={`Do not compare with ${row.title}`}
          onClick={() => desk.toggleCompare(row.title)}
        />
      </span>
      {row.reason ? <Reason text={row.reason} /> : <Values values={row.values} />}
    </div>
  );
}

function Study({ row }: { row: LegendRow }) {
  const desk = useDesk();
  const index = desk.layout.get().studies.findIndex(({ id }) => id === row.id);
  const settings = () => desk.open({ name: 'study', id: row.id });
  return (
    <div className={row.isHidden ? 'legend-row is-hidden' : 'legend-row'}>
      <button type="button" className="legend-name legend-study" onClick={settings}>
        {titleOf(row.title)}
      </button>
      <span className="legend-tools">
        <IconButton
          icon={row.isHidden ? 'hidden' : 'eye'}
          size={16}
          label={row.isHidden ? `Show ${row.title}` : `Hide ${row.title}`}
          aria-pressed={row.isHidden}
          onClick={() => desk.changeStudy(index, { isHidden: !row.isHidden })}
        />
        <IconButton
          icon="settings"
          size={16}
          label={`Settings of ${row.title}`}
          aria-haspopup="dialog"
          onClick={settings}
        />
        <IconButton
          icon="close"
          size={16}
          label={`Remove ${row.title}`}
          onClick={() => desk.removeStudy(index)}
        />
      </span>
      {row.reason ? <Reason text={row.reason} /> : <Values values={row.values} />}
    </div>
  );
}

function Reason({ text }: { text: string }) {
  return <span className="fall">{text}</span>;
}

/** `sma 20 c` as `SMA 20`: the close is what everything is made of unless said otherwise. */
export function titleOf(title: string): string {
  const [name = '', ...rest] = title.split(' ');
  const shown = rest.filter((word) => word !== 'c');
  const big = name.length <= 4 ? name.toUpperCase() : name[0]?.toUpperCase() + name.slice(1);
  return [big, ...shown].join(' ');
}
