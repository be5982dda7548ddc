// A CSI driver attaches only so many volumes to one node. Models pkg/scheduler/framework/plugins/nodevolumelimits/csi.go.
import type { ClusterLookup } from '../framework/cluster.ts';
import { Action } from '../framework/events.ts';
import type { Plugin, PreFilterOutcome } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { skip, unschedulable } from '../framework/status.ts';
import { NODE_VOLUME_LIMITS } from './names.ts';
import { ofDetached, ofFreedVolumes, ofMoreRoom, ofOwnClaim } from './volume-hints.ts';
import { claimNames, className } from './volumes.ts';

const FULL = unschedulable(NODE_VOLUME_LIMITS, 'node(s) exceed max volume count');
const SKIP: PreFilterOutcome = { status: skip(NODE_VOLUME_LIMITS) };

export function nodeVolumeLimits(cluster: ClusterLookup): Plugin {
  /** Driver and volume of the claim; a claim that is not bound yet counts by its class. */
  const attachment = (namespace: string, name: string): { driver: string; volume: string } | undefined => {
    const claim = cluster.claim(namespace, name);
    if (claim === undefined) return undefined;
    const volume = claim.spec?.volumeName ? cluster.volume(claim.spec.volumeName) : undefined;
    if (volume?.spec?.csi !== undefined) {
      return { driver: volume.spec.csi.driver, volume: `${volume.spec.csi.driver}/${volume.spec.csi.volumeHandle}` };
    }
    if (volume !== undefined) return undefined;
    const driver = cluster.storageClass(className(claim))?.provisioner;
    if (driver === undefined || driver.startsWith('kubernetes.io/')) return undefined;
    return { driver, volume: `${driver}/${namespace}/${name}` };
  };
  const collect = (pod: PodInfo, into: Map<string, string>): void => {
    for (const name of claimNames(pod)) {
      const a = attachment(pod.namespace, name);
      if (a !== undefined) into.set(a.volume, a.driver);
    }
  };
  return {
    name: NODE_VOLUME_LIMITS,
    events: [
      { resource: 'CSINode', actions: Action.add | Action.update, hint: ofMoreRoom },
      { resource: 'AssignedPod', actions: Action.delete, hint: ofFreedVolumes },
      { resource: 'PersistentVolumeClaim', actions: Action.add, hint: ofOwnClaim },
      { resource: 'VolumeAttachment', actions: Action.delete, hint: ofDetached(cluster.claim) },
    ],
    preFilter: (_state, pod) => (claimNames(pod).length === 0 ? SKIP : undefined),
    filter(_state, pod, node) {
      const limits = cluster.csiNode(node.name)?.spec.drivers.filter((d) => d.allocatable?.count !== undefined) ?? [];
      if (limits.length === 0) return undefined;
      const wanted = new Map<string, string>();
      collect(pod, wanted);
      if (wanted.size === 0) return undefined;
      const attached = new Map<string, string>();
      for (const p of node.pods) collect(p, attached);
      // Also those that no pod uses any more and that are not detached yet.
      for (const { spec } of cluster.attachments(node.name)) {
        const csi = cluster.volume(spec.source.persistentVolumeName ?? '')?.spec?.csi;
        if (csi !== undefined) attached.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
      }
      for (const { name, allocatable } of limits) {
        const here = [...attached.values()].filter((d) => d === name).length;
        const more = [...wanted].filter(([volume, driver]) => driver === name && !attached.has(volume)).length;
        if (more > 0 && here + more > (allocatable?.count ?? 0)) return FULL;
      }
      return undefined;
    },
  };
}
