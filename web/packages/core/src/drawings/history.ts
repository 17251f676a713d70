/** What can be undone: a bounded past, the present, and what was undone. Pure. */

export interface History<State> {
  readonly past: readonly State[];
  readonly present: State;
  readonly future: readonly State[];
}

export const MOST_STEPS = 100;

export const historyOf = <State>(present: State): History<State> => ({
  past: [],
  present,
  future: [],
});

/** Makes another state the present one; what was undone before is forgotten. */
export function advanced<State>(history: History<State>, present: State): History<State> {
  if (present === history.present) return history;
  return { past: [...history.past, history.present].slice(-MOST_STEPS), present, future: [] };
}

export function undone<State>({ past, present, future }: History<State>): History<State> | null {
  const before = past.at(-1);
  if (before === undefined) return null;
  return { past: past.slice(0, -1), present: before, future: [present, ...future] };
}

export function redone<State>({ past, present, future }: History<State>): History<State> | null {
  const [after, ...rest] = future;
  if (after === undefined) return null;
  return { past: [...past, present], present: after, future: rest };
}
