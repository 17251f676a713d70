import { type ComponentType, useEffect, useState } from 'react';
import { say } from '../ui/Toasts';

interface Wanted {
  /** Called where the code cannot be loaded. */
  readonly missing?: () => void;
}

/**
 * A component whose code is loaded when it is first shown. A server that was updated no longer has
 * what the page of before asks for, and networks fail: then that is said, and whoever shows it again
 * has it asked for again.
 */
export function onDemand<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props & Wanted> {
  let known: ComponentType<Props> | null = null;
  return function OnDemand({ missing, ...props }: Props & Wanted) {
    const [Part, setPart] = useState(() => known);
    useEffect(() => {
      if (known) return;
      let isWanted = true;
      load().then(
        (module) => {
          known = module.default;
          if (isWanted) setPart(() => known);
        },
        () => {
          if (!isWanted) return;
          tell();
          missing?.();
        },
      );
      return () => {
        isWanted = false;
      };
    }, [missing]);
    return Part && <Part {...(props as unknown as Props)} />;
  };
}

export function tell(): void {
  say('This part of the app cannot be loaded: the server was updated, or cannot be reached', {
    label: 'Load the page again',
    run: () => location.reload(),
  });
}
