// What a refused call says, for people: every reason with its numbers and the nearest alternative.
import { Code, ConnectError } from '@connectrpc/connect';
import { RefusalsSchema, type RefusalReason } from '../generated/doseline/common/v1/refusal_pb';
import { texts } from '../text/en';

/** Why a call did not succeed. */
export interface Problem {
  /** Connect code in words, for example "failed_precondition". */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
  /** Every reason; empty when the platform could not be asked at all. */
  readonly reasons: readonly RefusalReason[];
  /** Reasons that had no room in the answer. */
  readonly leftOut: number;
  /** True when nobody knows whether the call had its effect: repeating it is safe and is what to do. */
  readonly uncertain: boolean;
  /** True when the caller has to sign in (again). */
  readonly signIn: boolean;
}

const uncertainCodes = new Set([Code.Unavailable, Code.DeadlineExceeded, Code.Unknown, Code.Aborted, Code.Canceled]);

/** Reads the problem out of whatever a call threw. */
export function problemOf(fault: unknown): Problem {
  const error = ConnectError.from(fault);
  const refusals = error.findDetails(RefusalsSchema)[0];
  return {
    code: Code[error.code] ?? 'Unknown',
    message: refusals ? error.rawMessage : plain(error),
    reasons: refusals?.reasons ?? [],
    leftOut: refusals?.leftOut ?? 0,
    uncertain: !refusals && uncertainCodes.has(error.code),
    signIn: error.code === Code.Unauthenticated,
  };
}

/** True when the caller acted on an old version. */
export const isStale = (problem: Problem | null): boolean => problem?.reasons.some((reason) => reason.kind === 'STALE') ?? false;

function plain(error: ConnectError): string {
  if (error.code === Code.Unavailable || error.code === Code.Unknown) return texts.problem.unreachable;
  if (error.code === Code.DeadlineExceeded) return texts.problem.tooSlow;
  if (error.code === Code.Unauthenticated) return texts.problem.signedOut;
  return error.rawMessage;
}
