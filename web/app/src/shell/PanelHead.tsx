import type { ReactNode } from 'react';
import { IconButton } from '../ui/Button';
import { useDesk } from './context';

/** The top of a panel: what it is, what can be added, and its end. */
export function PanelHead({ title, children }: { title: string; children?: ReactNode }) {
  const desk = useDesk();
  return (
    <header className="panel-head">
      <h2>{title}</h2>
      <span className="head-space" />
      {children}
      <IconButton
        icon="close"
        label={`Close ${title.toLowerCase()}`}
        onClick={() => desk.like({ panel: null })}
      />
    </header>
  );
}
