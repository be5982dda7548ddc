// Finds devices for the claims of a pod on one node: claim after claim, request after request, device after device, and
// back where that leads nowhere; the first solution is taken.
// Models k8s.io/dynamic-resource-allocation/structured (internal/incubating/allocator_incubating.go), v1.36.
import type {
  AllocationResult,
  Device,
  DeviceClass,
  DeviceTaint,
  DeviceToleration,
  ResourceClaim,
} from '../../../model/generated/resource.v1.ts';
import { keyOf } from '../../../model/object.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import type { AllocatedState, DeviceId } from './allocated.ts';
import { account, hasRoom, share, type Used } from './capacity.ts';
import { type Constraint, constraintOf } from './constraints.ts';
import { Counters } from './counters.ts';
import type { Pool, SliceIndex } from './pools.ts';
import {
  AllocationError,
  devicesOf,
  type Found,
  idOf,
  type Picked,
  selectable,
  type Wish,
  wishesOf,
} from './requests.ts';
import { allocationOf } from './result.ts';

/** Source: AllocationResultsMaxSize. */
const MAX_RESULTS = 32;
/** Stands for the ten seconds that upstream gives the search on one node (DRASchedulerFilterTimeout). */
const MAX_TRIES = 50_000;

export interface Supply {
  readonly slices: SliceIndex;
  readonly deviceClass: (name: string) => DeviceClass | undefined;
  readonly allocated: AllocatedState;
  readonly shareId: () => string;
}

/** One allocation per claim; nothing when the node's devices do not do; or why that is certain whatever is free. */
export type Outcome = readonly AllocationResult[] | 'none' | 'timeout' | { readonly unusable: string };

type Verdict = 'done' | 'no' | 'too many';

/** Throws AllocationError where something is wrong with a claim or a class. */
export function allocate(claims: readonly ResourceClaim[], node: NodeInfo, supply: Supply): Outcome {
  const pools = supply.slices.poolsFor(node);
  const context = { node, pools, deviceClass: supply.deviceClass, allocated: supply.allocated };
  const wishes = claims.map((c) => wishesOf(c, context));
  claims.forEach((c, i) => {
    const least = (wishes[i] ?? []).reduce((n, of) => n + Math.min(...of.map((w) => w.count)), 0);
    if (least <= MAX_RESULTS) return;
    const limit = `number of requested devices ${least} exceeds the claim limit of ${MAX_RESULTS}`;
    throw new AllocationError(`claim ${keyOf(c)}: ${limit}`);
  });
  const search = new Search(claims, wishes, pools, node, supply.allocated);
  const found = search.run();
  if (found === 'timeout') return 'timeout';
  if (found) return claims.map((c, i) => allocationOf(c, search.picked[i] ?? [], node.name, supply.shareId));
  return pools.some((p) => p.invalid !== undefined) ? { unusable: 'invalid resource pools were encountered' } : 'none';
}

class TooLong extends Error {}

class Search {
  readonly picked: Picked[][];
  private readonly wishes: readonly (readonly (readonly Wish[])[])[];
  private readonly node: NodeInfo;
  private readonly allocated: AllocatedState;
  private readonly constraints: readonly (readonly Constraint[])[];
  private readonly devices: readonly Found[];
  private readonly counters: Counters;
  /** Devices picked, and for which claims. */
  private readonly taken = new Map<DeviceId, number[]>();
  private readonly planned = new Map<DeviceId, Used>();
  private readonly known = new Map<Wish, Map<Device, boolean>>();
  private tries = 0;

  constructor(
    claims: readonly ResourceClaim[],
    wishes: readonly (readonly (readonly Wish[])[])[],
    pools: readonly Pool[],
    node: NodeInfo,
    allocated: AllocatedState,
  ) {
    this.wishes = wishes;
    this.node = node;
    this.allocated = allocated;
    this.picked = claims.map(() => []);
    this.constraints = claims.map((c) => (c.spec.devices?.constraints ?? []).map(constraintOf));
    this.devices = [...devicesOf(pools)];
    this.counters = new Counters(allocated);
  }

  run(): boolean | 'timeout' {
    try {
      return this.claim(0) === 'done';
    } catch (e) {
      if (e instanceof TooLong) return 'timeout';
      throw e;
    }
  }

  private claim(i: number): Verdict {
    return i >= this.picked.length ? 'done' : this.request(i, 0);
  }

  private request(claim: number, i: number): Verdict {
    const alternatives = this.wishes[claim]?.[i];
    if (alternatives === undefined) {
      const next = this.claim(claim + 1);
      // Other devices here may leave room for a smaller alternative there.
      return next === 'too many' ? 'no' : next;
    }
    const [only, ...more] = alternatives;
    if (only !== undefined && more.length === 0 && only.subRequest === undefined)
      return this.device(claim, i, only, 0, 0);
    let allTooMany = true;
    for (const wish of alternatives) {
      const verdict = this.device(claim, i, wish, 0, 0);
      if (verdict === 'done') return 'done';
      if (verdict === 'no') allTooMany = false;
    }
    return allTooMany ? 'too many' : 'no';
  }

  /** The `n`th device of a wish; devices before `from` have been tried in all combinations. */
  private device(claim: number, request: number, wish: Wish, n: number, from: number): Verdict {
    if (++this.tries > MAX_TRIES) throw new TooLong();
    if (wish.all?.length === 0) return 'no';
    if (n >= wish.count) return this.request(claim, request + 1);
    if ((this.picked[claim]?.length ?? 0) + wish.count - n > MAX_RESULTS) return 'too many';
    if (wish.all !== undefined) {
      const one = wish.all[n];
      const back = one && this.pick(claim, wish, one);
      if (back === undefined) return 'no';
      const verdict = this.device(claim, request, wish, n + 1, 0);
      if (verdict !== 'done') back();
      return verdict;
    }
    for (let at = from; at < this.devices.length; at++) {
      const found = this.devices[at] as Found;
      const back = this.isUsable(claim, wish, found) ? this.pick(claim, wish, found) : undefined;
      if (back === undefined) continue;
      const verdict = this.device(claim, request, wish, n + 1, at + 1);
      if (verdict === 'done') return verdict;
      back();
      if (verdict === 'too many') return verdict;
    }
    return 'no';
  }

  private isUsable(claim: number, wish: Wish, found: Found): boolean {
    if (this.isInUse(claim, wish, idOf(found))) return false;
    let answers = this.known.get(wish);
    if (answers === undefined) {
      answers = new Map();
      this.known.set(wish, answers);
    }
    let fits = answers.get(found.device);
    if (fits === undefined) {
      fits = selectable(wish, found, this.node);
      answers.set(found.device, fits);
    }
    return fits;
  }

  /** For administration a device in use will do, but for two requests of one claim. */
  private isInUse(claim: number, wish: Wish, id: DeviceId): boolean {
    const by = this.taken.get(id) ?? [];
    return wish.admin ? by.includes(claim) : this.allocated.devices.has(id) || by.length > 0;
  }

  /** Takes the device; the answer undoes it. Nothing where it cannot be had. */
  private pick(claim: number, wish: Wish, found: Found): (() => void) | undefined {
    const { device, pool } = found;
    const id = idOf(found);
    const shared = device.allowMultipleAllocations === true;
    if (this.isInUse(claim, wish, id) || !tolerated(device, wish)) return undefined;
    if (!hasRoom(device, wish.capacity, this.allocated.shared.get(id), this.planned.get(id))) return undefined;
    // Who shares a device that is in use draws no counters anew.
    const inUse = shared && (this.allocated.shared.has(id) || this.planned.has(id));
    const draws = !inUse && (device.consumesCounters?.length ?? 0) > 0;
    if (draws && !this.counters.take(pool, device)) return undefined;
    const unconstrain = this.constrain(claim, wish, found);
    if (unconstrain === undefined) {
      if (draws) this.counters.giveBack(pool, device);
      return undefined;
    }
    const consumed = shared ? share(device, wish.capacity) : undefined;
    const list = this.picked[claim] ?? [];
    list.push({ ...found, wish, ...(consumed ? { consumed } : {}) });
    const release = consumed ? this.plan(id, consumed) : this.hold(id, claim);
    return () => {
      release();
      list.pop();
      unconstrain();
      if (draws) this.counters.giveBack(pool, device);
    };
  }

  private hold(id: DeviceId, claim: number): () => void {
    const by = this.taken.get(id) ?? [];
    by.push(claim);
    this.taken.set(id, by);
    return () => void by.pop();
  }

  private plan(id: DeviceId, consumed: { readonly [capacity: string]: string }): () => void {
    const first = !this.planned.has(id);
    const used: Used = this.planned.get(id) ?? new Map();
    account(used, consumed, 1n);
    this.planned.set(id, used);
    return () => {
      account(used, consumed, -1n);
      if (first) this.planned.delete(id);
    };
  }

  /** Throws AllocationError where a claim for all devices can never be met. */
  private constrain(claim: number, wish: Wish, found: Found): (() => void) | undefined {
    const { request, subRequest } = wish;
    const { driver } = found.pool;
    const candidate = { request, driver, device: found.device, ...(subRequest === undefined ? {} : { subRequest }) };
    const all = this.constraints[claim] ?? [];
    const broken = all.findIndex((c) => !c.add(candidate));
    if (broken < 0) return () => all.forEach((c) => void c.remove(candidate));
    for (const c of all.slice(0, broken)) c.remove(candidate);
    if (wish.all === undefined) return undefined;
    const why = 'because a claim constraint would not be satisfied';
    const own = `claim ${keyOf(wish.claim)}, request ${subRequest ?? request}`;
    throw new AllocationError(`${own}: cannot add device ${idOf(found)} ${why}`);
  }
}

function tolerates(t: DeviceToleration, taint: DeviceTaint): boolean {
  if (t.effect && t.effect !== taint.effect) return false;
  if (t.key && t.key !== taint.key) return false;
  return t.operator === 'Exists' || (t.value ?? '') === (taint.value ?? '');
}

function tolerated({ taints = [] }: Device, { tolerations }: Wish): boolean {
  return taints.every((t) => t.effect === 'None' || tolerations.some((x) => tolerates(x, t)));
}
