// Objects of a real cluster as steps name them.
import type { KubeObject } from '../model/object.ts';
import { resourceForKind, splitApiVersion } from '../model/resources.ts';
import { type ObjectKey, objectKey } from '../trace/fold.ts';
import type { ObjectRef } from '../trace/step.ts';

/** What is empty is left out. */
export function refOf(of: {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly uid?: string | undefined;
}): ObjectRef {
  const { group, resource, kind, namespace = '', name, uid = '' } = of;
  return {
    group,
    resource,
    kind,
    ...(namespace === '' ? {} : { namespace }),
    name,
    ...(uid === '' ? {} : { uid }),
  };
}

/** Keys of the objects that own it. */
export function ownersOf(object: KubeObject | undefined): ObjectKey[] {
  const { ownerReferences = [], namespace } = object?.metadata ?? {};
  return ownerReferences.map(({ apiVersion, kind, name }) => {
    const { group } = splitApiVersion(apiVersion);
    const known = resourceForKind(apiVersion, kind);
    const resource = known?.plural ?? `${kind.toLowerCase()}s`;
    return objectKey(refOf({ group, resource, kind, name, namespace: known?.namespaced === false ? '' : namespace }));
  });
}
