import { type ChartView, Client, Signal, Socket } from '@chandlery/chart-core';
import { expect, test } from 'vitest';
import { Desk } from '../src/desk';
import { DeskContext } from '../src/shell/context';
import { Notice } from '../src/states/Notice';
import { drawing } from './box';

const { draw } = drawing();

/** What an empty chart says of an error. */
async function said(reason: string, code: string): Promise<string | null> {
  const desk = new Desk(new Client(''), new Socket(''), '/', { symbol: 'A:B' });
  desk.view.set({ visible: new Signal(null), feed: new Signal(null) } as unknown as ChartView);
  desk.standing.set({ status: 'error', reason, code });
  const box = await draw(
    <DeskContext.Provider value={desk}>
      <Notice />
    </DeskContext.Provider>,
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
