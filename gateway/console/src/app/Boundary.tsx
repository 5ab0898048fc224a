import { Component, type ReactNode } from 'react';
import { onReturn } from '../api/freshness';
import { texts } from '../text/en';

const isAway = (fault: Error): boolean => /dynamically imported|module script|importing a module|preload CSS/i.test(fault.message);

/** A screen that fails says so and leaves the others alone. */
export class Boundary extends Component<{ children: ReactNode }, { fault: Error | null }> {
  override state: { fault: Error | null } = { fault: null };

  static getDerivedStateFromError(fault: Error) {
    return { fault };
  }

  // A screen that could not be fetched did not fail: it is fetched when the platform is there again.
  private stop: (() => void) | undefined;

  override componentDidUpdate() {
    if (this.state.fault && isAway(this.state.fault)) this.stop ??= onReturn(() => location.reload());
  }

  override componentWillUnmount() {
    this.stop?.();
  }

  override render() {
    if (!this.state.fault) return this.props.children;
    if (isAway(this.state.fault)) {
      return (
        <div className="screen">
          <div className="note stop refusals" role="alert"><h1>{texts.shell.away}</h1><p>{texts.shell.awayHint}</p></div>
        </div>
      );
    }
    return (
      <div className="screen">
        <div className="note stop" role="alert">
          <h1>{texts.problem.crashed}</h1>
          <p>{texts.problem.crashedHint}</p>
          <p className="mono small">{this.state.fault.message}</p>
          <button type="button" className="button" onClick={() => location.reload()}>{texts.problem.reload}</button>
        </div>
      </div>
    );
  }
}
