import { type ChartView, Client, Signal, Socket } from '@chandlery/chart-core';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from '../src/desk';
import { DeskContext } from '../src/shell/context';
import { Notice } from '../src/states/Notice';

let box: HTMLElement;
let end: () => void;

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  box = document.createElement('div');
});
afterEach(() => act(async () => end()));

/** What an empty chart says of an error. */
async function said(reason: string, code: string): Promise<string | null> {
  const desk = new Desk(new Client(''), new Socket(''), '/', { symbol: 'A:B' });
  desk.view.set({ visible: new Signal(null), feed: new Signal(null) } as unknown as ChartView);
  desk.standing.set({ status: 'error', reason, code });
  const root = createRoot(box);
  end = () => root.unmount();
  await act(async () =>
    root.render(
      <DeskContext.Provider value={desk}>
        <Notice />
      </DeskContext.Provider>,
    ),
  );
  return box.textContent;
}

test.each(['unauthorized', 'forbidden', 'not_allowed', 'authentication_failed'])(
  'where a key would help, one is asked for: %s',
  async (code) => {
    expect(await said('no', code)).toContain('A key is needed');
  },
);

test('words alone ask for no key', async () => {
  const text = await said('no market of the token KEY is allowed here', 'internal');
  expect(text).toContain('The server cannot answer');
  expect(text).toContain('the token KEY');
});
