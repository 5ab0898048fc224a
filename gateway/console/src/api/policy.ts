// Who may call a method and what it demands, read from the method's own declaration, so that screens and services cannot disagree.
import { getOption, type DescMethod } from '@bufbuild/protobuf';
import { PartnerReach, policy as policyOption, type Policy } from '../generated/doseline/common/v1/policy_pb';

/** The policy of a method. */
export const policyOf = (method: DescMethod): Policy => getOption(method, policyOption);

/** True when one of the roles may call the method. */
export function mayCall(method: DescMethod, roles: readonly string[]): boolean {
  const policy = policyOf(method);
  const admitted = policy.anyRole ? roles.filter((role) => role !== 'partner') : roles.filter((role) => policy.roles.includes(role));
  return policy.anybody || admitted.length > 0 || (policy.partner !== PartnerReach.UNSPECIFIED && roles.includes('partner'));
}

/** Roles of people that may call, for telling them whom to ask. */
export const rolesOf = (method: DescMethod): string[] => policyOf(method).roles.filter((role) => !role.startsWith('service:'));

/** True when the method demands an electronic signature; `asked` when the record asks for one where the method leaves it to the record. */
export function needsSignature(method: DescMethod, asked = false): boolean {
  const need = policyOf(method).signature;
  return need !== undefined && (!need.whenAsked || asked);
}
