import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from 'react';
import { IconButton } from './Button';
import { Toasts } from './Toasts';

/**
 * A modal dialog of the browser: it holds the focus, closes with Esc, and gives the focus back.
 * On a phone it is a sheet from below.
 */
export function Dialog({
  title,
  onClose,
  children,
  foot,
  className = '',
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  foot?: ReactNode;
  className?: string;
}) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  const closing = useRef(onClose);
  closing.current = onClose;
  useLayoutEffect(() => {
    const dialog = box.current;
    if (!dialog) return;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => {
      // Its own end, and no wish of the user's: the event comes later.
      closing.current = () => undefined;
      dialog.close();
    };
  }, []);
  useEffect(() => {
    const dialog = box.current;
    const closed = () => closing.current();
    // Pressed and let go outside: a selection that ends outside closes nothing.
    const pressed = (event: PointerEvent) => {
      if (event.target === dialog) dialog?.close();
    };
    dialog?.addEventListener('close', closed);
    dialog?.addEventListener('pointerdown', pressed);
    return () => {
      dialog?.removeEventListener('close', closed);
      dialog?.removeEventListener('pointerdown', pressed);
    };
  }, []);
  return (
    <dialog ref={box} className={`dialog ${className}`} aria-labelledby={id}>
      <div className="dialog-sheet">
        <header className="dialog-head">
          <h2 id={id}>{title}</h2>
          <IconButton icon="close" label="Close" keys="Esc" onClick={onClose} />
        </header>
        <div className="dialog-body">{children}</div>
        <Toasts />
        {foot && <footer className="dialog-foot">{foot}</footer>}
      </div>
    </dialog>
  );
}
