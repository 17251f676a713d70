import { DrawingLayer } from '@chandlery/chart-core/drawings';
import { useSignal } from '@chandlery/react';
import { useEffect, useState } from 'react';
import type { Desk } from '../desk';
import { DrawingTools } from './tools';

/** The browser's, asked for only when it is used: where it is closed, to name it is an error already. */
const STORAGE: ConstructorParameters<typeof DrawingLayer>[0]['storage'] = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, value),
  removeItem: (key) => localStorage.removeItem(key),
};

/** Lays drawings over the chart, and shows what there is to draw with. */
export default function Toolbar({ desk }: { desk: Desk }) {
  const view = useSignal(desk.view);
  const [layer, setLayer] = useState<DrawingLayer | null>(null);
  useEffect(() => {
    if (!view) return;
    const own = new DrawingLayer({ symbol: () => view.symbol, storage: STORAGE });
    view.attach(own);
    setLayer(own);
    return () => {
      view.detach(own);
      setLayer(null);
    };
  }, [view]);
  return (
    layer && <DrawingTools layer={layer} undo={desk.undo} symbol={() => desk.layout.get().symbol} />
  );
}
