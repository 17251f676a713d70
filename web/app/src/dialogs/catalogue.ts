/** The server's list of indicators, asked once for the page. */

import type { IndicatorInfo } from '@chandlery/chart-core';
import { useEffect, useState } from 'react';
import type { Desk } from '../desk';

let asked: Promise<readonly IndicatorInfo[]> | null = null;

function catalogue(desk: Desk): Promise<readonly IndicatorInfo[]> {
  asked ??= desk.client.indicators().catch((reason: unknown) => {
    asked = null;
    throw reason;
  });
  return asked;
}

export interface Catalogue {
  readonly list: readonly IndicatorInfo[];
  readonly fault: string;
}

export function useCatalogue(desk: Desk): Catalogue {
  const [found, setFound] = useState<Catalogue>({ list: [], fault: '' });
  useEffect(() => {
    let isHere = true;
    catalogue(desk).then(
      (list) => isHere && setFound({ list, fault: '' }),
      (reason: Error) => isHere && setFound({ list: [], fault: reason.message }),
    );
    return () => {
      isHere = false;
    };
  }, [desk]);
  return found;
}

/** What a parameter may be, and what is wrong with a text for it; empty if nothing. */
export function wrongWith(
  { kind, expected, least, most }: IndicatorInfo['parameters'][number],
  text: string,
): string {
  if (kind === 'choice') return '';
  const number = Number(text);
  const isFit =
    text.trim() !== '' &&
    Number.isFinite(number) &&
    (kind !== 'int' || Number.isInteger(number)) &&
    number >= (least ?? Number.NEGATIVE_INFINITY) &&
    number <= (most ?? Number.POSITIVE_INFINITY);
  return isFit ? '' : `${expected[0]?.toUpperCase()}${expected.slice(1)}`;
}
