import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { Admin } from '../src/admin/admin';

let root: Root;

afterEach(async () => {
  await act(async () => root.unmount());
  vi.unstubAllGlobals();
});

test('who could not be signed out is told so, and not left to think it was done', async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const refused = { error: 'the server is stopping', hint: 'ask again soon', code: 'draining' };
  vi.stubGlobal('fetch', (_: string, { method }: RequestInit) =>
    method === 'DELETE'
      ? Promise.resolve(Response.json(refused, { status: 503 }))
      : new Promise(() => undefined),
  );
  const box = document.createElement('div');
  root = createRoot(box);
  await act(async () => root.render(<Admin />));
  const button = [...box.querySelectorAll('button')].find(
    ({ textContent }) => textContent === 'Sign out',
  );
  await act(async () => button?.click());
  expect(box.querySelector('header')?.textContent).toContain('the server is stopping');
});
