import type { ReactNode } from 'react';

/** A text with what was typed marked in it. */
export function marked(text: string, typed: string): ReactNode {
  const query = typed.trim().toLowerCase();
  const at = query ? text.toLowerCase().indexOf(query) : -1;
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <b>{text.slice(at, at + query.length)}</b>
      {text.slice(at + query.length)}
    </>
  );
}
