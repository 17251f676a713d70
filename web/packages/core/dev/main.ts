/** A bare page to look at the chart with: `vite packages/core/dev`, with a server to ask. Not shipped. */

import { ChartView, Client, DARK, LIGHT, Socket } from '../src';

const wanted = new URLSearchParams(location.search);
const client = new Client('');
const socket = new Socket('');
const element = document.getElementById('chart') as HTMLElement;
const legend = document.getElementById('legend') as HTMLElement;
const theme = wanted.get('theme') === 'light' ? LIGHT : DARK;
document.body.style.background = theme['chart-background'] ?? '';

const view = new ChartView(element, {
  theme,
  client,
  socket,
});

function writeLegend(): void {
  const boxes = new Map(view.panes.get().map((box) => [box.key, box.top]));
  const rows = new Map<string, number>();
  legend.innerHTML = '';
  for (const row of view.legend.get()) {
    const line = document.createElement('div');
    const count = rows.get(row.pane) ?? 0;
    rows.set(row.pane, count + 1);
    line.style.top = `${(boxes.get(row.pane) ?? 0) + 6 + count * 18}px`;
    const title = document.createElement('span');
    title.textContent = row.title;
    line.append(title);
    for (const value of row.values) {
      const span = document.createElement('span');
      span.textContent = `${/^(O|H|L|C|Vol)$/.test(value.label) ? value.label : ''} ${value.text}`;
      span.style.color = theme[value.colour] ?? value.colour;
      line.append(span);
    }
    legend.append(line);
  }
}

view.legend.watch(writeLegend);
view.panes.watch(writeLegend);
view.show(wanted.get('symbol') ?? 'DEMO:BTC', wanted.get('interval') ?? '1m');
Object.assign(window, { view, LIGHT, DARK, socket });
