// The resource claim controller: makes a ResourceClaim for each template that a pod names, tells the pod its name, and frees
// and deletes claims that nobody uses. Models pkg/controller/resourceclaim, v1.36.

import type { Process } from '../../../kernel/process.ts';
import type { Pod, PodResourceClaim } from '../../../model/generated/core.v1.ts';
import type { ResourceClaim, ResourceClaimTemplate } from '../../../model/generated/resource.v1.ts';
import { keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { PODS, RESOURCE_CLAIM_TEMPLATES, RESOURCE_CLAIMS } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { byOwner } from '../common/indices.ts';
import * as decide from './decide.ts';

/** Source: --concurrent-resource-claim-syncs, v1.36. */
const WORKERS = 50;
const MANAGER = 'ResourceClaimController';
const FINALIZER = 'resource.kubernetes.io/delete-protection';

/** What stands in the way of a claim; told in an Event. */
class ClaimError extends Error {}

export class ResourceClaimController {
  private readonly ctx: ComponentContext;
  private readonly pods: Informer<Pod>;
  private readonly claims: Informer<ResourceClaim>;
  private readonly templates: Informer<ResourceClaimTemplate>;
  private readonly events: EventRecorder;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.pods = ctx.informers.of(PODS);
    this.claims = ctx.informers.of(RESOURCE_CLAIMS);
    this.templates = ctx.informers.of(RESOURCE_CLAIM_TEMPLATES);
    this.events = new EventRecorder(ctx, 'resource_claim');
    this.claims.addIndex(byOwner);
    const queue = new WorkQueue(ctx.kernel);
    const byClaim = (p: Pod): readonly string[] => this.namesOf(p).map((name) => `${p.metadata.namespace}/${name}`);
    this.pods.addIndex(byClaim);
    const claim = (c: ResourceClaim, cause: StepId): void => {
      queue.add(`claim:${keyOf(c)}`, [cause]);
      for (const p of this.pods.byIndex(byClaim, keyOf(c))) if (p.spec?.nodeName) pod(p, cause);
    };
    const pod = (p: Pod, cause: StepId): void => {
      if (!decide.hasClaims(p)) return;
      if (!decide.isDone(p)) queue.add(`pod:${keyOf(p)}`, [cause]);
      else for (const name of this.namesOf(p)) queue.add(`claim:${p.metadata.namespace}/${name}`, [cause]);
    };
    this.pods.onChange({
      add: pod,
      update: (p, _, cause) => pod(p, cause),
      remove: (p, cause) => {
        for (const name of this.namesOf(p)) queue.add(`claim:${p.metadata.namespace}/${name}`, [cause]);
      },
    });
    this.claims.onChange({ add: claim, update: (c, _, cause) => claim(c, cause) });
    const sync = (key: string, causes: readonly StepId[]): Process<SyncResult> =>
      key.startsWith('pod:') ? this.syncPod(key.slice(4), causes) : this.syncClaim(key.slice(6), causes);
    const start = (): void => startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, sync);
    this.pods.onSynced(() => this.claims.onSynced(() => this.templates.onSynced(start)));
  }

  private namesOf(pod: Pod): string[] {
    return (pod.spec?.resourceClaims ?? []).flatMap((c) => c.resourceClaimName ?? decide.madeFor(pod, c)?.name ?? []);
  }

  private *syncPod(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const pod = this.pods.get(key);
    if (pod === undefined || decide.isDone(pod) || pod.metadata.deletionTimestamp !== undefined) return undefined;
    const made = new Map<string, string>();
    for (const claim of pod.spec?.resourceClaims ?? []) {
      try {
        const name = yield* this.ensure(pod, claim, causes);
        if (name !== undefined) made.set(claim.name, name);
      } catch (e) {
        if (!(e instanceof ClaimError)) throw e;
        const message = `PodResourceClaim ${claim.name}: ${e.message}`;
        const subject = { apiVersion: 'v1', kind: 'Pod', object: pod };
        this.events.event(subject, 'Warning', 'FailedResourceClaimCreation', message, causes);
        return { error: message };
      }
    }
    const told = made.size === 0 ? undefined : yield* this.tell(pod, made, causes);
    return told ?? (pod.spec?.nodeName ? yield* this.reserve(pod, causes) : undefined);
  }

  /** Pods that no scheduler has placed get their reservations here. */
  private *reserve(pod: Pod, causes: readonly StepId[]): Process<SyncResult> {
    for (const name of this.namesOf(pod)) {
      const claim = this.claims.get(`${pod.metadata.namespace}/${name}`);
      if (claim === undefined || !decide.mayUse(pod, claim)) continue;
      const status = { ...claim.status, reservedFor: [...(claim.status?.reservedFor ?? []), decide.userOf(pod)] };
      const options = { causes, subresource: 'status' };
      const done = yield* this.ctx.client.update<ResourceClaim>(RESOURCE_CLAIMS, { ...claim, status }, options);
      if (!done.ok) return { error: `reserve claim ${keyOf(claim)} for pod: ${done.status.message}` };
    }
    return undefined;
  }

  /** The name of a claim that was made now; undefined where nothing had to be done. */
  private *ensure(pod: Pod, claim: PodResourceClaim, causes: readonly StepId[]): Process<string | undefined> {
    const template = claim.resourceClaimTemplateName;
    if (template === undefined) return undefined;
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    const known = decide.madeFor(pod, claim);
    if (known !== undefined && known.name === undefined) return undefined;
    const owned = this.claims
      .byIndex(byOwner, uid)
      .filter((c) => c.metadata.annotations?.[decide.POD_CLAIM] === claim.name);
    if (known !== undefined && owned.some((c) => c.metadata.name === known.name)) return undefined;
    if (owned[0] !== undefined) return owned[0].metadata.name;
    const found = this.templates.get(`${namespace}/${template}`);
    if (found === undefined) {
      const missing = `resourceclaimtemplate.resource.k8s.io "${template}" not found`;
      throw new ClaimError(`resource claim template "${template}": ${missing}`);
    }
    const step = this.ctx.record({
      kind: 'decide',
      action: 'CreateResourceClaim',
      object: { group: '', resource: 'pods', kind: 'Pod', namespace, name, uid },
      causes,
      text: `${name} wants a claim of its own from the template ${template} → creates it, owned by the pod.`,
      detail: { type: 'decide', inputs: { claim: claim.name, template } },
    });
    const done = yield* this.ctx.client.create(RESOURCE_CLAIMS, decide.claimFrom(pod, claim, found), {
      causes: [step],
    });
    if (!done.ok) throw new ClaimError(`create ResourceClaim : ${done.status.message}`);
    return done.value.metadata.name;
  }

  /** Writes the names of the claims into the pod's status, by server-side apply. */
  private *tell(pod: Pod, made: ReadonlyMap<string, string>, causes: readonly StepId[]): Process<SyncResult> {
    const { namespace = '', name = '' } = pod.metadata;
    const known = (pod.status?.resourceClaimStatuses ?? []).filter((s) => !made.has(s.name));
    const added = [...made].map(([claim, resourceClaimName]) => ({ name: claim, resourceClaimName }));
    const patch = {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name, namespace },
      status: { resourceClaimStatuses: [...known, ...added] },
    };
    const query = { fieldManager: [MANAGER], force: ['true'] };
    const options = { causes, query, subresource: 'status' };
    const done = yield* this.ctx.client.patch(PODS, namespace, name, 'apply', patch, options);
    return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'apply failed' };
  }

  private *syncClaim(key: string, causes: readonly StepId[]): Process<SyncResult> {
    let claim = this.claims.get(key);
    if (claim === undefined) return undefined;
    const { namespace = '', name = '' } = claim.metadata;
    const { reservedFor, remove } = decide.updateOf(claim, (pod) => this.pods.get(`${namespace}/${pod}`));
    if (reservedFor !== undefined) {
      const { allocation, ...rest } = claim.status ?? {};
      const free = reservedFor.length === 0 && (claim.metadata.finalizers ?? []).includes(FINALIZER);
      const status = { ...rest, ...(allocation && !free ? { allocation } : {}), reservedFor };
      const done = yield* this.ctx.client.update<ResourceClaim>(
        RESOURCE_CLAIMS,
        { ...claim, status },
        { causes, subresource: 'status' },
      );
      if (!done.ok) return { error: done.status.message ?? 'update failed' };
      claim = done.value;
    }
    const going = claim.metadata.deletionTimestamp !== undefined && (claim.status?.reservedFor ?? []).length === 0;
    const finalizers = claim.metadata.finalizers ?? [];
    if (
      finalizers.includes(FINALIZER) &&
      (going || (reservedFor !== undefined && claim.status?.allocation === undefined))
    ) {
      const metadata = { ...claim.metadata, finalizers: finalizers.filter((f) => f !== FINALIZER) };
      const done = yield* this.ctx.client.update<ResourceClaim>(RESOURCE_CLAIMS, { ...claim, metadata }, { causes });
      if (!done.ok) return { error: done.status.message ?? 'update failed' };
    }
    if (!remove || claim.metadata.deletionTimestamp !== undefined) return undefined;
    const gone = yield* this.ctx.client.delete(RESOURCE_CLAIMS, namespace, name, {}, { causes });
    return gone.ok || gone.code === 404 ? undefined : { error: gone.status.message ?? 'delete failed' };
  }
}
