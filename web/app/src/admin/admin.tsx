import { type ComponentType, useEffect, useRef, useState } from 'react';
import { apiBase, basePath } from '../place';
import { signOut } from '../session';
import { Boundary } from '../ui/Boundary';
import { useAction, usePolled } from './polled';
import { CoverageSection } from './sections/coverage';
import { FeedsSection } from './sections/feeds';
import { KeysSection } from './sections/keys';
import { MarketsSection } from './sections/markets';
import { Overview } from './sections/overview';
import { QualitySection } from './sections/quality';
import { RollupsSection } from './sections/rollups';
import { StorageSection } from './sections/storage';
import { TasksSection } from './sections/tasks';
import { SignIn } from './signin';
import { Do, Trouble } from './ui';

const SECTIONS: readonly (readonly [string, string, ComponentType])[] = [
  ['overview', 'Overview', Overview],
  ['feeds', 'Feeds', FeedsSection],
  ['tasks', 'Tasks', TasksSection],
  ['rollups', 'Roll-ups', RollupsSection],
  ['coverage', 'Coverage', CoverageSection],
  ['markets', 'Markets', MarketsSection],
  ['quality', 'Data quality', QualitySection],
  ['keys', 'Keys', KeysSection],
  ['storage', 'Storage', StorageSection],
];
const ASKED_MS = 60_000;

async function leave(): Promise<void> {
  await signOut(apiBase());
  window.location.reload();
}

/** The administration: one section at a time, each with an address of its own. */
export function Admin() {
  const [name, go] = useSection();
  const allowed = usePolled<unknown>('/api/v1/admin/tasks', ASKED_MS);
  const nav = useRef<HTMLElement>(null);
  // Narrow screens show a part of the row.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the name says which one is the current
  useEffect(() => {
    const current = nav.current?.querySelector('[aria-current]');
    current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [name]);
  const leaving = useAction();
  const Section = SECTIONS.find(([key]) => key === name)?.[2] ?? Overview;
  return (
    <>
      <header className="top">
        <a href={basePath()} className="brand">
          Chandlery
        </a>
        <nav aria-label="Administration" ref={nav}>
          {SECTIONS.map(([key, title]) => (
            <a
              key={key}
              href={`${basePath()}admin/${key}`}
              aria-current={key === name ? 'page' : undefined}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                event.preventDefault();
                go(key);
              }}
            >
              {title}
            </a>
          ))}
        </nav>
        <Do action={leaving} work={leave}>
          Sign out
        </Do>
        <Trouble error={leaving.error} />
      </header>
      <main>
        {allowed.isRefused ? (
          <SignIn done={allowed.again} error={allowed.error} />
        ) : (
          (allowed.value !== null || allowed.error) && (
            <Boundary key={name}>
              <Section />
            </Boundary>
          )
        )}
      </main>
    </>
  );
}

function useSection(): [string, (name: string) => void] {
  const [name, setName] = useState(nameInAddress);
  useEffect(() => {
    const look = () => setName(nameInAddress());
    window.addEventListener('popstate', look);
    return () => window.removeEventListener('popstate', look);
  }, []);
  const go = (to: string) => {
    window.history.pushState(null, '', `${basePath()}admin/${to}`);
    setName(to);
  };
  useEffect(() => {
    const title = SECTIONS.find(([key]) => key === name)?.[1] ?? 'Overview';
    document.title = `${title} · Chandlery`;
  }, [name]);
  return [name, go];
}

function nameInAddress(): string {
  const after = window.location.pathname.slice(basePath().length).split('/');
  return SECTIONS.find(([key]) => key === after[1])?.[0] ?? 'overview';
}
