// Fields that a write cannot set, because the resource's strategy puts the stored ones back: whoever writes them does not get to
// own them. Models the GetResetFields of the strategies in pkg/registry.
import { resourceForKind } from '../../../../model/resources.ts';
import { type FieldSet, MEMBER } from './set.ts';

const STATUS: FieldSet = { 'f:status': MEMBER };
const SPEC: FieldSet = { 'f:spec': MEMBER };

/** Where the rule below does not say it all. */
const SPECIAL: { readonly [kindAndSubresource: string]: FieldSet } = {
  'Deployment/status': { 'f:spec': MEMBER, 'f:metadata': { 'f:labels': MEMBER } },
  'Pod/status': { 'f:spec': MEMBER, 'f:metadata': { 'f:deletionTimestamp': MEMBER, 'f:ownerReferences': MEMBER } },
  'CustomResourceDefinition/status': { 'f:spec': MEMBER, 'f:metadata': MEMBER },
  'Namespace/finalize': STATUS,
  'Pod/ephemeralcontainers': STATUS,
  'Pod/resize': STATUS,
};

/** The main resource resets status where that is a subresource; the status subresource resets spec. */
export function resetFieldsOf(apiVersion: string, kind: string, subresource: string): FieldSet | undefined {
  const special = SPECIAL[`${kind}/${subresource}`];
  if (special) return special;
  if (subresource === 'status' || subresource === 'approval') return SPEC;
  if (subresource) return undefined;
  const hasStatus = resourceForKind(apiVersion, kind)?.subresources.some((s) => s.name === 'status');
  return hasStatus ? STATUS : undefined;
}
