import { createContext, useContext } from 'react';
import type { Desk } from '../desk';

export const DeskContext = createContext<Desk | null>(null);

/** What the app holds, for every part of it. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('a part of the app was drawn outside of it');
  return desk;
}
