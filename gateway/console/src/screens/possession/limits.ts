// Limits of a site as the screen groups them: licence lines, and rooms with what they hold.
import type { GetPossessionResponse, Headroom } from '../../generated/doseline/inventory/v1/possession_pb';
import type { Room } from '../../generated/doseline/inventory/v1/sites_pb';

/** Categories that a licence counts, in the order of the flow. */
export const categories = [1, 2, 3, 4, 11, 5, 6] as const;

/** A licence line with its number. */
export interface LineLimit {
  readonly licence: string;
  readonly line: string;
  readonly limit: Headroom;
}

/** Licence lines among the limits, in the order given. */
export function linesOf(limits: readonly Headroom[]): LineLimit[] {
  return limits.flatMap((limit) => {
    const match = /^licences\/(.+)\/lines\/(.+)$/.exec(limit.limitId);
    return match ? [{ licence: match[1]!, line: match[2]!, limit }] : [];
  });
}

/** Limits of one room. */
export const ofRoom = (limits: readonly Headroom[], roomId: string): Headroom[] => limits.filter((each) => each.limitId.startsWith(`rooms/${roomId}/`));

/** Becquerels that count against a limit, by category. */
export const byCategory = (limit: Headroom): Map<number, number> => new Map(limit.byCategory.map((share) => [share.category, share.totalBq]));

/** What a room holds, by nuclide. */
export function heldIn(possession: GetPossessionResponse | undefined, roomId: string): (readonly [nuclide: string, bq: number])[] {
  const sums = new Map<string, number>();
  for (const group of possession?.groups ?? []) if (group.roomId === roomId) sums.set(group.nuclide, (sums.get(group.nuclide) ?? 0) + (group.possessed?.activityBq ?? 0));
  return [...sums].filter(([, bq]) => bq > 0).sort((a, b) => b[1] - a[1]);
}

/** Name of a room; its id when it is not known. */
export const roomName = (rooms: readonly Room[] | undefined, roomId: string): string => rooms?.find((room) => room.roomId === roomId)?.name || roomId;
