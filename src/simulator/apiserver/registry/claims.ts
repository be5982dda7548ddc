// What a PersistentVolumeClaim is filled from stands in two fields that say the same.
// Models pkg/api/persistentvolumeclaim/util.go and pkg/registry/core/persistentvolumeclaim (v1.36).
import type { PersistentVolumeClaimSpec } from '../../../model/generated/core.v1.ts';
import { type Obj, part, type Strategy } from './strategy.ts';

type Spec = Partial<PersistentVolumeClaimSpec>;

/** What the older field may name; other kinds are dropped without a word. */
function isClaimOrSnapshot({ dataSource }: Spec): boolean {
  const { apiGroup = '', kind } = dataSource ?? {};
  return apiGroup === ''
    ? kind === 'PersistentVolumeClaim'
    : apiGroup === 'snapshot.storage.k8s.io' && kind === 'VolumeSnapshot';
}

function withSources(spec: Spec, old: Spec): Spec {
  const { dataSource, dataSourceRef, ...rest } = spec;
  // A source in another namespace takes a feature gate that is off by default.
  const ref = dataSourceRef?.namespace && !old.dataSourceRef ? undefined : dataSourceRef;
  const kept = ref || old.dataSource || old.dataSourceRef || isClaimOrSnapshot(spec) ? dataSource : undefined;
  const from = kept ?? (ref?.namespace ? undefined : ref);
  const to = ref ?? kept;
  return { ...rest, ...(from && { dataSource: from }), ...(to && { dataSourceRef: to }) };
}

const filled = (o: Obj, old?: Obj): Obj => ({
  ...o,
  spec: withSources(part(o, 'spec') as Spec, old ? (part(old, 'spec') as Spec) : {}),
});

export const claims: Strategy = {
  create: (o) => ({ ...filled(o), status: { phase: 'Pending' } }),
  update: filled,
  returnsDeleted: true,
};
