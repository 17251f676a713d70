import type { ReactNode } from 'react';

/** A button that shows an icon alone and tells its name to who cannot see it. */
export function Press({
  name,
  isPressed,
  isOff = false,
  act,
  children,
}: {
  name: string;
  isPressed?: boolean;
  isOff?: boolean;
  act: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      className="draw-button"
      aria-label={name}
      title={name}
      aria-pressed={isPressed}
      disabled={isOff}
      onClick={act}
    >
      {children}
    </button>
  );
}
