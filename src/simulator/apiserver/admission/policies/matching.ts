// Whether a policy or a binding speaks of a request. Models k8s.io/apiserver/pkg/admission/plugin/policy/matching.
import type { MatchResources, NamedRuleWithOperations } from '../../../../model/generated/admissionregistration.v1.ts';
import type { ResourceInfo } from '../../../../model/resources.ts';
import { StatusError } from '../../../../model/status.ts';
import type { Review } from '../chain.ts';
import { matchedAs, matchesNamespace, matchesObject } from '../webhooks/match.ts';

function byRules(
  rules: readonly NamedRuleWithOperations[] | undefined,
  policy: string | undefined,
  r: Review,
): ResourceInfo | undefined {
  const named = (rules ?? []).filter(
    ({ resourceNames = [] }) => resourceNames.length === 0 || resourceNames.includes(r.name),
  );
  return matchedAs(named, policy, r);
}

/** The version of the resource that is meant; undefined where the request is not. @throws StatusError */
export function matches(match: MatchResources | undefined, r: Review): ResourceInfo | undefined {
  if (match === undefined) return r.resource;
  let missing: StatusError | undefined;
  try {
    if (!matchesNamespace(match.namespaceSelector, r)) return undefined;
  } catch (e) {
    if (!(e instanceof StatusError)) throw e;
    missing = e;
  }
  if (!matchesObject(match.objectSelector, r)) return undefined;
  if (byRules(match.excludeResourceRules, match.matchPolicy, r) !== undefined) return undefined;
  const open = (match.resourceRules ?? []).length === 0;
  const as = open ? r.resource : byRules(match.resourceRules, match.matchPolicy, r);
  // A namespace that is missing matters only to those who would be asked.
  if (as !== undefined && missing !== undefined) throw missing;
  return as;
}
