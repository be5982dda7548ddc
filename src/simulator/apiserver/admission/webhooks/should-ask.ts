// The conditions of a webhook, cheapest first. Models generic/webhook.go's ShouldCallHook.
import type { ResourceInfo } from '../../../../model/resources.ts';
import { forbidden, StatusError } from '../../../../model/status.ts';
import type { Authorizer } from '../../authz/attributes.ts';
import { evaluateMatchConditions } from '../../cel/match-conditions.ts';
import type { Review } from '../chain.ts';
import type { Hook } from './hooks.ts';
import { matchedAs, matchesNamespace, matchesObject } from './match.ts';

/** The version in which to ask; undefined where the webhook has no say in the request. */
export function shouldAsk({ webhook }: Hook, r: Review, authorizer: Authorizer): ResourceInfo | undefined {
  const problem = namespaceProblem(webhook.namespaceSelector, r);
  if (problem === 'other' || !matchesObject(webhook.objectSelector, r)) return undefined;
  const as = matchedAs(webhook.rules, webhook.matchPolicy, r);
  // A namespace that is missing matters only to those who would be asked.
  if (as !== undefined && problem instanceof StatusError) throw problem;
  if (as === undefined) return undefined;
  const met = evaluateMatchConditions(webhook.matchConditions, r, as, authorizer, webhook.failurePolicy);
  if ('error' in met)
    throw new StatusError(forbidden({ group: r.resource.group, resource: r.resource.plural }, r.name, met.error));
  return met.matches ? as : undefined;
}

function namespaceProblem(
  selector: Parameters<typeof matchesNamespace>[0],
  r: Review,
): StatusError | 'other' | undefined {
  try {
    return matchesNamespace(selector, r) ? undefined : 'other';
  } catch (e) {
    if (e instanceof StatusError) return e;
    throw e;
  }
}
