// Claims that wait for their first pod are bound where the pod goes: finds a volume that fits the claim and the node, or a
// class that can make one there. Models pkg/scheduler/framework/plugins/volumebinding.
import type { Process } from '../../../kernel/process.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../model/generated/core.v1.ts';
import { controllerOf, keyOf } from '../../../model/object.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import { stateKey } from '../framework/cycle-state.ts';
import { Action } from '../framework/events.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import type { Plugin, PreFilterOutcome } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { failure, type Status, skip, unresolvable } from '../framework/status.ts';
import { VOLUME_BINDING } from './names.ts';
import { ofCapacityTracking, ofMoreCapacity, ofOwnClaim, ofTopologies } from './volume-hints.ts';
import { bySize, matchVolume, provision, type VolumeAssumptions } from './volume-match.ts';
import { claimName, isBound, missingClaim, volumeFitsNode, waitsForConsumer } from './volumes.ts';

const BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind";
const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const NO_SPACE = 'node(s) did not have enough free storage';
const NO_VOLUME = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
const SKIP: PreFilterOutcome = { status: skip(VOLUME_BINDING) };
const NOTHING_TO_SCORE = skip(VOLUME_BINDING);
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** What has to be written before the pod can be bound to the node. */
export interface PodVolumes {
  readonly bindings: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[];
  readonly provisions: readonly PersistentVolumeClaim[];
}

/** Writes the bindings and waits until the claims are bound; the answer is the error to report. */
export type BindVolumes = (pod: PodInfo, node: string, volumes: PodVolumes) => Process<string | undefined>;

interface Claims {
  readonly bound: readonly PersistentVolumeClaim[];
  readonly waiting: readonly PersistentVolumeClaim[];
  readonly byNode: Map<string, PodVolumes>;
}

const CLAIMS = stateKey<Claims>();

/** A claim of the pod that stands in the way whatever the node. */
function check(pod: PodInfo, cluster: ClusterLookup): { claims: PersistentVolumeClaim[] } | { error: string } {
  const claims: PersistentVolumeClaim[] = [];
  for (const v of pod.pod.spec?.volumes ?? []) {
    const name = claimName(pod.pod, v);
    if (name === undefined) continue;
    const claim = cluster.claim(pod.namespace, name);
    if (claim === undefined) {
      const waiting = `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`;
      return { error: v.ephemeral === undefined ? missingClaim(name) : waiting };
    }
    if (claim.status?.phase === 'Lost') {
      return {
        error: `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName}"`,
      };
    }
    if (claim.metadata.deletionTimestamp !== undefined)
      return { error: `persistentvolumeclaim "${name}" is being deleted` };
    if (v.ephemeral !== undefined && controllerOf(claim)?.uid !== pod.pod.metadata.uid) {
      return { error: `PVC ${keyOf(claim)} was not created for pod ${pod.key} (pod is not owner)` };
    }
    claims.push(claim);
  }
  return { claims };
}

function find(claims: Claims, node: NodeInfo, cluster: ClusterLookup, taken: VolumeAssumptions): PodVolumes | string[] {
  const reasons = new Set<string>();
  for (const claim of claims.bound) {
    const volume = cluster.volume(claim.spec?.volumeName ?? '');
    if (volume === undefined) reasons.add(NO_VOLUME);
    else if (!volumeFitsNode(volume, node.labels, node.name)) reasons.add(NODE_CONFLICT);
  }
  const bindings: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = [];
  const provisions: PersistentVolumeClaim[] = [];
  const used = new Set<string>();
  const selected = claims.waiting.filter((c) => c.metadata.annotations?.[SELECTED_NODE] !== undefined);
  if (selected.some((c) => c.metadata.annotations?.[SELECTED_NODE] !== node.name)) return [...reasons, BIND_CONFLICT];
  const unmatched: PersistentVolumeClaim[] = [];
  for (const claim of bySize(claims.waiting.filter((c) => !selected.includes(c)))) {
    const volume = matchVolume(claim, node, cluster, taken, used);
    if (volume === undefined) unmatched.push(claim);
    else {
      used.add(volume.metadata.name ?? '');
      bindings.push({ claim, volume });
    }
  }
  for (const claim of [...selected, ...unmatched]) {
    const can = provision(claim, node, cluster);
    if (can !== 'can') return [...reasons, can === 'full' ? NO_SPACE : BIND_CONFLICT];
    provisions.push(claim);
  }
  return reasons.size > 0 ? [...reasons] : { bindings, provisions };
}

export function volumeBinding(cluster: ClusterLookup, taken: VolumeAssumptions, bind?: BindVolumes): Plugin {
  return {
    name: VOLUME_BINDING,
    events: [
      { resource: 'StorageClass', actions: Action.add | Action.update, hint: ofTopologies },
      { resource: 'PersistentVolumeClaim', actions: Action.add | Action.update, hint: ofOwnClaim },
      { resource: 'PersistentVolume', actions: Action.add | Action.update },
      { resource: 'Node', actions: Action.add | Action.updateNodeLabel },
      { resource: 'CSINode', actions: Action.add | Action.update },
      { resource: 'CSIDriver', actions: Action.update, hint: ofCapacityTracking },
      { resource: 'CSIStorageCapacity', actions: Action.add | Action.update, hint: ofMoreCapacity },
    ],
    preFilter(state, pod) {
      const checked = check(pod, cluster);
      if ('error' in checked) return { status: unresolvable(VOLUME_BINDING, checked.error) };
      if (checked.claims.length === 0) return SKIP;
      const bound = checked.claims.filter(isBound);
      const rest = checked.claims.filter((c) => !isBound(c));
      const waiting = rest.filter((c) => !c.spec?.volumeName && waitsForConsumer(c, cluster));
      if (waiting.length < rest.length) {
        return { status: unresolvable(VOLUME_BINDING, 'pod has unbound immediate PersistentVolumeClaims') };
      }
      state.write(CLAIMS, { bound, waiting, byNode: new Map() });
      return undefined;
    },
    filter(state, _pod, node): Status | undefined {
      const claims = state.read(CLAIMS);
      if (claims === undefined) return undefined;
      const found = find(claims, node, cluster, taken);
      if (Array.isArray(found)) return unresolvable(VOLUME_BINDING, ...(found as string[]));
      claims.byNode.set(node.name, found as PodVolumes);
      return undefined;
    },
    // Scoring by capacity is behind a feature gate that is off by default (v1.36).
    preScore: () => NOTHING_TO_SCORE,
    score: (_state, _pod, _nodes, scores) => void scores.fill(0),
    reserve(state, _pod, node) {
      for (const { claim, volume } of state.read(CLAIMS)?.byNode.get(node)?.bindings ?? []) taken.take(volume, claim);
      return undefined;
    },
    unreserve(state, _pod, node) {
      for (const { volume } of state.read(CLAIMS)?.byNode.get(node)?.bindings ?? []) taken.release(volume);
    },
    preBindPreFlight(state, _pod, node): boolean {
      const volumes = state.read(CLAIMS)?.byNode.get(node);
      return volumes !== undefined && volumes.bindings.length + volumes.provisions.length > 0;
    },
    *preBind(state, pod, node): Process<Status | undefined> {
      const volumes = state.read(CLAIMS)?.byNode.get(node);
      if (volumes === undefined || volumes.bindings.length + volumes.provisions.length === 0) return undefined;
      const error = bind === undefined ? undefined : yield* bind(pod, node, volumes);
      return error === undefined ? undefined : failure(VOLUME_BINDING, error);
    },
  };
}
