import {
  DASHES,
  type Drawing,
  type DrawingLayer,
  type Style,
} from '@chandlery/chart-core/drawings';
import { Icon } from './icons';
import { NAMES } from './names';
import { Press } from './Press';

const COLOURS = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `series-${number}`);
const WIDTHS = [1, 2, 3, 4];

/** What the selected drawing looks like, and what may be done to it. */
export function StyleBar({ layer, drawing }: { layer: DrawingLayer; drawing: Drawing }) {
  const { editor } = layer;
  const { style } = drawing;
  const set = (by: Partial<Style>) => editor.change({ style: { ...style, ...by } });
  return (
    <div className="draw-style" role="toolbar" aria-label={`${NAMES[drawing.tool]}: style`}>
      <fieldset className="draw-colours" aria-label="Colour">
        {COLOURS.map((colour, index) => (
          <button
            key={colour}
            type="button"
            className="draw-colour"
            style={{ background: `var(--${colour})` }}
            aria-label={`Colour ${index + 1}`}
            aria-pressed={style.colour === colour}
            onClick={() => set({ colour })}
          />
        ))}
      </fieldset>
      <label>
        <span>Width</span>
        <select
          value={style.width}
          onChange={(event) => set({ width: Number(event.currentTarget.value) })}
        >
          {WIDTHS.map((width) => (
            <option key={width} value={width}>
              {width}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Line</span>
        <select
          value={style.dash}
          onChange={(event) => set({ dash: event.currentTarget.value as Style['dash'] })}
        >
          {DASHES.map((dash) => (
            <option key={dash} value={dash}>
              {dash}
            </option>
          ))}
        </select>
      </label>
      {drawing.tool === 'text' && (
        <Press name="Change the text" act={() => editor.writing.set(drawing.id)}>
          <Icon name="text" />
        </Press>
      )}
      <Press
        name="Lock"
        isPressed={drawing.isLocked}
        act={() => editor.change({ isLocked: !drawing.isLocked })}
      >
        <Icon name="lock" />
      </Press>
      <Press name="Duplicate" act={() => editor.duplicate()}>
        <Icon name="copy" />
      </Press>
      <Press name="Remove" isOff={drawing.isLocked} act={() => editor.remove()}>
        <Icon name="bin" />
      </Press>
    </div>
  );
}
