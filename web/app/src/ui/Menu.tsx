import {
  type ComponentProps,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Icon, type IconName } from './Icon';

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  /** A key, or what else belongs at the right. */
  readonly hint?: string;
  /** One of several (`radio`), or on or off by itself (`check`). */
  readonly is?: 'radio' | 'check';
  readonly isOn?: boolean;
  readonly isOff?: boolean;
  /** Begins a group, under this name. */
  readonly heading?: string;
  readonly onSelect: () => void;
}

const GAP = 4;

/** A button that opens a menu below itself; on a phone the menu comes from below. */
export function MenuButton({
  label,
  items,
  children,
  ...rest
}: {
  label: string;
  items: () => readonly MenuItem[];
  children: ReactNode;
} & Omit<ComponentProps<'button'>, 'children' | 'type'>) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = (isBack: boolean) => {
    setOpen(false);
    if (isBack) button.current?.focus();
  };
  return (
    <>
      <button
        type="button"
        className="tool"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={label}
        title={label}
        {...(isOpen ? { 'aria-controls': id } : {})}
        {...rest}
        ref={button}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' || isOpen) return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {children}
      </button>
      {isOpen && button.current && (
        <Menu id={id} label={label} items={items()} at={button.current} close={close} />
      )}
    </>
  );
}

/** The menu itself, hung to an element. `close` is told whether the focus is to go back. */
export function Menu({
  id,
  label,
  items,
  at,
  close,
}: {
  id?: string;
  label: string;
  items: readonly MenuItem[];
  at: HTMLElement | { x: number; y: number };
  close: (isBack: boolean) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const closing = useRef(close);
  closing.current = close;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it hangs where it was opened
  useLayoutEffect(() => {
    const menu = box.current;
    if (!menu) return;
    menu.showPopover?.();
    place(menu, at);
    const first = menu.querySelector<HTMLElement>('[aria-checked="true"]') ?? buttons(menu)[0];
    first?.focus();
  }, []);
  useEffect(() => {
    const outside = (event: Event) => {
      const target = event.target as Node;
      const isOwn = box.current?.contains(target) || (at instanceof Node && at.contains(target));
      if (!isOwn) closing.current(false);
    };
    document.addEventListener('pointerdown', outside, true);
    return () => document.removeEventListener('pointerdown', outside, true);
  }, [at]);
  return (
    <div
      ref={box}
      id={id}
      className="menu"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      popover="manual"
      onKeyDown={(event) => pressed(event, box.current, close)}
    >
      {items.map((item) => (
        <Row key={`${item.heading ?? ''}/${item.label}`} item={item} close={close} />
      ))}
    </div>
  );
}

function Row({ item, close }: { item: MenuItem; close: (isBack: boolean) => void }) {
  const role = { radio: 'menuitemradio', check: 'menuitemcheckbox', plain: 'menuitem' }[
    item.is ?? 'plain'
  ];
  return (
    <>
      {item.heading && (
        <div className="menu-heading" role="presentation">
          {item.heading}
        </div>
      )}
      <button
        type="button"
        className="menu-item"
        role={role}
        tabIndex={-1}
        disabled={item.isOff}
        {...(item.is ? { 'aria-checked': Boolean(item.isOn) } : {})}
        onClick={() => {
          close(true);
          item.onSelect();
        }}
      >
        <span className="menu-mark">
          {item.is && item.isOn && <Icon name="check" size={16} />}
          {!item.is && item.icon && <Icon name={item.icon} size={18} />}
        </span>
        {item.is && item.icon && <Icon name={item.icon} size={18} />}
        <span className="menu-label">{item.label}</span>
        {item.hint && <span className="menu-hint">{item.hint}</span>}
      </button>
    </>
  );
}

function buttons(menu: HTMLElement): HTMLButtonElement[] {
  return [...menu.querySelectorAll<HTMLButtonElement>('.menu-item:not(:disabled)')];
}

function pressed(
  event: KeyboardEvent,
  menu: HTMLElement | null,
  close: (isBack: boolean) => void,
): void {
  if (!menu) return;
  const { key } = event;
  if (key === 'Escape' || key === 'Tab') {
    if (key === 'Escape') event.preventDefault();
    event.stopPropagation();
    close(true);
    return;
  }
  const all = buttons(menu);
  const next = nextOf(key, all, all.indexOf(document.activeElement as HTMLButtonElement));
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
}

/** Where a key moves the focus to: the arrows go round, a letter goes to what begins with it. */
function nextOf(
  key: string,
  all: readonly HTMLButtonElement[],
  now: number,
): HTMLButtonElement | undefined {
  const count = all.length;
  if (key === 'ArrowDown') return all[(now + 1) % count];
  if (key === 'ArrowUp') return all[(now - 1 + count) % count];
  if (key === 'Home') return all[0];
  if (key === 'End') return all[count - 1];
  if (key.length !== 1 || key === ' ') return undefined;
  const turned = [...all.slice(now + 1), ...all.slice(0, now + 1)];
  return turned.find((each) => labelOf(each).startsWith(key.toLowerCase()));
}

function labelOf(button: HTMLElement): string {
  return button.querySelector('.menu-label')?.textContent?.toLowerCase() ?? '';
}

/** Below its button and within the window; above it where there is no room. */
function place(menu: HTMLElement, at: HTMLElement | { x: number; y: number }): void {
  const isNode = at instanceof HTMLElement;
  const box = isNode ? at.getBoundingClientRect() : new DOMRect(at.x, at.y, 0, 0);
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.max(GAP, Math.min(box.left, innerWidth - width - GAP));
  const below = box.bottom + GAP;
  const isBelow = below + height <= innerHeight - GAP || box.top < height + 2 * GAP;
  const top = isBelow
    ? Math.min(below, Math.max(GAP, innerHeight - height - GAP))
    : box.top - GAP - height;
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}
