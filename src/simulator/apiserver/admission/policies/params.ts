// The objects that a binding gives its policy as `params`. Models CollectParams in
// k8s.io/apiserver/pkg/admission/plugin/policy/generic/policy_matcher.go.
import type { ParamKind, ParamRef } from '../../../../model/generated/admissionregistration.v1.ts';
import type { CustomResourceDefinition } from '../../../../model/generated/apiextensions.v1.ts';
import type { KubeObject } from '../../../../model/object.ts';
import { apiVersionOf, type ResourceInfo, resourceForKind, splitApiVersion } from '../../../../model/resources.ts';
import { type Labels, selects } from '../../../../model/selectors.ts';
import { notFound, StatusError } from '../../../../model/status.ts';
import type { Core } from '../../context.ts';
import { toVersion } from '../../convert.ts';
import { DEFINITIONS } from '../../crd/names.ts';
import { rangeOf } from '../../storage.ts';
import type { Review } from '../chain.ts';
import { namespaceOf } from '../webhooks/match.ts';
import { ConfigurationError } from './source.ts';

const DENIED = 'no params found for policy binding with `Deny` parameterNotFoundAction';

/** The resource of a kind, built in or defined. */
export function resourceOfKind(
  core: Core,
  { apiVersion = '', kind = '' }: Partial<ParamKind>,
): ResourceInfo | undefined {
  const builtIn = resourceForKind(apiVersion, kind);
  if (builtIn !== undefined) return builtIn;
  const { group, version } = splitApiVersion(apiVersion);
  for (const kv of core.store.range(DEFINITIONS)) {
    const { spec } = kv.value as CustomResourceDefinition;
    if (spec.group === group && spec.names.kind === kind) return core.resource(group, spec.names.plural, version);
  }
  return undefined;
}

function namespaceFor(resource: ResourceInfo, ref: ParamRef, r: Review): string {
  const { namespace = '' } = ref;
  if (!resource.namespaced) {
    if (namespace === '') return '';
    throw new ConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  const found = namespace || namespaceOf(r);
  if (found !== '') return found;
  throw new ConfigurationError(
    'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
  );
}

/** Why a policy cannot be applied, whatever its bindings say. */
export function paramProblem(core: Core, kind: ParamKind | undefined): string | undefined {
  if (kind === undefined || resourceOfKind(core, kind) !== undefined) return undefined;
  const { apiVersion, kind: name } = kind;
  return `failed to configure policy: failed to find resource referenced by paramKind: '${apiVersion}, Kind=${name}'`;
}

/**
 * The policy is applied once for each; undefined stands for a policy that is applied without any.
 * @throws ConfigurationError
 */
export function collectParams(
  kind: ParamKind | undefined,
  ref: ParamRef | undefined,
  r: Review,
): readonly (KubeObject | undefined)[] {
  if (kind === undefined || ref === undefined) return [undefined];
  const { core } = r.ctx;
  const resource = resourceOfKind(core, kind);
  if (resource === undefined) return [undefined];
  const inNamespace = [...rangeOf(core.store, resource, namespaceFor(resource, ref, r))].map((kv) =>
    toVersion(kv.value, apiVersionOf(resource)),
  );
  const { name = '', selector } = ref;
  const found = inNamespace.filter((o) =>
    name === '' ? selects(selector, o.metadata.labels as Labels) : o.metadata.name === name,
  );
  if (found.length === 0 && ref.parameterNotFoundAction === 'Deny') throw new ConfigurationError(DENIED);
  return found;
}

/** The Namespace that the request is in. @throws StatusError where it is gone. */
export function namespaceObject(r: Review): KubeObject | undefined {
  const isNamespace = r.resource.group === '' && r.resource.plural === 'namespaces';
  const name = isNamespace ? '' : namespaceOf(r);
  if (name === '') return undefined;
  const found = r.ctx.core.store.get(`/registry/namespaces/${name}`)?.value;
  if (found === undefined) throw new StatusError(notFound({ group: '', resource: 'namespaces' }, name));
  return found;
}

/** What a refusal calls the object. Models extractResourceName in k8s.io/apiserver/pkg/admission/errors.go. */
export const nameFor = (r: Review, name = r.name): string => name || r.object?.metadata.generateName || 'Unknown';

/** For whoever reads the step. */
export function paramsText(params: KubeObject | undefined): string {
  return params === undefined ? '' : `, params ${params.kind ?? 'object'} ${JSON.stringify(params.metadata.name)}`;
}
