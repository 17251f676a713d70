import type { IndicatorInfo } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import { useState } from 'react';
import type { Desk } from '../desk';
import { freeId, MOST_STUDIES, moved, type Study } from '../layout/layout';
import { titleOf } from '../legend/Legend';
import { marked } from '../search/marked';
import { useDesk } from '../shell/context';
import { IconButton } from '../ui/Button';
import { Combobox, type Option } from '../ui/Combobox';
import { Dialog } from '../ui/Dialog';
import { say } from '../ui/Toasts';
import { useCatalogue } from './catalogue';
import './dialogs.css';

/** The indicators that the server offers, and those that are on the chart. */
export default function IndicatorsDialog() {
  const desk = useDesk();
  const { studies } = useSignal(desk.layout);
  const { list, fault } = useCatalogue(desk);
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const rows = list.filter((info) => isLike(info, text));
  const option = (info: IndicatorInfo): Option => ({
    key: info.name,
    content: (
      <>
        <span className="option-text">
          <b className="option-title">{marked(info.title, text)}</b>
          <span className="option-help">{info.help}</span>
        </span>
        <span className="tag">{info.pane === 'overlay' ? 'over the bars' : 'own pane'}</span>
      </>
    ),
  });
  return (
    <Dialog title="Indicators" onClose={desk.close} className="is-search">
      {studies.length > 0 && <OnChart desk={desk} studies={studies} />}
      <Combobox
        label="Add an indicator"
        placeholder="Add: average, RSI, bands …"
        text={text}
        options={rows.map(option)}
        active={Math.min(active, rows.length - 1)}
        onActive={setActive}
        onType={(typed) => {
          setText(typed);
          setActive(0);
        }}
        onChoose={(index) => {
          const info = rows[index];
          if (info) add(desk, info);
        }}
      >
        {fault && <p className="trouble">The list could not be loaded: {fault}</p>}
        {!fault && list.length > 0 && rows.length === 0 && (
          <p className="quiet">No indicator like “{text}”</p>
        )}
      </Combobox>
    </Dialog>
  );
}

function isLike({ name, title }: IndicatorInfo, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/);
  const own = `${name} ${title}`.toLowerCase();
  return words.every((word) => own.includes(word));
}

function add(desk: Desk, info: IndicatorInfo): void {
  const { studies } = desk.layout.get();
  const parameters = Object.fromEntries(info.parameters.map((each) => [each.name, each.default]));
  const id = freeId(info.name, studies);
  const study: Study = {
    id,
    name: info.name,
    parameters,
    colours: {},
    pane: null,
    isHidden: false,
  };
  if (desk.addStudy(study))
    say(`${info.title} added`, {
      label: 'Settings',
      run: () => desk.open({ name: 'study', id }),
    });
  else say(`${MOST_STUDIES} indicators are the most there can be: remove one first`);
}

function OnChart({ desk, studies }: { desk: Desk; studies: readonly Study[] }) {
  return (
    <ul className="rows on-chart" aria-label="On the chart">
      {studies.map((study, index) => (
        <OnChartRow key={study.id} desk={desk} study={study} index={index} count={studies.length} />
      ))}
    </ul>
  );
}

function OnChartRow({
  desk,
  study,
  index,
  count,
}: {
  desk: Desk;
  study: Study;
  index: number;
  count: number;
}) {
  const title = titleOf([study.name, ...Object.values(study.parameters)].join(' '));
  const move = (by: number) =>
    desk.change({ studies: moved(desk.layout.get().studies, index, index + by) });
  return (
    <li className="row">
      <button
        type="button"
        className="row-main"
        aria-haspopup="dialog"
        onClick={() => desk.open({ name: 'study', id: study.id })}
      >
        <b className={study.isHidden ? 'quiet' : ''}>{title}</b>
      </button>
      <IconButton
        icon="up"
        label={`Move ${title} up`}
        disabled={index === 0}
        onClick={() => move(-1)}
      />
      <IconButton
        icon="down"
        label={`Move ${title} down`}
        disabled={index === count - 1}
        onClick={() => move(1)}
      />
      <IconButton
        icon={study.isHidden ? 'hidden' : 'eye'}
        label={study.isHidden ? `Show ${title}` : `Hide ${title}`}
        aria-pressed={study.isHidden}
        onClick={() => desk.changeStudy(index, { isHidden: !study.isHidden })}
      />
      <IconButton
        icon="settings"
        label={`Settings of ${title}`}
        aria-haspopup="dialog"
        onClick={() => desk.open({ name: 'study', id: study.id })}
      />
      <IconButton icon="bin" label={`Remove ${title}`} onClick={() => desk.removeStudy(index)} />
    </li>
  );
}
