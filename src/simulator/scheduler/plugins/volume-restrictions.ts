// Disks that one pod at a time may use: ReadWriteOncePod claims, and the in-tree disks that cannot be mounted twice.
// Models pkg/scheduler/framework/plugins/volumerestrictions.
import type { Pod, Volume } from '../../../model/generated/core.v1.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import { stateKey } from '../framework/cycle-state.ts';
import { Action, type Hint } from '../framework/events.ts';
import type { Plugin, PreFilterOutcome } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { skip, unresolvable, unschedulable } from '../framework/status.ts';
import { VOLUME_RESTRICTIONS } from './names.ts';
import { ofOwnClaim } from './volume-hints.ts';
import { missingClaim } from './volumes.ts';

const DISK = unschedulable(VOLUME_RESTRICTIONS, 'node(s) had no available disk');
const ONE_POD = unschedulable(
  VOLUME_RESTRICTIONS,
  'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',
);
const SKIP: PreFilterOutcome = { status: skip(VOLUME_RESTRICTIONS) };

interface Exclusive {
  readonly claims: ReadonlySet<string>;
  readonly users: number;
}

const EXCLUSIVE = stateKey<Exclusive>();

function restricted(v: Volume): boolean {
  return !!(v.gcePersistentDisk ?? v.awsElasticBlockStore ?? v.iscsi ?? v.rbd);
}

function conflict(a: Volume, b: Volume): boolean {
  if (a.gcePersistentDisk?.pdName !== undefined && a.gcePersistentDisk.pdName === b.gcePersistentDisk?.pdName) {
    return !(a.gcePersistentDisk.readOnly && b.gcePersistentDisk.readOnly);
  }
  if (a.awsElasticBlockStore !== undefined && a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore?.volumeID) {
    return true;
  }
  if (a.iscsi !== undefined && a.iscsi.iqn === b.iscsi?.iqn) return !(a.iscsi.readOnly && b.iscsi?.readOnly);
  if (a.rbd !== undefined && b.rbd !== undefined) {
    const shared = a.rbd.monitors.some((m) => b.rbd?.monitors.includes(m));
    const same = (a.rbd.pool ?? 'rbd') === (b.rbd.pool ?? 'rbd') && a.rbd.image === b.rbd.image;
    return shared && same && !(a.rbd.readOnly && b.rbd.readOnly);
  }
  return false;
}

function sharesClaim(pod: Pod, other: Pod): boolean {
  if (pod.metadata.namespace !== other.metadata.namespace) return false;
  const names = (other.spec?.volumes ?? []).map((v) => v.persistentVolumeClaim?.claimName);
  return (pod.spec?.volumes ?? []).some((v) => {
    const name = v.persistentVolumeClaim?.claimName;
    return name !== undefined && names.includes(name);
  });
}

export function volumeRestrictions(cluster: ClusterLookup): Plugin {
  const afterDelete = (pod: Pod, previous: unknown): Hint => {
    const other = previous as Pod;
    const disks = (other.spec?.volumes ?? []).some((o) => (pod.spec?.volumes ?? []).some((v) => conflict(v, o)));
    return disks || sharesClaim(pod, other) ? 'Queue' : 'Skip';
  };
  const change = (e: Exclusive | undefined, other: PodInfo, by: 1 | -1): Exclusive | undefined => {
    if (e === undefined) return undefined;
    const names = (other.pod.spec?.volumes ?? []).map(
      (v) => `${other.namespace}/${v.persistentVolumeClaim?.claimName}`,
    );
    return { ...e, users: e.users + by * names.filter((n) => e.claims.has(n)).length };
  };
  return {
    name: VOLUME_RESTRICTIONS,
    events: [
      { resource: 'AssignedPod', actions: Action.delete, hint: afterDelete },
      { resource: 'Node', actions: Action.add },
      { resource: 'PersistentVolumeClaim', actions: Action.add | Action.update, hint: ofOwnClaim },
    ],
    preFilter(state, pod, nodes) {
      const volumes = pod.pod.spec?.volumes ?? [];
      const claims = new Set<string>();
      for (const v of volumes) {
        const name = v.persistentVolumeClaim?.claimName;
        if (name === undefined) continue;
        const claim = cluster.claim(pod.namespace, name);
        if (claim === undefined) return { status: unresolvable(VOLUME_RESTRICTIONS, missingClaim(name)) };
        if (claim.spec?.accessModes?.includes('ReadWriteOncePod')) claims.add(`${pod.namespace}/${name}`);
      }
      if (claims.size === 0 && !volumes.some(restricted)) return SKIP;
      let users = 0;
      for (const n of nodes) for (const c of claims) if (n.usesClaim(c)) users++;
      state.write(EXCLUSIVE, { claims, users });
      return undefined;
    },
    addPod(state, _pod, other) {
      const e = change(state.read(EXCLUSIVE), other, 1);
      if (e !== undefined) state.write(EXCLUSIVE, e);
    },
    removePod(state, _pod, other) {
      const e = change(state.read(EXCLUSIVE), other, -1);
      if (e !== undefined) state.write(EXCLUSIVE, e);
    },
    filter(state, pod, node) {
      const own = (pod.pod.spec?.volumes ?? []).filter(restricted);
      if (own.length > 0) {
        for (const p of node.pods) {
          for (const v of p.pod.spec?.volumes ?? []) if (own.some((o) => conflict(o, v))) return DISK;
        }
      }
      return (state.read(EXCLUSIVE)?.users ?? 0) > 0 ? ONE_POD : undefined;
    },
  };
}
