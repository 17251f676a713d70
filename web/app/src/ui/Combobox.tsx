import { type ReactNode, type RefObject, useId, useLayoutEffect, useRef } from 'react';

/** One thing of a list that is chosen by typing. */
export interface Option {
  readonly key: string;
  readonly content: ReactNode;
  /** Begins a group, under this name. */
  readonly heading?: string;
  readonly isChosen?: boolean;
}

interface Given {
  readonly label: string;
  readonly placeholder: string;
  readonly text: string;
  readonly options: readonly Option[];
  readonly active: number;
  readonly isBusy?: boolean;
  readonly onType: (text: string) => void;
  readonly onActive: (index: number) => void;
  readonly onChoose: (index: number) => void;
  /** What stands below the list, or instead of it. */
  readonly children?: ReactNode;
}

const PAGE = 8;

/** A field with its list of options: the focus stays in the field, the arrows go through the list. */
export function Combobox(given: Given) {
  const { label, placeholder, text, options, active, isBusy, children } = given;
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useInView(list, active);
  useCursorAtEnd(field);
  const isOpen = options.length > 0;
  return (
    <>
      <input
        ref={field}
        className="field combobox-field"
        type="text"
        role="combobox"
        data-first
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-busy={isBusy}
        {...(isOpen ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        placeholder={placeholder}
        value={text}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        enterKeyHint="go"
        onChange={(event) => given.onType(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (!pressed(event.key, given)) return;
          event.preventDefault();
        }}
      />
      <div ref={list} id={`${id}-list`} className="options" role="listbox" aria-label={label}>
        {options.map((option, index) => (
          <Row
            key={option.key}
            id={`${id}-${index}`}
            option={option}
            isActive={index === active}
            onActive={() => given.onActive(index)}
            onChoose={() => given.onChoose(index)}
          />
        ))}
      </div>
      {children}
    </>
  );
}

function Row({
  id,
  option,
  isActive,
  onActive,
  onChoose,
}: {
  id: string;
  option: Option;
  isActive: boolean;
  onActive: () => void;
  onChoose: () => void;
}) {
  return (
    <>
      {option.heading && (
        <div className="options-heading" role="presentation">
          {option.heading}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and the keys */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the field has the focus and the keys */}
      <div
        id={id}
        role="option"
        aria-selected={isActive}
        className={option.isChosen ? 'option is-chosen' : 'option'}
        onPointerMove={onActive}
        onClick={onChoose}
      >
        {option.content}
      </div>
    </>
  );
}

/** Returns whether the key was for the list. */
function pressed(key: string, { options, active, onActive, onChoose }: Given): boolean {
  const last = options.length - 1;
  const to: Readonly<Record<string, number>> = {
    ArrowDown: active >= last ? 0 : active + 1,
    ArrowUp: active <= 0 ? last : active - 1,
    PageDown: Math.min(last, active + PAGE),
    PageUp: Math.max(0, active - PAGE),
  };
  if (key === 'Enter') {
    onChoose(active);
    return true;
  }
  const next = to[key];
  if (next === undefined || last < 0) return false;
  onActive(next);
  return true;
}

function useInView(list: RefObject<HTMLElement | null>, active: number): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: each other option is brought into view
  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
}

/** What was typed to open it stays, and more is typed behind it. */
function useCursorAtEnd(field: RefObject<HTMLInputElement | null>): void {
  useLayoutEffect(() => {
    const end = field.current?.value.length ?? 0;
    field.current?.setSelectionRange(end, end);
  }, [field]);
}
