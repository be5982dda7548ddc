// A volume that says its zone can only be used from nodes of that zone. Models pkg/scheduler/framework/plugins/volumezone.
import type { ClusterLookup } from '../framework/cluster.ts';
import { stateKey } from '../framework/cycle-state.ts';
import { Action } from '../framework/events.ts';
import type { Plugin, PreFilterOutcome } from '../framework/plugin.ts';
import { skip, unresolvable } from '../framework/status.ts';
import { VOLUME_ZONE } from './names.ts';
import { ofDelayedClass, ofLabels, ofOwnClaim } from './volume-hints.ts';
import { claimNames, missingClaim, waitsForConsumer } from './volumes.ts';

const CONFLICT = unresolvable(VOLUME_ZONE, 'node(s) had no available volume zone');
const SKIP: PreFilterOutcome = { status: skip(VOLUME_ZONE) };

const LABELS = [
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
];

interface Wanted {
  readonly label: string;
  readonly values: readonly string[];
}

const ZONES = stateKey<readonly Wanted[]>();

export function volumeZone(cluster: ClusterLookup): Plugin {
  return {
    name: VOLUME_ZONE,
    events: [
      { resource: 'StorageClass', actions: Action.add, hint: ofDelayedClass },
      { resource: 'Node', actions: Action.add | Action.updateNodeLabel },
      { resource: 'PersistentVolumeClaim', actions: Action.add | Action.update, hint: ofOwnClaim },
      { resource: 'PersistentVolume', actions: Action.add | Action.update, hint: ofLabels(LABELS) },
    ],
    preFilter(state, pod) {
      const wanted: Wanted[] = [];
      for (const name of claimNames(pod)) {
        const claim = cluster.claim(pod.namespace, name);
        if (claim === undefined) return { status: unresolvable(VOLUME_ZONE, missingClaim(name)) };
        const bound = claim.spec?.volumeName;
        if (!bound) {
          if (waitsForConsumer(claim, cluster)) continue;
          return { status: unresolvable(VOLUME_ZONE, 'PersistentVolume had no name') };
        }
        const volume = cluster.volume(bound);
        if (volume === undefined) {
          return { status: unresolvable(VOLUME_ZONE, `persistentvolume "${bound}" not found`) };
        }
        const labels = volume.metadata.labels ?? {};
        for (const label of LABELS) {
          const value = labels[label];
          if (value !== undefined) wanted.push({ label, values: value.split('__') });
        }
      }
      if (wanted.length === 0) return SKIP;
      state.write(ZONES, wanted);
      return undefined;
    },
    filter(state, _pod, node) {
      // A cluster of one zone labels nothing; then nothing can conflict.
      if (!LABELS.some((l) => node.labels[l] !== undefined)) return undefined;
      for (const { label, values } of state.read(ZONES) ?? []) {
        const value = node.labels[label] ?? node.labels[label.replace('failure-domain.beta', 'topology')];
        if (value === undefined || !values.includes(value)) return CONFLICT;
      }
      return undefined;
    },
  };
}
