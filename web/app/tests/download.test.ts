import { afterEach, expect, test, vi } from 'vitest';
import { download } from '../src/ui/download';

afterEach(() => {
  vi.useRealTimers();
});

test('a file is held until the browser has had time to read it, and then let go', () => {
  vi.useFakeTimers();
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:made');
  const release = vi.spyOn(URL, 'revokeObjectURL').mockImplementation(() => undefined);
  download(new Blob(['x']), 'chart.png');
  vi.advanceTimersByTime(1_000);
  expect(release).not.toHaveBeenCalled();
  vi.advanceTimersByTime(120_000);
  expect(release.mock.calls).toEqual([['blob:made']]);
});
