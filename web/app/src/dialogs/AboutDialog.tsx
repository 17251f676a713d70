import notices from '../../../../THIRD_PARTY_NOTICES?raw';
import { useDesk } from '../shell/context';
import { Dialog } from '../ui/Dialog';
import { VERSION } from '../version';
import './dialogs.css';

/** Whose work this is. */
export default function AboutDialog() {
  const desk = useDesk();
  return (
    <Dialog title="About Chandlery" onClose={desk.close}>
      <p>
        Chandlery {VERSION}: a market-data server of your own, and its chart. Licensed under the
        Apache License 2.0.
      </p>
      <p>
        Charts by TradingView Lightweight Charts™, Copyright © 2025 TradingView, Inc.{' '}
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
          https://www.tradingview.com/
        </a>
      </p>
      <h3>Notices and licences</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className="licences" tabIndex={0} aria-label="Notices and licences">
        {notices}
      </section>
    </Dialog>
  );
}
