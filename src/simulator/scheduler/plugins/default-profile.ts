// The plugins of kube-scheduler's default profile, in their order and with their weights.
// Source: pkg/scheduler/apis/config/v1/default_plugins.go. The three limits for in-tree cloud disks are gone since v1.32;
// DynamicResources (v1.34) and NodeDeclaredFeatures (v1.36) are in by default. What is behind gates that are off, such as
// GangScheduling, is not modelled; OpportunisticBatching is on, but pods under the default spreading of PodTopologySpread never
// take part in it.
import type { Random } from '../../../kernel/random.ts';
import type { ClaimBook } from '../devices/claims.ts';
import type { Cache } from '../framework/cache.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import type { Enabled } from '../framework/plugin.ts';
import { balancedAllocation } from './balanced-allocation.ts';
import { type BindPod, defaultBinder } from './default-binder.ts';
import { defaultPreemption, type TryOut } from './default-preemption.ts';
import { type ClaimWriter, dynamicResources } from './dynamic-resources.ts';
import { imageLocality } from './image-locality.ts';
import { interPodAffinity } from './inter-pod-affinity.ts';
import { nodeAffinity } from './node-affinity.ts';
import { nodeDeclaredFeatures } from './node-declared-features.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { nodeResourcesFit } from './node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import { nodeVolumeLimits } from './node-volume-limits.ts';
import { podTopologySpread } from './pod-topology-spread.ts';
import { prioritySort } from './priority-sort.ts';
import { schedulingGates } from './scheduling-gates.ts';
import { taintToleration } from './taint-toleration.ts';
import { type BindVolumes, volumeBinding } from './volume-binding.ts';
import { VolumeAssumptions } from './volume-match.ts';
import { volumeRestrictions } from './volume-restrictions.ts';
import { volumeZone } from './volume-zone.ts';

export interface ProfileParts {
  readonly cache: Cache;
  readonly cluster: ClusterLookup;
  readonly random: Random;
  readonly framework: () => TryOut;
  readonly evicting: (uid: string) => boolean;
  readonly bindPod: BindPod;
  readonly bindVolumes: BindVolumes;
  readonly claimBook: ClaimBook;
  readonly claimWriter: ClaimWriter;
  /** The wall clock, milliseconds since 1970. */
  readonly nowMs: () => number;
}

export function defaultProfile(parts: ProfileParts): readonly Enabled[] {
  const { cache, cluster } = parts;
  return [
    { plugin: schedulingGates(), weight: 1 },
    { plugin: prioritySort(), weight: 1 },
    { plugin: nodeUnschedulable(), weight: 1 },
    { plugin: nodeName(), weight: 1 },
    { plugin: taintToleration(), weight: 3 },
    { plugin: nodeAffinity(), weight: 2 },
    { plugin: nodePorts(), weight: 1 },
    { plugin: nodeResourcesFit(cluster), weight: 1 },
    { plugin: volumeRestrictions(cluster), weight: 1 },
    { plugin: nodeVolumeLimits(cluster), weight: 1 },
    { plugin: volumeBinding(cluster, new VolumeAssumptions(), parts.bindVolumes), weight: 1 },
    { plugin: volumeZone(cluster), weight: 1 },
    { plugin: podTopologySpread(cache, cluster), weight: 2 },
    { plugin: interPodAffinity(cache, cluster), weight: 2 },
    { plugin: dynamicResources({ ...parts, book: parts.claimBook, writer: parts.claimWriter }), weight: 1 },
    { plugin: defaultPreemption(parts), weight: 1 },
    { plugin: balancedAllocation(), weight: 1 },
    { plugin: imageLocality(cache), weight: 1 },
    { plugin: defaultBinder(parts.bindPod), weight: 1 },
    { plugin: nodeDeclaredFeatures(), weight: 1 },
  ];
}
