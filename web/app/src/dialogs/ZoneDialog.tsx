import { zoneOf } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import { useMemo, useState } from 'react';
import { marked } from '../search/marked';
import { useDesk } from '../shell/context';
import { offsetText } from '../shell/Foot';
import { zoneName } from '../shell/sync';
import { Combobox, type Option } from '../ui/Combobox';
import { Dialog } from '../ui/Dialog';

const COMMON = [
  'America/New_York',
  'America/Chicago',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Zurich',
  'Asia/Dubai',
  'Asia/Kolkata',
  'Asia/Singapore',
  'Asia/Hong_Kong',
  'Asia/Shanghai',
  'Asia/Seoul',
  'Asia/Tokyo',
  'Australia/Sydney',
];
const MOST = 60;

interface Row {
  readonly zone: string;
  readonly name: string;
  readonly heading?: string;
}

/** Which clocks the times of the chart are read by. */
export default function ZoneDialog() {
  const desk = useDesk();
  const { zone } = useSignal(desk.layout);
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const all = useMemo(allZones, []);
  const market = desk.view.get()?.feed.get()?.market.get() ?? null;
  const now = Math.floor(Date.now() / 1000);
  const rows = text ? all.filter((row) => isLike(row.name, text)).slice(0, MOST) : short();
  const option = (row: Row): Option => ({
    key: row.zone,
    isChosen: row.zone === zone,
    ...(row.heading ? { heading: row.heading } : {}),
    content: (
      <>
        <span className="option-about option-zone">{marked(row.name, text)}</span>
        <span className="option-exchange">
          {offsetText(zoneOf(zoneName(row.zone, market?.time_zone)).offset(now))}
        </span>
      </>
    ),
  });
  return (
    <Dialog title="Time zone" onClose={desk.close} className="is-search is-narrow">
      <Combobox
        label="Time zone"
        placeholder="City or region"
        text={text}
        options={rows.map(option)}
        active={Math.min(active, rows.length - 1)}
        onActive={setActive}
        onType={(typed) => {
          setText(typed);
          setActive(0);
        }}
        onChoose={(index) => {
          const row = rows[index];
          if (!row) return;
          desk.close();
          desk.change({ zone: row.zone });
        }}
      >
        {rows.length === 0 && <p className="quiet">No time zone like “{text}”</p>}
      </Combobox>
    </Dialog>
  );
}

function short(): Row[] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [
    { zone: 'exchange', name: 'The exchange’s' },
    { zone: 'UTC', name: 'UTC' },
    { zone: 'local', name: `This device’s (${nameOf(own)})` },
    ...COMMON.map((zone, index) => ({
      zone,
      name: nameOf(zone),
      ...(index === 0 ? { heading: 'Common ones' } : {}),
    })),
  ];
}

function allZones(): Row[] {
  const names = Intl.supportedValuesOf?.('timeZone') ?? COMMON;
  const rows = names.map((zone) => ({ zone, name: nameOf(zone) }));
  return [...short().slice(0, 3), ...rows];
}

const nameOf = (zone: string): string => zone.replaceAll('_', ' ');

function isLike(name: string, text: string): boolean {
  return name.toLowerCase().includes(text.trim().toLowerCase().replaceAll('_', ' '));
}
