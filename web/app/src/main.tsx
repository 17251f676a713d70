import { asApiError, connectionTo } from '@chandlery/chart-core';
import { createRoot } from 'react-dom/client';
import { keptAlerts } from './alerts/alerts';
import { Desk } from './desk';
import { offerHandle } from './handle';
import { layoutOf } from './layout/address';
import type { Layout } from './layout/layout';
import { lastAddress, opened } from './layout/saved';
import { apiBase, basePath, below } from './place';
import { keptToken, takeTokenOfLink } from './session';
import { App } from './shell/App';
import { tell } from './shell/onDemand';
import { named } from './title';
import { Boundary } from './ui/Boundary';
import './tokens.css';
import './styles/base.css';
import './styles/ui.css';
import './styles/shell.css';

void begin();

async function begin(): Promise<void> {
  const root = document.getElementById('root');
  if (!root) return;
  const base = basePath();
  await takeTokenOfLink(apiBase()).catch(() => undefined);
  const { client, socket } = connectionTo(apiBase(), keptToken() || undefined);
  const desk = new Desk(client, socket, base, first(base));
  named(desk);
  offerHandle(desk);
  createRoot(root).render(
    <Boundary ways={[{ label: 'Begin with another chart', go: () => afresh(base) }]}>
      <App desk={desk} />
    </Boundary>,
  );
  if (desk.layout.get().symbol) desk.write(false);
  else void busiest(desk);
  // Alerts that were set before wait again, once the chart is there.
  if (keptAlerts.read().length > 0)
    import('./alerts/book').then(({ bookOf }) => bookOf(desk), tell);
}

/** What the address asks for; without any, what was looked at last. */
function first(base: string): Partial<Layout> {
  const asked = layoutOf(below(base, location.pathname), location.search);
  if (asked.symbol) return asked;
  const last = lastAddress.read();
  return last ? { ...opened(last), range: null, ...asked } : asked;
}

/** Leaves what was looked at last behind: it may be what the app cannot show. */
function afresh(base: string): void {
  lastAddress.write('');
  location.assign(base);
}

/** The market that is traded most; why there is none is told in its place. */
async function busiest(desk: Desk): Promise<void> {
  try {
    const { markets } = await desk.client.symbols({ limit: 1, sort: 'activity' });
    // Whoever found one meanwhile wants that.
    if (desk.layout.get().symbol) return;
    const [busiest] = markets;
    if (busiest) {
      desk.layout.set({ ...desk.layout.get(), symbol: busiest.symbol });
      desk.write(false);
    } else desk.standing.set({ status: 'empty', reason: '', code: '' });
  } catch (error) {
    if (desk.layout.get().symbol) return;
    const { message, hint, code } = asApiError(error);
    const reason = [message, hint].filter(Boolean).join(': ');
    desk.standing.set({ status: 'error', reason, code });
  }
}
