// Devices that pods claim (DRA): a node fits when devices can be found there for every claim that has none yet, and when
// those that claims have can be reached from it. Models pkg/scheduler/framework/plugins/dynamicresources, v1.36, but for
// extended resources that a DeviceClass stands for (DRAExtendedResource).
import type { Process } from '../../../kernel/process.ts';
import type { Random } from '../../../kernel/random.ts';
import type { AllocationResult, DeviceRequest, ResourceClaim } from '../../../model/generated/resource.v1.ts';
import { keyOf } from '../../../model/object.ts';
import { type AllocatedState, allocatedIn } from '../devices/allocated.ts';
import { allocate } from '../devices/allocator.ts';
import { type ClaimBook, canBeReserved, claimsOf, isReservedFor } from '../devices/claims.ts';
import { isOverdue, readiness } from '../devices/conditions.ts';
import { SliceIndex } from '../devices/pools.ts';
import { AllocationError } from '../devices/requests.ts';
import type { ClusterLookup } from '../framework/cluster.ts';
import { type CycleState, stateKey } from '../framework/cycle-state.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { defaultNormalize } from '../framework/normalize.ts';
import type { Plugin, PostFilterOutcome, PreFilterOutcome } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { nodeSelectorMatches } from '../framework/selectors.ts';
import { failure, type Status, skip, unresolvable, unschedulable } from '../framework/status.ts';
import { deviceEvents } from './device-hints.ts';
import { DYNAMIC_RESOURCES } from './names.ts';

const SKIP: PreFilterOutcome = { status: skip(DYNAMIC_RESOURCES) };
const refuse = (reason: string): Status => unresolvable(DYNAMIC_RESOURCES, reason);
const NONE_LEFT = refuse('cannot allocate all claims');
const TIMED_OUT = refuse('timed out trying to allocate devices');
const OUT_OF_REACH = refuse('resourceclaim not available on the node');
const NOTHING_TO_FREE = unschedulable(DYNAMIC_RESOURCES, 'no new claims to deallocate');
const FREED = unschedulable(DYNAMIC_RESOURCES, 'deallocation of ResourceClaim completed');
const STILL = unschedulable(DYNAMIC_RESOURCES, 'still not schedulable');
/** Source: FirstAvailableDeviceRequestMaxSize. */
const MAX_ALTERNATIVES = 8;

/** The claims of one pod in one attempt. */
export interface PodClaims {
  /** Replaced one by one as they are written. */
  readonly claims: ResourceClaim[];
  /** For claims that had none: what was found on the node that was chosen. */
  readonly chosen: Map<ResourceClaim, AllocationResult>;
}

interface Devices extends PodClaims {
  readonly open: readonly ResourceClaim[];
  readonly allocated: AllocatedState;
  readonly slices: SliceIndex;
  readonly byNode: Map<string, readonly AllocationResult[]>;
  readonly unreachable: Set<ResourceClaim>;
}

const DEVICES = stateKey<Devices>();

/** What is written, and who writes it. */
export interface ClaimWriter {
  /** Writes allocations and reservations, and waits for devices; the answer is the error to report. */
  bind(pod: PodInfo, node: string, claims: PodClaims): Process<string | undefined>;
  /** Takes the pod's reservations back. */
  unreserve(pod: PodInfo, claims: readonly ResourceClaim[]): void;
  /** Takes an allocation back that no node can use. */
  deallocate(claim: ResourceClaim): void;
}

export interface DeviceParts {
  readonly cluster: ClusterLookup;
  readonly random: Random;
  readonly book: ClaimBook;
  readonly writer: ClaimWriter;
  readonly nowMs: () => number;
}

/** A class that does not exist stands in the way on every node. */
function missingClass(
  { name, exactly, firstAvailable = [] }: DeviceRequest,
  cluster: ClusterLookup,
): string | undefined {
  const wanted: readonly (readonly [request: string, className: string])[] = exactly
    ? [[name, exactly.deviceClassName]]
    : firstAvailable.map((s) => [`${name}/${s.name}`, s.deviceClassName]);
  const missing = wanted.find(([, className]) => cluster.deviceClass(className) === undefined);
  return missing && `request ${missing[0]}: device class ${missing[1]} does not exist`;
}

function prepare(pod: PodInfo, { cluster, book }: DeviceParts): Devices | Status {
  const claims = claimsOf(pod.pod, book);
  if ('error' in claims) return refuse(claims.error);
  for (const claim of claims) {
    if (claim.status?.allocation !== undefined) {
      if (canBeReserved(claim) || isReservedFor(claim, pod.pod)) continue;
      return refuse('resourceclaim in use');
    }
    if (book.isPending(claim)) return refuse(`resource claim ${keyOf(claim)} is in the process of being allocated`);
    for (const r of claim.spec.devices?.requests ?? []) {
      const missing = missingClass(r, cluster);
      if (missing !== undefined) return refuse(missing);
    }
  }
  const open = claims.filter((c) => c.status?.allocation === undefined);
  const allocated = allocatedIn(open.length === 0 ? [] : book.all());
  const slices = new SliceIndex(open.length === 0 ? [] : cluster.resourceSlices());
  return { claims: [...claims], open, allocated, slices, chosen: new Map(), byNode: new Map(), unreachable: new Set() };
}

/** Claims that have their devices: can they be reached from the node, and are they attached, or about to be? */
function outOfReach(devices: Devices, node: NodeInfo, nowMs: () => number): boolean {
  let any = false;
  for (const claim of devices.claims) {
    const { allocation } = claim.status ?? {};
    if (allocation === undefined) continue;
    const ready = readiness(claim);
    const lost = typeof ready === 'object' || (!ready && isOverdue(claim, nowMs()));
    if (
      !lost &&
      (allocation.nodeSelector === undefined || nodeSelectorMatches(allocation.nodeSelector, node.labels, node.name))
    )
      continue;
    devices.unreachable.add(claim);
    any = true;
  }
  return any;
}

function filter({ cluster, random, nowMs }: DeviceParts, devices: Devices, node: NodeInfo): Status | undefined {
  const lost = outOfReach(devices, node, nowMs);
  if (devices.open.length > 0) {
    const supply = {
      slices: devices.slices,
      deviceClass: cluster.deviceClass,
      allocated: devices.allocated,
      shareId: () => random.uuid(),
    };
    try {
      const found = allocate(devices.open, node, supply);
      if (found === 'timeout') return TIMED_OUT;
      if (found === 'none') return NONE_LEFT;
      if ('unusable' in found) return refuse(found.unusable);
      devices.byNode.set(node.name, found);
    } catch (e) {
      if (e instanceof AllocationError) return failure(DYNAMIC_RESOURCES, e.message);
      throw e;
    }
  }
  return lost ? OUT_OF_REACH : undefined;
}

/** The earlier an alternative stands in its list, the better. */
function scoreOf({ claims }: Devices, allocations: readonly AllocationResult[]): number {
  let score = 0;
  claims.forEach((claim, i) => {
    const used = new Set((allocations[i]?.devices?.results ?? []).map((r) => r.request));
    for (const { name, firstAvailable = [] } of claim.spec.devices?.requests ?? []) {
      firstAvailable.forEach((s, at) => {
        if (used.has(`${name}/${s.name}`)) score += MAX_ALTERNATIVES - at;
      });
    }
  });
  return score;
}

function free(parts: DeviceParts, state: CycleState, pod: PodInfo): PostFilterOutcome {
  const devices = state.read(DEVICES);
  if (devices === undefined) return { status: NOTHING_TO_FREE };
  const own = [...devices.unreachable].filter((c) => {
    const users = c.status?.reservedFor ?? [];
    return users.length === 0 || (users.length === 1 && users[0]?.uid === pod.uid);
  });
  const claim = own[own.length > 1 ? parts.random.int(own.length) : 0];
  if (claim === undefined) return { status: STILL };
  parts.writer.deallocate(claim);
  return { status: FREED };
}

export function dynamicResources(parts: DeviceParts): Plugin {
  const { book, writer } = parts;
  return {
    name: DYNAMIC_RESOURCES,
    events: deviceEvents(book),
    preEnqueue(pod) {
      if ((pod.pod.spec?.resourceClaims?.length ?? 0) === 0) return undefined;
      const claims = claimsOf(pod.pod, book);
      return 'error' in claims ? refuse(claims.error) : undefined;
    },
    preFilter(state, pod) {
      if ((pod.pod.spec?.resourceClaims?.length ?? 0) === 0) return SKIP;
      const devices = prepare(pod, parts);
      if ('code' in devices) return { status: devices };
      if (devices.claims.length === 0) return SKIP;
      state.write(DEVICES, devices);
      return undefined;
    },
    filter(state, _pod, node) {
      const devices = state.read(DEVICES);
      return devices && filter(parts, devices, node);
    },
    postFilter: (state, pod) => free(parts, state, pod),
    score(state, _pod, nodes, scores) {
      const devices = state.read(DEVICES);
      nodes.forEach((node, i) => {
        const found = devices?.byNode.get(node.name);
        scores[i] = devices === undefined || found === undefined ? 0 : scoreOf(devices, found);
      });
    },
    normalizeScore: (_state, _pod, scores) => defaultNormalize(scores, false),
    reserve(state, _pod, node) {
      const devices = state.read(DEVICES);
      if (devices === undefined || devices.open.length === 0) return undefined;
      const found = devices.byNode.get(node);
      if (found === undefined) return failure(DYNAMIC_RESOURCES, 'claim allocation not found for node');
      devices.open.forEach((claim, i) => {
        const allocation = found[i] as AllocationResult;
        devices.chosen.set(claim, allocation);
        book.promise(claim, allocation);
      });
      return undefined;
    },
    unreserve(state, pod) {
      const devices = state.read(DEVICES);
      if (devices === undefined) return;
      for (const claim of devices.open) book.settle(claim);
      const held = devices.claims.filter((c) => c.status?.allocation !== undefined && isReservedFor(c, pod.pod));
      if (held.length > 0) writer.unreserve(pod, held);
    },
    preBindPreFlight: (state) => state.read(DEVICES) !== undefined,
    *preBind(state, pod, node): Process<Status | undefined> {
      const devices = state.read(DEVICES);
      const error = devices && (yield* writer.bind(pod, node, devices));
      return error === undefined ? undefined : failure(DYNAMIC_RESOURCES, error);
    },
  };
}
