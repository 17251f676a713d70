import { act, type ComponentType } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { onDemand } from '../src/shell/onDemand';
import { Toasts } from '../src/ui/Toasts';

let box: HTMLElement;
let end: () => void;

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  box = document.createElement('div');
});
afterEach(() => act(async () => end()));

async function shown(Part: ComponentType<{ missing?: () => void }>, missing: () => void) {
  const root = createRoot(box);
  end = () => root.unmount();
  await act(async () =>
    root.render(
      <>
        <Part missing={missing} />
        <Toasts />
      </>,
    ),
  );
  return box.textContent;
}

test('code that cannot be loaded is told of, and asked for again', async () => {
  let isThere = false;
  const load = async () => {
    if (!isThere) throw new TypeError('Failed to fetch dynamically imported module');
    return { default: () => <p>here</p> };
  };
  const Part = onDemand(load);
  let given = 0;
  expect(await shown(Part, () => given++)).toMatch(/cannot be loaded.*Load the page again/);
  expect(given).toBe(1);
  await act(async () => end());
  isThere = true;
  expect(await shown(Part, () => given++)).toContain('here');
});
