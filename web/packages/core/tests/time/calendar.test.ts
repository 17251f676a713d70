import { expect, test } from 'vitest';
import { Calendar } from '../../src/time/calendar';
import { type IntervalLength, parseInterval } from '../../src/time/interval';
import golden from '../golden/calendar.json';

test.each(golden)(
  'bars lie where the server has them: $session $zone',
  ({ session, zone, rows }) => {
    const calendar = new Calendar(session, zone);
    const wrong = rows.flatMap(([text, time, ...wanted]) => {
      const interval = parseInterval(String(text)) as IntervalLength;
      const bar = calendar.floor(interval, Number(time));
      const found = [bar, calendar.open(interval, bar), calendar.next(interval, Number(time))];
      return String(found) === String(wanted) ? [] : [[text, time, found, wanted]];
    });
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(rows.length).toBeGreaterThan(100);
  },
);
