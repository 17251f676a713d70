import { Component, type ReactNode } from 'react';
import './boundary.css';

interface Way {
  readonly label: string;
  readonly go: () => void;
}

interface Given {
  readonly children: ReactNode;
  /** Ways out beside trying again and loading the page again. */
  readonly ways?: readonly Way[];
  /** Told of the fault, to put away what cannot be shown. */
  readonly failed?: () => void;
}

const RELOAD: Way = { label: 'Load the page again', go: () => location.reload() };

/** Where a part of the page cannot be drawn, says so in its place: the rest of the page goes on. */
export class Boundary extends Component<Given, { fault: unknown }> {
  override state = { fault: null };

  static getDerivedStateFromError(fault: unknown): { fault: unknown } {
    return { fault: fault ?? 'unknown' };
  }

  /** For whoever is to mend it: the console has the places it came through. */
  override componentDidCatch(fault: unknown): void {
    console.error(fault);
    this.props.failed?.();
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === null) return this.props.children;
    const again = { label: 'Try again', go: () => this.setState({ fault: null }) };
    return <Fault fault={fault} ways={[again, ...(this.props.ways ?? []), RELOAD]} />;
  }
}

function Fault({ fault, ways }: { fault: unknown; ways: readonly Way[] }) {
  return (
    <section className="fault" role="alert">
      <h2>This cannot be shown</h2>
      <p>The app failed here: {String(fault)}</p>
      <div className="fault-ways">
        {ways.map(({ label, go }) => (
          <button key={label} type="button" className="button" onClick={go}>
            {label}
          </button>
        ))}
      </div>
    </section>
  );
}
