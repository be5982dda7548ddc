// Claims and Ingresses without a class get the default one. Models plugin/pkg/admission/storage/storageclass/setdefault and
// plugin/pkg/admission/network/defaultingressclass.
import type { PersistentVolumeClaim } from '../../../model/generated/core.v1.ts';
import type { Ingress } from '../../../model/generated/networking.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { forbidden } from '../../../model/status.ts';
import { type Context, refuse } from '../context.ts';
import type { Plugin } from './chain.ts';

/** Classes that an annotation marks as the default, the newest first; of equal age the first by name. */
function defaults(ctx: Context, prefix: string, annotation: string): KubeObject[] {
  const found: KubeObject[] = [];
  for (const kv of ctx.core.store.range(prefix)) {
    if (kv.value.metadata.annotations?.[annotation] === 'true') found.push(kv.value);
  }
  const created = (o: KubeObject): string => o.metadata.creationTimestamp ?? '';
  return found.sort((a, b) => (created(a) === created(b) ? 0 : created(a) < created(b) ? 1 : -1));
}

const STORAGE_DEFAULTS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

export const defaultStorageClass: Plugin = {
  name: 'DefaultStorageClass',
  handles: (r) => r.operation === 'CREATE' && r.resource.plural === 'persistentvolumeclaims' && r.subresource === '',
  mutate: (r) => {
    const claim = r.object as PersistentVolumeClaim;
    const annotated = claim.metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined;
    if (claim.spec?.storageClassName !== undefined || annotated) return undefined;
    const [found] = STORAGE_DEFAULTS.flatMap((a) => defaults(r.ctx, '/registry/storageclasses/', a));
    if (found === undefined) return undefined;
    const storageClassName = found.metadata.name ?? '';
    const object = { ...claim, spec: { ...claim.spec, storageClassName } } as KubeObject;
    return { object, note: `chose the default class ${storageClassName}` };
  },
};

const INGRESS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class';
const INGRESS_ANNOTATION = 'kubernetes.io/ingress.class';

export const defaultIngressClass: Plugin = {
  name: 'DefaultIngressClass',
  handles: (r) => r.operation === 'CREATE' && r.resource.plural === 'ingresses' && r.subresource === '',
  mutate: (r) => {
    const ingress = r.object as Ingress;
    if (ingress.spec?.ingressClassName !== undefined) return undefined;
    if (ingress.metadata?.annotations?.[INGRESS_ANNOTATION] !== undefined) return undefined;
    const found = defaults(r.ctx, '/registry/ingressclasses/', INGRESS_DEFAULT);
    const [first, second] = found;
    if (first === undefined) return undefined;
    if (second !== undefined && first.metadata.creationTimestamp === second.metadata.creationTimestamp) {
      const why = `${found.length} default IngressClasses were found, only 1 allowed`;
      refuse(forbidden({ group: 'networking.k8s.io', resource: 'ingresses' }, ingress.metadata?.name ?? '', why));
    }
    const ingressClassName = first.metadata.name ?? '';
    const object = { ...ingress, spec: { ...ingress.spec, ingressClassName } } as KubeObject;
    return { object, note: `chose the default class ${ingressClassName}` };
  },
};
