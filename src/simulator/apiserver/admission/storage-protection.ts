// Volumes in use are not removed. Models plugin/pkg/admission/storage/storageobjectinuseprotection.
import type { Plugin } from './chain.ts';

const FINALIZERS: Record<string, string> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
  volumeattributesclasses: 'kubernetes.io/vac-protection',
};

export const storageObjectInUseProtection: Plugin = {
  name: 'StorageObjectInUseProtection',
  handles: (r) => r.operation === 'CREATE' && r.subresource === '' && r.resource.plural in FINALIZERS,
  mutate: (r) => {
    const finalizer = FINALIZERS[r.resource.plural];
    const finalizers = r.object?.metadata.finalizers ?? [];
    if (r.object === undefined || finalizer === undefined || finalizers.includes(finalizer)) return undefined;
    const metadata = { ...r.object.metadata, finalizers: [...finalizers, finalizer] };
    return { object: { ...r.object, metadata }, note: `added the finalizer ${finalizer}` };
  },
};
