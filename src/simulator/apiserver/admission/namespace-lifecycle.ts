// Nothing is made in a namespace that is not there or is going. Models plugin/namespace/lifecycle/admission.go.
import type { Namespace } from '../../../model/generated/core.v1.ts';
import { forbidden, notFound } from '../../../model/status.ts';
import type { Plugin, Review } from './chain.ts';

/** Namespaces that cannot be deleted. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);
const NAMESPACES = { group: '', resource: 'namespaces' };

function validate(r: Review): ReturnType<NonNullable<Plugin['validate']>> {
  const { operation, resource, namespace, name } = r;
  if (resource.plural === 'namespaces' && resource.group === '') {
    if (operation === 'DELETE' && IMMORTAL.has(name))
      return forbidden(NAMESPACES, name, 'this namespace may not be deleted');
    return undefined;
  }
  if (operation !== 'CREATE' || namespace === '') return undefined;
  const found = r.ctx.core.store.get(`/registry/namespaces/${namespace}`)?.value as Namespace | undefined;
  if (found === undefined) return notFound(NAMESPACES, namespace);
  if (found.status?.phase !== 'Terminating') return undefined;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const status = forbidden({ group: resource.group, resource: resource.plural }, name, why);
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return { ...status, details: { ...status.details, causes: [cause] } };
}

export const namespaceLifecycle: Plugin = {
  name: 'NamespaceLifecycle',
  handles: (r) => r.operation === 'CREATE' || r.operation === 'DELETE',
  // The check stands before the mutating plugins, as upstream's plugin is of both kinds.
  mutate: (r) => {
    const status = validate(r);
    if (status !== undefined) r.ctx.refuse('mutating-admission', status, `NamespaceLifecycle: ${status.message ?? ''}`);
    return undefined;
  },
  validate,
};
