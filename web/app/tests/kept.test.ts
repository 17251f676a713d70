import { beforeEach, expect, test } from 'vitest';
import { kept, textsOf } from '../src/layout/kept';
import { PLAIN } from '../src/layout/layout';
import { PLAIN_PREFS, prefs } from '../src/layout/prefs';
import { opened, savedLayouts, withSaved } from '../src/layout/saved';

beforeEach(() => localStorage.clear());

test('what others wrote into the store does no harm', () => {
  for (const text of ['{', 'null', '5', '{"theme":7,"favourites":"1m"}', '[]']) {
    localStorage.setItem('chandlery.prefs', text);
    expect(prefs.read()).toEqual(PLAIN_PREFS);
  }
});

test('a store that is closed is no fault', () => {
  const closed = kept(
    'x',
    1,
    () => 2,
    () => {
      throw new DOMException('denied', 'SecurityError');
    },
  );
  expect([closed.read(), closed.write(3)]).toEqual([1, false]);
});

test('a list is cut, and says each thing once', () => {
  expect(textsOf(['a', 'a', 1, '', 'b', 'c'], 2)).toEqual(['a', 'b']);
  expect(textsOf('a', 2)).toBeNull();
});

test('a saved layout is what it was, and a name is there once', () => {
  const layout = { ...PLAIN, symbol: 'A:B', interval: '4h', kind: 'line' as const };
  savedLayouts.write(withSaved([], 'mine', PLAIN));
  savedLayouts.write(withSaved(savedLayouts.read(), 'mine', layout));
  const [saved, ...others] = savedLayouts.read();
  expect(others).toEqual([]);
  expect(opened(saved?.address ?? '')).toEqual(layout);
});
