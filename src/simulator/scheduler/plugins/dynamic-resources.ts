// Devices that pods claim (DRA): a node fits when devices can be found there for every claim that has none yet, and when
// those that claims have can be reached from it. Models pkg/scheduler/framework/plugins/dynamicresources, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { Random } from '../../../kernel/random.ts';
import type { AllocationResult, ResourceClaim } from '../../../model/generated/resource.v1.ts';
import { allocate, type Outcome, type Supply } from '../devices/allocator.ts';
import { type Attempt, beginAttempt, type PodClaims } from '../devices/attempt.ts';
import { type ClaimBook, claimsOf, isReservedFor } from '../devices/claims.ts';
import { isOverdue, readiness } from '../devices/conditions.ts';
import { variantFor } from '../devices/extended.ts';
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
const LEFT_OVER = refuse('cannot schedule extended resource claim');
const after = (what: string): Status => unschedulable(DYNAMIC_RESOURCES, what);
const NOTHING_TO_FREE = after('no new claims to deallocate');
const FREED = after('deallocation of ResourceClaim completed');
const DELETED = after('deletion of ResourceClaim completed');
const STILL = after('still not schedulable');
/** Source: FirstAvailableDeviceRequestMaxSize. */
const MAX_ALTERNATIVES = 8;

const ATTEMPT = stateKey<Attempt>();

/** What is written, and who writes it. */
export interface ClaimWriter {
  /** Writes allocations and reservations, and waits for devices; the answer is the error to report. */
  bind(pod: PodInfo, node: string, claims: PodClaims): Process<string | undefined>;
  /** Takes the pod's reservations back. */
  unreserve(pod: PodInfo, claims: readonly ResourceClaim[]): void;
  /** Takes an allocation back that no node can use. */
  deallocate(pod: PodInfo, claim: ResourceClaim): void;
  /** Deletes a claim that was made for the pod's extended resources. */
  remove(pod: PodInfo, claim: ResourceClaim): void;
}

export interface DeviceParts {
  readonly cluster: ClusterLookup;
  readonly random: Random;
  readonly book: ClaimBook;
  readonly writer: ClaimWriter;
  readonly nowMs: () => number;
}

/** Claims that have their devices: can they be reached from the node, and are they attached, or about to be? */
function outOfReach(attempt: Attempt, node: NodeInfo, nowMs: () => number): boolean {
  let any = false;
  for (const claim of attempt.claims) {
    if (claim.status?.allocation === undefined) continue;
    const { nodeSelector } = claim.status.allocation;
    const there = nodeSelector === undefined || nodeSelectorMatches(nodeSelector, node.labels, node.name);
    const ready = readiness(claim);
    if (there && (ready === true || (ready === false && !isOverdue(claim, nowMs())))) continue;
    attempt.unreachable.add(claim);
    any = true;
  }
  return any;
}

function search(claims: readonly ResourceClaim[], node: NodeInfo, supply: Supply): Outcome | Status {
  try {
    return allocate(claims, node, supply);
  } catch (e) {
    if (e instanceof AllocationError) return failure(DYNAMIC_RESOURCES, e.message);
    throw e;
  }
}

function filter(parts: DeviceParts, attempt: Attempt, pod: PodInfo, node: NodeInfo): Status | undefined {
  const { cluster, random, nowMs } = parts;
  const { open, extended, slices, allocated } = attempt;
  if (extended?.stale !== undefined) return LEFT_OVER;
  const variant = extended && variantFor(extended, pod.pod, node, cluster);
  if (typeof variant === 'string') return refuse(variant);
  if (variant === undefined && attempt.claims.length === 0) return undefined;
  const lost = outOfReach(attempt, node, nowMs);
  const wanted = variant === undefined ? open : [...open, variant.claim];
  if (wanted.length > 0) {
    const supply = { slices, allocated, deviceClass: cluster.deviceClass, shareId: () => random.uuid() };
    const found = search(wanted, node, supply);
    if (found === 'timeout') return TIMED_OUT;
    if (found === 'none') return NONE_LEFT;
    if ('code' in found) return found;
    if ('unusable' in found) return refuse(found.unusable);
    attempt.byNode.set(node.name, { allocations: found, ...(variant === undefined ? {} : { variant }) });
  }
  return lost ? OUT_OF_REACH : undefined;
}

/** The earlier an alternative stands in its list, the better. */
function scoreOf({ open }: Attempt, allocations: readonly AllocationResult[]): number {
  let score = 0;
  open.forEach((claim, i) => {
    const used = new Set((allocations[i]?.devices?.results ?? []).map((r) => r.request));
    for (const { name, firstAvailable = [] } of claim.spec.devices?.requests ?? []) {
      firstAvailable.forEach((s, at) => {
        if (used.has(`${name}/${s.name}`)) score += MAX_ALTERNATIVES - at;
      });
    }
  });
  return score;
}

function free({ random, writer }: DeviceParts, state: CycleState, pod: PodInfo): PostFilterOutcome {
  const attempt = state.read(ATTEMPT);
  if (attempt === undefined) return { status: NOTHING_TO_FREE };
  const unused = [...attempt.unreachable].filter((c) => {
    const users = c.status?.reservedFor ?? [];
    return users.length === 0 || (users.length === 1 && users[0]?.uid === pod.uid);
  });
  const claim = unused[unused.length > 1 ? random.int(unused.length) : 0];
  if (claim !== undefined) {
    writer.deallocate(pod, claim);
    return { status: FREED };
  }
  const stale = attempt.extended?.stale;
  if (stale === undefined) return { status: STILL };
  writer.remove(pod, stale);
  return { status: DELETED };
}

function reserve({ book }: DeviceParts, attempt: Attempt, node: string): Status | undefined {
  const found = attempt.byNode.get(node);
  if (attempt.open.length > 0 && found === undefined)
    return failure(DYNAMIC_RESOURCES, 'claim allocation not found for node');
  attempt.open.forEach((claim, i) => {
    const allocation = found?.allocations[i] as AllocationResult;
    attempt.chosen.set(claim, allocation);
    book.promise(claim, allocation);
  });
  const own = found?.allocations[attempt.open.length];
  if (found?.variant === undefined || own === undefined) return undefined;
  attempt.own = { draft: found.variant.claim, allocation: own, mappings: found.variant.mappings };
  book.promise(found.variant.claim, own);
  return undefined;
}

function unreserve({ book, writer }: DeviceParts, attempt: Attempt, pod: PodInfo): void {
  for (const claim of attempt.open) book.settle(claim);
  const held = attempt.claims.filter((c) => c.status?.allocation !== undefined && isReservedFor(c, pod.pod));
  if (held.length > 0) writer.unreserve(pod, held);
  if (attempt.own !== undefined) book.settle(attempt.own.draft);
  if (attempt.made !== undefined) writer.remove(pod, attempt.made);
}

export function dynamicResources(parts: DeviceParts): Plugin {
  const { cluster, random, book, writer } = parts;
  return {
    name: DYNAMIC_RESOURCES,
    events: deviceEvents(book),
    preEnqueue(pod) {
      if ((pod.pod.spec?.resourceClaims?.length ?? 0) === 0) return undefined;
      const claims = claimsOf(pod.pod, book);
      return 'error' in claims ? refuse(claims.error) : undefined;
    },
    preFilter(state, pod) {
      if ((pod.pod.spec?.resourceClaims?.length ?? 0) === 0 && pod.requests.scalar === undefined) return SKIP;
      const attempt = beginAttempt(pod, cluster, book, () => random.uuid());
      if (typeof attempt === 'string') return { status: refuse(attempt) };
      if (attempt === undefined) return SKIP;
      state.write(ATTEMPT, attempt);
      return undefined;
    },
    filter(state, pod, node) {
      const attempt = state.read(ATTEMPT);
      return attempt && filter(parts, attempt, pod, node);
    },
    postFilter: (state, pod) => free(parts, state, pod),
    score(state, _pod, nodes, scores) {
      const attempt = state.read(ATTEMPT);
      nodes.forEach((node, i) => {
        const found = attempt?.byNode.get(node.name);
        scores[i] = attempt === undefined || found === undefined ? 0 : scoreOf(attempt, found.allocations);
      });
    },
    normalizeScore: (_state, _pod, scores) => defaultNormalize(scores, false),
    reserve(state, _pod, node) {
      const attempt = state.read(ATTEMPT);
      return attempt && reserve(parts, attempt, node);
    },
    unreserve(state, pod) {
      const attempt = state.read(ATTEMPT);
      if (attempt !== undefined) unreserve(parts, attempt, pod);
    },
    preBindPreFlight: (state) => state.read(ATTEMPT) !== undefined,
    *preBind(state, pod, node): Process<Status | undefined> {
      const attempt = state.read(ATTEMPT);
      const error = attempt && (yield* writer.bind(pod, node, attempt));
      return error === undefined ? undefined : failure(DYNAMIC_RESOURCES, error);
    },
  };
}
