// Admission plugins of a few lines each.
import type { Binding, Node, PersistentVolumeClaim, Pod } from '../../../model/generated/core.v1.ts';
import type { StorageClass } from '../../../model/generated/storage.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { compareQuantities, quantity } from '../../../model/quantity.ts';
import { forbidden } from '../../../model/status.ts';
import type { Mutation, Plugin, Review } from './chain.ts';

const TOPOLOGY = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** The labels of a node's place that its pods get; what a pod says of itself stays. */
function withPlace(r: Review, o: KubeObject, node: string): Mutation | undefined {
  const found = r.ctx.core.store.get(`/registry/minions/${node}`)?.value as Node | undefined;
  const own = o.metadata.labels ?? {};
  const place = TOPOLOGY.flatMap((k) => {
    const value = found?.metadata?.labels?.[k];
    return value === undefined || Object.hasOwn(own, k) ? [] : [[k, value]];
  });
  if (place.length === 0) return undefined;
  const labels = { ...own, ...Object.fromEntries(place) };
  const object = { ...o, metadata: { ...o.metadata, labels } };
  return { object, note: `copied ${place.length} topology labels of the node` };
}

/** A pod learns the zone of its node. Models plugin/pkg/admission/podtopologylabels. */
export const podTopologyLabels: Plugin = {
  name: 'PodTopologyLabels',
  handles: (r) => r.operation === 'CREATE' && r.resource.plural === 'pods' && ['', 'binding'].includes(r.subresource),
  mutate: (r) => {
    if (r.subresource === '') {
      const pod = r.object as Pod;
      return pod.spec?.nodeName ? withPlace(r, pod, pod.spec.nodeName) : undefined;
    }
    const binding = r.object as KubeObject as Binding;
    const { kind, name = '' } = binding.target;
    return kind === 'Node' ? withPlace(r, binding as KubeObject, name) : undefined;
  },
};

/** Only growing, and only where the class allows it. Models plugin/pkg/admission/storage/persistentvolume/resize. */
export const persistentVolumeClaimResize: Plugin = {
  name: 'PersistentVolumeClaimResize',
  handles: (r) => r.operation === 'UPDATE' && r.resource.plural === 'persistentvolumeclaims' && r.subresource === '',
  validate: (r) => {
    const [now, old] = [r.object as PersistentVolumeClaim, r.old as PersistentVolumeClaim];
    const size = (c: PersistentVolumeClaim) => quantity(c.spec?.resources?.requests?.storage ?? 0);
    if (compareQuantities(size(now), size(old)) <= 0) return undefined;
    const no = (why: string) => forbidden({ group: '', resource: 'persistentvolumeclaims' }, r.name, why);
    if (old.status?.phase !== 'Bound') return no('Only bound persistent volume claims can be expanded');
    const name = now.spec?.storageClassName ?? '';
    const found = r.ctx.core.store.get(`/registry/storageclasses/${name}`)?.value as StorageClass | undefined;
    if (found?.allowVolumeExpansion) return undefined;
    return no(
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  },
};
