// Evicts pods from nodes with a NoExecute taint: at once, or when their tolerationSeconds are over.
// Models pkg/controller/tainteviction, v1.36.
import { SECOND, type Timer } from '../../../kernel/kernel.ts';
import { type Process, spawn } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import type { Node, Pod, Taint, Toleration } from '../../../model/generated/core.v1.ts';
import { keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { NODES, PODS } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { tolerates } from '../../scheduler/framework/selectors.ts';

/** How long (s) the pod may stay: undefined for ever, 0 not at all. */
export function staySeconds(taints: readonly Taint[], tolerations: readonly Toleration[]): number | undefined {
  const used: Toleration[] = [];
  for (const taint of taints) {
    const match = tolerations.find((t) => tolerates(t, taint));
    if (match === undefined) return 0;
    used.push(match);
  }
  const limits = used.flatMap((t) => (t.tolerationSeconds === undefined ? [] : [Math.max(0, t.tolerationSeconds)]));
  return limits.length === 0 ? undefined : Math.min(...limits);
}

export class TaintEvictionController {
  private readonly ctx: ComponentContext;
  private readonly nodes: Informer<Node>;
  private readonly pods: Informer<Pod>;
  private readonly events: EventRecorder;
  private readonly due = new Map<string, Timer>();

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.events = new EventRecorder(ctx, 'taint-eviction-controller');
    this.nodes = ctx.informers.of(NODES);
    this.pods = ctx.informers.of(PODS);
    this.pods.addIndex('node', (p) => [p.spec?.nodeName ?? '']);
    const all = (n: Node, cause: StepId): void => {
      for (const pod of this.pods.byIndex('node', n.metadata.name ?? '')) this.consider(pod, n, cause);
    };
    this.nodes.onChange({
      add: all,
      update: (n, old, cause) => {
        if (n.spec?.taints !== old.spec?.taints) all(n, cause);
      },
    });
    const one = (p: Pod, cause: StepId): void => {
      const node = this.nodes.get(p.spec?.nodeName ?? '');
      if (node !== undefined) this.consider(p, node, cause);
    };
    this.pods.onChange({ add: one, update: (p, _, cause) => one(p, cause), remove: (p) => this.cancel(p) });
  }

  private consider(pod: Pod, node: Node, cause: StepId): void {
    const taints = (node.spec?.taints ?? []).filter((t) => t.effect === 'NoExecute');
    const key = keyOf(pod);
    const stay = taints.length === 0 ? undefined : staySeconds(taints, pod.spec?.tolerations ?? []);
    if (stay === undefined || pod.metadata.deletionTimestamp !== undefined) {
      if (this.due.has(key) && pod.metadata.deletionTimestamp === undefined) {
        this.events.event(this.subject(pod), 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`, [
          cause,
        ]);
      }
      this.cancel(pod);
      return;
    }
    if (this.due.has(key) && stay > 0) return;
    this.cancel(pod);
    // The wait for tolerationSeconds is nothing that is under way.
    const timer = this.ctx.kernel.schedule(
      stay * SECOND,
      () => spawn(this.ctx.scope, this.evict(pod, taints, cause)),
      stay > 30,
    );
    this.due.set(key, timer);
  }

  private cancel(pod: Pod): void {
    this.due.get(keyOf(pod))?.cancel();
    this.due.delete(keyOf(pod));
  }

  private subject(pod: Pod): { apiVersion: string; kind: string; object: Pod } {
    return { apiVersion: 'v1', kind: 'Pod', object: pod };
  }

  private *evict(pod: Pod, taints: readonly Taint[], cause: StepId): Process<void> {
    if (!this.ctx.scope.alive) return;
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    const step = this.ctx.record({
      kind: 'decide',
      action: 'EvictPod',
      object: { group: '', resource: 'pods', kind: 'Pod', namespace, name, uid },
      causes: [cause],
      text: `${name} does not tolerate ${taints.map((t) => t.key).join(', ')}:NoExecute on ${pod.spec?.nodeName} any longer → deletes it.`,
    });
    this.events.event(this.subject(pod), 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${keyOf(pod)}`, [
      step,
    ]);
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: rfc3339(this.ctx.kernel.wallMs),
      observedGeneration: pod.metadata.generation ?? 1,
    };
    const patch = { metadata: { uid }, status: { conditions: [condition] } };
    yield* this.ctx.client.patch(PODS, namespace, name, 'strategic', patch, { causes: [step], subresource: 'status' });
    yield* this.ctx.client.delete(PODS, namespace, name, {}, { causes: [step] });
  }
}
