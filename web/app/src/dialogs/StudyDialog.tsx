import { type IndicatorInfo, type IndicatorParameter, lookOf } from '@chandlery/chart-core';
import { useSignal } from '@chandlery/react';
import { useId, useState } from 'react';
import type { Desk, Opened } from '../desk';
import type { Study } from '../layout/layout';
import { titleOf } from '../legend/Legend';
import { useDesk } from '../shell/context';
import { SOURCE_NAMES } from '../shell/words';
import { readTheme } from '../theme';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { useCatalogue, wrongWith } from './catalogue';
import './dialogs.css';

/** The settings of one indicator. What is right is shown at once; "Cancel" brings back what was. */
export default function StudyDialog({ opened }: { opened: Opened & { name: 'study' } }) {
  const desk = useDesk();
  const { studies } = useSignal(desk.layout);
  const { list, fault } = useCatalogue(desk);
  const index = studies.findIndex(({ id }) => id === opened.id);
  const study = studies[index];
  const [before] = useState(study);
  const info = list.find(({ name }) => name === study?.name);
  if (!study || !before) return null;
  const change = (patch: Partial<Study>) => desk.changeStudy(index, patch);
  return (
    <Dialog
      title={info?.title ?? titleOf(study.name)}
      onClose={desk.close}
      className="is-narrow is-aside"
      foot={
        <>
          <Button
            icon="bin"
            onClick={() => {
              desk.close();
              desk.removeStudy(index);
            }}
          >
            Remove
          </Button>
          <span className="head-space" />
          <Button
            onClick={() => {
              change(before);
              desk.close();
            }}
          >
            Cancel
          </Button>
          <Button isMain onClick={desk.close}>
            Done
          </Button>
        </>
      }
    >
      {fault && <p className="trouble">Its settings could not be loaded, open it again: {fault}</p>}
      {info && <p className="help-text">{info.help}</p>}
      {info && <Parameters info={info} study={study} change={change} />}
      <PaneChoice study={study} studies={studies} change={change} />
      {info && <Colours desk={desk} info={info} study={study} change={change} />}
      <label className="check">
        <input
          type="checkbox"
          checked={!study.isHidden}
          onChange={(event) => change({ isHidden: !event.currentTarget.checked })}
        />
        Shown
      </label>
      {info && (
        <div>
          <Button onClick={() => change({ parameters: defaults(info), colours: {}, pane: null })}>
            As it was delivered
          </Button>
        </div>
      )}
    </Dialog>
  );
}

interface Changing {
  readonly study: Study;
  readonly change: (patch: Partial<Study>) => void;
}

function defaults(info: IndicatorInfo): Study['parameters'] {
  return Object.fromEntries(info.parameters.map((each) => [each.name, each.default]));
}

function Parameters({ info, study, change }: Changing & { info: IndicatorInfo }) {
  return (
    <div className="form-pair">
      {info.parameters.map((parameter) => (
        <Parameter
          key={parameter.name}
          parameter={parameter}
          value={study.parameters[parameter.name] ?? parameter.default}
          set={(value) => change({ parameters: { ...study.parameters, [parameter.name]: value } })}
        />
      ))}
    </div>
  );
}

function Parameter({
  parameter,
  value,
  set,
}: {
  parameter: IndicatorParameter;
  value: number | string;
  set: (value: number | string) => void;
}) {
  const id = useId();
  const label = parameter.name[0]?.toUpperCase() + parameter.name.slice(1);
  return (
    <label className="form-row" htmlFor={id}>
      <span title={parameter.help}>{label}</span>
      {parameter.kind === 'choice' ? (
        <select
          id={id}
          className="field"
          value={String(value)}
          onChange={(event) => set(event.currentTarget.value)}
        >
          {parameter.choices?.map((choice) => (
            <option key={choice} value={choice}>
              {SOURCE_NAMES[choice] ?? choice}
            </option>
          ))}
        </select>
      ) : (
        <NumberField id={id} parameter={parameter} value={value} set={set} />
      )}
    </label>
  );
}

/** What is typed stays as it is; only what the server takes goes on to the chart. */
function NumberField({
  id,
  parameter,
  value,
  set,
}: {
  id: string;
  parameter: IndicatorParameter;
  value: number | string;
  set: (value: number) => void;
}) {
  const [text, setText] = useState(String(value));
  const isOther = Number(text) !== Number(value);
  const wrong = wrongWith(parameter, text);
  const shown = isOther && !wrong ? String(value) : text;
  return (
    <>
      <input
        id={id}
        className="field"
        type="number"
        inputMode="decimal"
        min={parameter.least}
        max={parameter.most}
        step={parameter.kind === 'int' ? 1 : 'any'}
        value={shown}
        aria-invalid={Boolean(wrong)}
        {...(wrong ? { 'aria-describedby': `${id}-wrong` } : {})}
        onChange={(event) => {
          const typed = event.currentTarget.value;
          setText(typed);
          if (!wrongWith(parameter, typed)) set(Number(typed));
        }}
      />
      {wrong && (
        <small id={`${id}-wrong`} className="fall">
          {wrong}
        </small>
      )}
    </>
  );
}

function PaneChoice({ study, studies, change }: Changing & { studies: readonly Study[] }) {
  const id = useId();
  const others = studies.filter((other) => other.id !== study.id && other.pane === null);
  return (
    <label className="form-row" htmlFor={id}>
      <span>Pane</span>
      <select
        id={id}
        className="field"
        value={study.pane ?? ''}
        onChange={(event) => change({ pane: event.currentTarget.value || null })}
      >
        <option value="">Where it belongs</option>
        <option value="price">With the prices</option>
        <option value={study.id}>A pane of its own</option>
        {others.map((other) => (
          <option key={other.id} value={other.id}>
            With {titleOf([other.name, ...Object.values(other.parameters)].join(' '))}
          </option>
        ))}
      </select>
    </label>
  );
}

function Colours({ desk, info, study, change }: Changing & { desk: Desk; info: IndicatorInfo }) {
  const [theme] = useState(() => readTheme());
  const rows = desk.view.get()?.legend.get() ?? [];
  const values = rows.find(({ id }) => id === study.id)?.values ?? [];
  const outputs = lookOf(info.name, info.outputs).outputs.filter(({ isSilent }) => !isSilent);
  return (
    <fieldset className="swatches">
      <legend>Colours</legend>
      {outputs.map(({ output }) => {
        const shown = values.find(({ label }) => label === output)?.colour ?? '';
        const colour = study.colours[output] ?? (theme[shown] || shown);
        return (
          <label key={output}>
            <input
              type="color"
              className="swatch"
              value={/^#[0-9a-f]{6}$/i.test(colour) ? colour : '#888888'}
              onChange={(event) =>
                change({ colours: { ...study.colours, [output]: event.currentTarget.value } })
              }
            />
            {output.replaceAll('_', ' ')}
          </label>
        );
      })}
    </fieldset>
  );
}
