import { Client, Socket } from '@chandlery/chart-core';
import { act, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, test } from 'vitest';
import { FakeServer } from '../../packages/core/tests/fake/server';
import { FakeWorld } from '../../packages/core/tests/fake/world';
import { Desk } from '../src/desk';
import { DeskContext } from '../src/shell/context';
import Watchlist from '../src/watchlist/Watchlist';

test('markets are followed while they are shown, and no longer', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  localStorage.setItem('chandlery.watchlist', '["TEST:GOLD"]');
  const world = new FakeWorld();
  const server = new FakeServer(world);
  const socket = new Socket('', { environment: world, page: 'http://fake/' });
  const desk = new Desk(new Client('', { fetch: server.fetch }), socket, '/', {});
  const box = document.createElement('div');
  const root = createRoot(box);
  // Strict: components are drawn twice, and effects end and begin anew.
  await act(async () =>
    root.render(
      <StrictMode>
        <DeskContext.Provider value={desk}>
          <Watchlist />
        </DeskContext.Provider>
      </StrictMode>,
    ),
  );
  await act(() => world.pass(3_000));
  expect(box.querySelector('.watch-price')?.textContent).toBe('5.00');
  await act(async () => root.unmount());
  await world.pass(1_000);
  const ops = server.received.filter(({ channel }) => channel === 'ticker').map(({ op }) => op);
  expect(ops).toEqual(['subscribe', 'unsubscribe']);
});
