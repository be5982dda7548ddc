// Admission plugins of a few lines each.

import type { CertificateSigningRequest } from '../../../model/generated/certificates.v1.ts';
import type { Binding, Node, PersistentVolumeClaim } from '../../../model/generated/core.v1.ts';
import type { StorageClass } from '../../../model/generated/storage.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { compareQuantities, quantity } from '../../../model/quantity.ts';
import { forbidden } from '../../../model/status.ts';
import type { Authorizer } from '../authz/attributes.ts';
import type { Plugin, Review } from './chain.ts';

const TOPOLOGY = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** A pod learns the zone of its node. Models plugin/pkg/admission/podtopologylabels. */
export const podTopologyLabels: Plugin = {
  name: 'PodTopologyLabels',
  handles: (r) => r.resource.plural === 'pods' && r.subresource === 'binding',
  mutate: (r) => {
    const binding = r.object as KubeObject as Binding;
    const node = r.ctx.core.store.get(`/registry/minions/${binding.target.name ?? ''}`)?.value as Node | undefined;
    const found = TOPOLOGY.flatMap((k) => {
      const value = node?.metadata?.labels?.[k];
      return value === undefined ? [] : [[k, value]];
    });
    if (found.length === 0) return undefined;
    const labels = { ...binding.metadata?.labels, ...Object.fromEntries(found) };
    const object = { ...binding, metadata: { ...binding.metadata, labels } } as KubeObject;
    return { object, note: `copied ${found.length} topology labels of the node` };
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

/** Approving needs a right of its own on the signer. Models plugin/pkg/admission/certificates/approval. */
export function certificateApproval(authorizer: Authorizer): Plugin {
  const may = (r: Review, signer: string): boolean => {
    const domain = signer.split('/')[0] ?? '';
    return [signer, `${domain}/*`].some((name) => {
      const a = {
        user: r.ctx.user,
        verb: 'approve',
        isResource: true,
        group: 'certificates.k8s.io',
        resource: 'signers',
        subresource: '',
        namespace: '',
        name,
        path: '',
      };
      return authorizer.authorize(a)?.allowed === true;
    });
  };
  return {
    name: 'CertificateApproval',
    handles: (r) => r.resource.plural === 'certificatesigningrequests' && r.subresource === 'approval',
    validate: (r) => {
      const signer = (r.old as unknown as CertificateSigningRequest).spec.signerName;
      if (may(r, signer)) return undefined;
      const why = `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`;
      return forbidden({ group: 'certificates.k8s.io', resource: 'certificatesigningrequests' }, r.name, why);
    },
  };
}
