// Decay for display: live figures, curves and time lines. Every decision is made by the services, from the same half-lives.
import type { CalibratedActivity } from '../generated/doseline/common/v1/activity_pb';
import { halfLifeSeconds } from '../generated/nuclides';
import { millis } from './time';

/** Activity in becquerels at an instant (ms since 1970), or null when the nuclide or the reference is not known. */
export function activityAt(activity: CalibratedActivity | undefined, atMs: number): number | null {
  const halfLife = activity && halfLifeSeconds[activity.nuclide];
  const reference = millis(activity?.referenceTime);
  if (!activity || !halfLife || reference === null) return null;
  return activity.activityBq * 2 ** (-(atMs - reference) / 1000 / halfLife);
}

/** Factor by which an activity falls over a span of milliseconds; 1 for a nuclide that is not known. */
export function decayFactor(nuclide: string, spanMs: number): number {
  const halfLife = halfLifeSeconds[nuclide];
  return halfLife ? 2 ** (-spanMs / 1000 / halfLife) : 1;
}
