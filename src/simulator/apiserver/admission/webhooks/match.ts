// Whether a webhook is to be asked about a request. Models k8s.io/apiserver/pkg/admission/plugin/webhook/predicates and
// generic/webhook.go's ShouldCallHook.
import type { RuleWithOperations } from '../../../../model/generated/admissionregistration.v1.ts';
import type { LabelSelector } from '../../../../model/generated/meta.v1.ts';
import { isRecord, type KubeObject } from '../../../../model/object.ts';
import { allResources, type ResourceInfo } from '../../../../model/resources.ts';
import { type Labels, selects } from '../../../../model/selectors.ts';
import { notFound, StatusError } from '../../../../model/status.ts';
import { isCustom } from '../../crd/types.ts';
import type { Review } from '../chain.ts';

const CONFIGURATION_GROUP = 'admissionregistration.k8s.io';

/** Nobody can be kept by a webhook from changing what says which webhooks there are. */
export function isExempt(r: Review): boolean {
  return r.resource.group === CONFIGURATION_GROUP;
}

const isNamespace = (r: ResourceInfo): boolean => r.group === '' && r.plural === 'namespaces';

/** As admission sees it, a Namespace lies in itself. */
export function namespaceOf(r: Review): string {
  return isNamespace(r.resource) ? r.name : r.namespace;
}

function names(list: readonly string[] | undefined, wanted: string): boolean {
  return (list ?? []).some((x) => x === '*' || x === wanted);
}

function namesResource(list: readonly string[] | undefined, plural: string, subresource: string): boolean {
  return (list ?? []).some((x) => {
    const [resource = '', part = ''] = x.split('/');
    return (resource === '*' || resource === plural) && (part === '*' || part === subresource);
  });
}

/** `as`: the resource in the version that the rule may name. */
export function matchesRule(rule: RuleWithOperations, r: Review, as: ResourceInfo = r.resource): boolean {
  if (!names(rule.operations, r.operation)) return false;
  if (!names(rule.apiGroups, as.group) || !names(rule.apiVersions, as.version)) return false;
  if (!namesResource(rule.resources, as.plural, r.subresource)) return false;
  const { scope = '*' } = rule;
  if (scope === '*') return true;
  const namespaced = !isNamespace(r.resource) && namespaceOf(r) !== '';
  return namespaced === (scope === 'Namespaced');
}

/** The same objects under other groups and versions. Models runtime.EquivalentResourceMapper. */
function equivalents(r: Review): ResourceInfo[] {
  const { resource, ctx } = r;
  if (!isCustom(resource)) {
    return allResources().filter((x) => x.etcdPrefix === resource.etcdPrefix && x !== resource);
  }
  return ctx.core.versionsOf(resource).filter((x) => x.version !== resource.version);
}

/** The resource as the first rule that matches names it; undefined where none does. */
export function matchedAs(
  rules: readonly RuleWithOperations[] | undefined,
  matchPolicy: string | undefined,
  r: Review,
): ResourceInfo | undefined {
  if ((rules ?? []).some((rule) => matchesRule(rule, r))) return r.resource;
  if (matchPolicy === 'Exact') return undefined;
  const others = equivalents(r);
  for (const rule of rules ?? []) {
    const found = others.find((as) => matchesRule(rule, r, as));
    if (found !== undefined) return found;
  }
  return undefined;
}

const isEmpty = (s: LabelSelector | undefined): boolean =>
  Object.keys(s?.matchLabels ?? {}).length === 0 && (s?.matchExpressions ?? []).length === 0;

/** Of the object before or after. */
export function matchesObject(selector: LabelSelector | undefined, r: Review): boolean {
  if (isEmpty(selector)) return true;
  const has = (o: KubeObject | undefined): boolean =>
    o !== undefined && isRecord(o.metadata) && selects(selector, o.metadata.labels as Labels);
  return has(r.object) || has(r.old);
}

/** What is in no namespace matches always. @throws StatusError where there is no such namespace. */
export function matchesNamespace(selector: LabelSelector | undefined, r: Review): boolean {
  const namespace = namespaceOf(r);
  if (namespace === '' || isEmpty(selector)) return true;
  return selects(selector, namespaceLabels(r, namespace));
}

function namespaceLabels(r: Review, namespace: string): Labels {
  const own = isNamespace(r.resource) && r.subresource === '' && r.operation !== 'DELETE';
  if (own && r.object !== undefined) return r.object.metadata.labels;
  const found = r.ctx.core.store.get(`/registry/namespaces/${namespace}`)?.value;
  if (found === undefined) throw new StatusError(notFound({ group: '', resource: 'namespaces' }, namespace));
  return found.metadata.labels;
}
