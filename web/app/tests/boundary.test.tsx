import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Boundary } from '../src/ui/Boundary';

let box: HTMLElement;
let end: () => void;

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  // React tells each fault to the console too.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  box = document.createElement('div');
});
afterEach(() => act(async () => end()));

let isFaulty = true;

function Part() {
  if (isFaulty) throw new RangeError('Invalid time value');
  return <p>the part</p>;
}

const press = (name: string) =>
  act(async () =>
    [...box.querySelectorAll('button')].find(({ textContent }) => textContent === name)?.click(),
  );

test('a fault is told in its own place, with ways out of it', async () => {
  isFaulty = true;
  let [left, told] = [0, 0];
  const root = createRoot(box);
  end = () => root.unmount();
  await act(async () =>
    root.render(
      <>
        <p>the rest</p>
        <Boundary ways={[{ label: 'Leave', go: () => left++ }]} failed={() => told++}>
          <Part />
        </Boundary>
      </>,
    ),
  );
  expect(box.querySelector('[role="alert"]')?.textContent).toContain('Invalid time value');
  expect(box.textContent).toContain('the rest');
  expect(told).toBe(1);
  await press('Leave');
  expect(left).toBe(1);
  await press('Try again');
  expect(box.textContent).toContain('Invalid time value');
  isFaulty = false;
  await press('Try again');
  expect(box.textContent).toBe('the restthe part');
});
