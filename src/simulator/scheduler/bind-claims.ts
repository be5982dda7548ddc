// Before a pod is bound: writes which devices its claims got and that it uses them, and waits until devices that take time
// are attached. Models bindClaim, Unreserve and PostFilter of pkg/scheduler/framework/plugins/dynamicresources, v1.36.
import { MS, SECOND } from '../../kernel/kernel.ts';
import { type Process, sleep, spawn } from '../../kernel/process.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { AllocationResult, ResourceClaim } from '../../model/generated/resource.v1.ts';
import { keyOf } from '../../model/object.ts';
import type { ObjectRef, StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { PODS, RESOURCE_CLAIMS } from '../runtime/kinds.ts';
import type { OwnClaim, PodClaims } from './devices/attempt.ts';
import { type ClaimBook, isReservedFor, listed, withAllocation } from './devices/claims.ts';
import { BINDING_TIMEOUT, hasConditions, isOverdue, readiness } from './devices/conditions.ts';
import type { PodInfo } from './framework/pod-info.ts';
import type { ClaimWriter } from './plugins/dynamic-resources.ts';

/** So that nobody deletes a claim whose devices are in use. */
const FINALIZER = 'resource.kubernetes.io/delete-protection';
/** Source: retry.DefaultRetry of client-go, and the interval at which binding conditions are looked at. */
const RETRIES = 5;
const RETRY_AFTER = 10 * MS;
const POLL = 5 * SECOND;

export interface ClaimWriterParts {
  readonly ctx: ComponentContext;
  readonly book: ClaimBook;
  /** The attempt that the writes go back to. */
  readonly causeOf: (pod: PodInfo) => StepId;
  /** Tells the pod that its devices are being attached. */
  readonly onWaiting: (pod: PodInfo, node: string) => void;
}

/** A write, or a check before it, failed; `again` where another process was faster and the newest version may do. */
interface Failed {
  readonly error: string;
  readonly again: boolean;
}

function refOf({ metadata }: ResourceClaim): ObjectRef {
  const { namespace = '', name = '', uid = '' } = metadata;
  return { group: 'resource.k8s.io', resource: 'resourceclaims', kind: 'ResourceClaim', namespace, name, uid };
}

export function claimWriter(parts: ClaimWriterParts): ClaimWriter {
  const { ctx, book } = parts;
  return {
    *bind(pod, node, claims) {
      for (let i = 0; i < claims.claims.length; i++) {
        const claim = claims.claims[i] as ResourceClaim;
        if (isReservedFor(claim, pod.pod)) continue;
        const written = yield* bindOne(parts, pod, node, claim, claims.chosen.get(claim));
        if ('error' in written) {
          book.settle(claim);
          return written.error;
        }
        book.settle(claim, written);
        claims.claims[i] = written;
      }
      const failed = claims.own && (yield* makeOwn(parts, pod, node, claims, claims.own));
      if (failed !== undefined) return failed;
      return claims.claims.some(hasConditions) ? yield* attached(parts, pod, node, claims) : undefined;
    },
    unreserve(pod, claims) {
      const causes = [parts.causeOf(pod)];
      for (const { metadata } of claims) {
        const reservedFor = [{ $patch: 'delete', uid: pod.uid }];
        const patch = { metadata: { uid: metadata.uid }, status: { reservedFor } };
        const { namespace = '', name = '' } = metadata;
        const options = { causes, subresource: 'status' };
        spawn(ctx.scope, ctx.client.patch(RESOURCE_CLAIMS, namespace, name, 'strategic', patch, options));
      }
    },
    remove(pod, claim) {
      spawn(ctx.scope, removal(parts, pod, claim));
    },
    deallocate(pod, claim) {
      spawn(ctx.scope, deallocation(parts, pod, claim));
    },
  };
}

/** What is decided in the middle of an attempt goes back to the attempt, whose step comes at its end. */
function* decided({ ctx, causeOf }: ClaimWriterParts, pod: PodInfo): Process<StepId> {
  yield* sleep(ctx.kernel, 0);
  return causeOf(pod);
}

function* deallocation(parts: ClaimWriterParts, pod: PodInfo, claim: ResourceClaim): Process<void> {
  const { ctx } = parts;
  const { allocation, devices: _, reservedFor: __, ...status } = claim.status ?? {};
  const step = ctx.record({
    kind: 'decide',
    action: 'DeallocateResourceClaim',
    object: refOf(claim),
    causes: [yield* decided(parts, pod)],
    text: `No node that fits ${pod.name} reaches the devices of ${claim.metadata.name} → they are given back, so that others are looked for.`,
    detail: { type: 'decide', inputs: { devices: listed(allocation) } },
  });
  const options = { causes: [step], subresource: 'status' };
  yield* ctx.client.update<ResourceClaim>(RESOURCE_CLAIMS, { ...claim, status }, options);
}

/** Makes the claim for the pod's extended resources, with its devices, and tells the pod which container uses what of it. */
function* makeOwn(
  parts: ClaimWriterParts,
  pod: PodInfo,
  node: string,
  claims: PodClaims,
  { draft, allocation, mappings }: OwnClaim,
): Process<string | undefined> {
  const { ctx, book } = parts;
  const causes = [parts.causeOf(pod)];
  const { uid: _, name: __, ...metadata } = draft.metadata;
  const made = yield* ctx.client.create(RESOURCE_CLAIMS, { ...draft, metadata }, { causes });
  if (!made.ok) {
    book.settle(draft);
    return `create claim for extended resources ${draft.metadata.namespace}/: ${made.status.message}`;
  }
  claims.made = made.value;
  const written = yield* bindOne(parts, pod, node, made.value, allocation);
  if ('error' in written) {
    book.settle(draft);
    return written.error;
  }
  claims.made = written;
  book.settle(draft, written);
  const status = { requestMappings: mappings, resourceClaimName: written.metadata.name };
  const patch = { status: { extendedResourceClaimStatus: status } };
  const options = { causes: [made.step], subresource: 'status' };
  const told = yield* ctx.client.patch(PODS, pod.namespace, pod.name, 'strategic', patch, options);
  return told.ok ? undefined : `update pod ${pod.key} ExtendedResourceClaimStatus: ${told.status.message}`;
}

function* removal(parts: ClaimWriterParts, pod: PodInfo, claim: ResourceClaim): Process<void> {
  const { ctx } = parts;
  const causes = [yield* decided(parts, pod)];
  const { namespace = '', name = '', finalizers = [] } = claim.metadata;
  const metadata = { ...claim.metadata, finalizers: finalizers.filter((f) => f !== FINALIZER) };
  const done = yield* ctx.client.update<ResourceClaim>(RESOURCE_CLAIMS, { ...claim, metadata }, { causes });
  if (done.ok) yield* ctx.client.delete(RESOURCE_CLAIMS, namespace, name, {}, { causes });
}

function* bindOne(
  parts: ClaimWriterParts,
  pod: PodInfo,
  node: string,
  first: ResourceClaim,
  allocation: AllocationResult | undefined,
): Process<ResourceClaim | Failed> {
  const { ctx } = parts;
  const step = ctx.record({
    kind: 'decide',
    action: allocation === undefined ? 'ReserveResourceClaim' : 'AllocateResourceClaim',
    object: refOf(first),
    causes: [parts.causeOf(pod)],
    text:
      allocation === undefined
        ? `${pod.name} goes to ${node} and may use the devices of ${first.metadata.name} too → it is reserved for the pod.`
        : `${first.metadata.name} gets ${listed(allocation)} for ${pod.name} on ${node}.`,
    detail: { type: 'decide', inputs: { node, devices: listed(allocation ?? first.status?.allocation) } },
    fidelity: 'simplified',
    simplification: 'no driver prepares devices on the node: the kubelet starts the containers without waiting for one',
  });
  let claim = first;
  let last: Failed = { error: '', again: true };
  for (let tries = 0; tries < RETRIES; tries++) {
    if (tries > 0) {
      yield* sleep(ctx.kernel, RETRY_AFTER);
      const { namespace = '', name = '' } = first.metadata;
      const fresh = yield* ctx.client.get<ResourceClaim>(RESOURCE_CLAIMS, namespace, name, { causes: [step] });
      if (!fresh.ok)
        return { error: `get updated claim ${keyOf(first)} after conflict: ${fresh.status.message}`, again: false };
      claim = fresh.value;
    }
    const written = yield* write(parts, pod, claim, allocation, step);
    if (!('error' in written) || !written.again) return written;
    last = written;
  }
  return last;
}

function* write(
  { ctx }: ClaimWriterParts,
  pod: PodInfo,
  from: ResourceClaim,
  allocation: AllocationResult | undefined,
  step: StepId,
): Process<ResourceClaim | Failed> {
  let claim = from;
  if (claim.metadata.deletionTimestamp !== undefined)
    return { error: `claim ${keyOf(claim)} got deleted in the meantime`, again: false };
  if (allocation !== undefined) {
    if (claim.status?.allocation !== undefined)
      return { error: `claim ${keyOf(claim)} got allocated elsewhere in the meantime`, again: false };
    const finalizers = claim.metadata.finalizers ?? [];
    if (!finalizers.includes(FINALIZER)) {
      const metadata = { ...claim.metadata, finalizers: [...finalizers, FINALIZER] };
      const done = yield* ctx.client.update<ResourceClaim>(RESOURCE_CLAIMS, { ...claim, metadata }, { causes: [step] });
      if (!done.ok)
        return { error: `add finalizer to claim ${keyOf(claim)}: ${done.status.message}`, again: done.code === 409 };
      claim = done.value;
    }
    claim = withAllocation(claim, allocation);
  }
  const now = rfc3339(ctx.kernel.wallMs);
  const reservedFor = [...(claim.status?.reservedFor ?? []), { resource: 'pods', name: pod.name, uid: pod.uid }];
  const status = {
    ...claim.status,
    allocation: { allocationTimestamp: now, ...claim.status?.allocation },
    reservedFor,
  };
  const options = { causes: [step], subresource: 'status' };
  const done = yield* ctx.client.update<ResourceClaim>(RESOURCE_CLAIMS, { ...claim, status }, options);
  if (done.ok) return done.value;
  const what = allocation === undefined ? 'add reservation' : 'add allocation and reservation';
  return { error: `${what} to claim ${keyOf(claim)}: ${done.status.message}`, again: done.code === 409 };
}

function* attached(
  { ctx, book, onWaiting }: ClaimWriterParts,
  pod: PodInfo,
  node: string,
  { claims }: PodClaims,
): Process<string | undefined> {
  onWaiting(pod, node);
  const end = ctx.kernel.now + BINDING_TIMEOUT;
  for (;;) {
    let waiting = false;
    for (let i = 0; i < claims.length && !waiting; i++) {
      const { namespace = '', name = '' } = (claims[i] as ResourceClaim).metadata;
      const claim = book.get(namespace, name);
      if (claim === undefined) return `could not find resource claim "${namespace}/${name}"`;
      claims[i] = claim;
      const ready = readiness(claim);
      if (typeof ready === 'object') return ready.error;
      if (!ready && isOverdue(claim, ctx.kernel.wallMs)) return `claim ${name} binding timeout`;
      waiting = !ready;
    }
    if (!waiting) return undefined;
    if (ctx.kernel.now >= end) return 'device binding timeout';
    yield* sleep(ctx.kernel, POLL);
  }
}
