import { Component, type ReactNode } from 'react';
import { texts } from '../text/en';

/** A screen that fails says so and leaves the others alone. */
export class Boundary extends Component<{ children: ReactNode }, { fault: Error | null }> {
  override state: { fault: Error | null } = { fault: null };

  static getDerivedStateFromError(fault: Error) {
    return { fault };
  }

  override render() {
    if (!this.state.fault) return this.props.children;
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
