import type { ComponentProps, ReactNode } from 'react';
import { Icon, type IconName } from './Icon';

type Rest = Omit<ComponentProps<'button'>, 'type' | 'children'>;

/** A button that shows an icon alone and tells its name to who cannot see it, with the key that does the same. */
export function IconButton({
  icon,
  label,
  keys,
  isFilled,
  size,
  ...rest
}: Rest & { icon: IconName; label: string; keys?: string; isFilled?: boolean; size?: number }) {
  return (
    <button
      type="button"
      className="tool"
      aria-label={label}
      title={keys ? `${label} (${keys})` : label}
      {...rest}
    >
      <Icon name={icon} {...(size ? { size } : {})} {...(isFilled ? { isFilled } : {})} />
    </button>
  );
}

export function Button({
  icon,
  children,
  isMain = false,
  ...rest
}: Rest & { icon?: IconName; children: ReactNode; isMain?: boolean }) {
  return (
    <button type="button" className={isMain ? 'button main-button' : 'button'} {...rest}>
      {icon && <Icon name={icon} size={18} />}
      {children}
    </button>
  );
}
