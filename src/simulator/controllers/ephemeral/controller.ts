// Generic ephemeral volumes: a claim for each, made from the pod's template and owned by the pod, so that it goes with it.
// Models pkg/controller/volume/ephemeral, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { PersistentVolumeClaim, Pod, Volume } from '../../../model/generated/core.v1.ts';
import { controllerOf, keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { isPodTerminal } from '../common/pods.ts';

/** Source: --concurrent-ephemeralvolume-syncs, v1.36. */
const WORKERS = 5;

/** The claim for one volume of a pod; undefined where the volume is of another kind. */
export function claimFor(pod: Pod, volume: Volume): PersistentVolumeClaim | undefined {
  const template = volume.ephemeral?.volumeClaimTemplate;
  if (template === undefined) return undefined;
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const { annotations, labels } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${name}-${volume.name}`,
      namespace,
      ...(annotations ? { annotations } : {}),
      ...(labels ? { labels } : {}),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: template.spec,
  };
}

function concerns(pod: Pod): boolean {
  return (
    !isPodTerminal(pod) &&
    pod.metadata.deletionTimestamp === undefined &&
    (pod.spec?.volumes?.some((v) => v.ephemeral !== undefined) ?? false)
  );
}

export class EphemeralVolumeController {
  private readonly ctx: ComponentContext;
  private readonly pods: Informer<Pod>;
  private readonly claims: Informer<PersistentVolumeClaim>;
  private readonly events: EventRecorder;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.pods = ctx.informers.of(PODS);
    this.claims = ctx.informers.of(PERSISTENT_VOLUME_CLAIMS);
    this.events = new EventRecorder(ctx, 'ephemeral_volume');
    const queue = new WorkQueue(ctx.kernel);
    const seen = (p: Pod, cause: StepId): void => {
      if (concerns(p)) queue.add(keyOf(p), [cause]);
    };
    this.pods.onChange({ add: seen });
    this.claims.onChange({
      remove: (c, cause) => {
        const owner = controllerOf(c);
        if (owner?.kind === 'Pod') queue.add(`${c.metadata.namespace}/${owner.name}`, [cause]);
      },
    });
    const start = (): void => startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, (k, causes) => this.sync(k, causes));
    this.pods.onSynced(() => this.claims.onSynced(start));
  }

  private *sync(key: string, causes: readonly StepId[]): Process<SyncResult> {
    const pod = this.pods.get(key);
    if (pod === undefined || !concerns(pod)) return undefined;
    for (const volume of pod.spec?.volumes ?? []) {
      const claim = claimFor(pod, volume);
      const error = claim && (yield* this.ensure(pod, claim, causes));
      if (error === undefined) continue;
      const message = `ephemeral volume ${volume.name}: ${error}`;
      this.events.event({ apiVersion: 'v1', kind: 'Pod', object: pod }, 'Warning', 'FailedBinding', message, causes);
      return { error: message };
    }
    return undefined;
  }

  private *ensure(pod: Pod, claim: PersistentVolumeClaim, causes: readonly StepId[]): Process<string | undefined> {
    const known = this.claims.get(keyOf(claim));
    if (known !== undefined) {
      if (controllerOf(known)?.uid === pod.metadata.uid) return undefined;
      return `PVC ${keyOf(known)} was not created for pod ${keyOf(pod)} (pod is not owner)`;
    }
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    const step = this.ctx.record({
      kind: 'decide',
      action: 'CreateEphemeralClaim',
      object: { group: '', resource: 'pods', kind: 'Pod', namespace, name, uid },
      causes,
      text: `${name} asks for a volume of its own → creates the claim ${claim.metadata.name}, owned by the pod.`,
      detail: { type: 'decide', inputs: { claim: claim.metadata.name ?? '' } },
    });
    const made = yield* this.ctx.client.create(PERSISTENT_VOLUME_CLAIMS, claim, { causes: [step] });
    return made.ok ? undefined : `create PVC ${keyOf(claim)}: ${made.status.message}`;
  }
}
