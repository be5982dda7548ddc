// Evicts pods from nodes with a NoExecute taint: at once, or when their tolerationSeconds are over.
// Models pkg/controller/tainteviction, v1.36.

import { SECOND, type Timer } from '../../../kernel/kernel.ts';
import { type Process, spawn } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import type { Node, Pod, Taint, Toleration } from '../../../model/generated/core.v1.ts';
import { keyOf } from '../../../model/object.ts';
import { equal } from '../../../model/paths.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { NODES, PODS } from '../../runtime/kinds.ts';
import { EventRecorder } from '../../runtime/recorder.ts';
import { tolerates } from '../../scheduler/framework/selectors.ts';
import { byNode } from '../common/indices.ts';

const REASON = 'DeletionByTaintManager';

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

function evicting(node: Node): Taint[] {
  return (node.spec?.taints ?? []).filter((t) => t.effect === 'NoExecute');
}

export class TaintEvictionController {
  private readonly ctx: ComponentContext;
  private readonly nodes: Informer<Node>;
  private readonly pods: Informer<Pod>;
  private readonly events: EventRecorder;
  /** By the key of the pod; undefined once it has been evicted, until it is gone. */
  private readonly plans = new Map<string, Timer | undefined>();

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.events = new EventRecorder(ctx, 'taint-eviction-controller');
    this.nodes = ctx.informers.of(NODES);
    this.pods = ctx.informers.of(PODS);
    this.pods.addIndex(byNode);
    const all = (n: Node, cause: StepId): void => {
      for (const pod of this.pods.byIndex(byNode, n.metadata.name ?? '')) this.consider(pod, n, cause);
    };
    this.nodes.onChange({
      add: all,
      update: (n, old, cause) => {
        if (n.spec?.taints !== old.spec?.taints && !equal(evicting(n), evicting(old))) all(n, cause);
      },
    });
    const one = (p: Pod, cause: StepId): void => {
      const node = this.nodes.get(p.spec?.nodeName ?? '');
      if (node !== undefined) this.consider(p, node, cause);
    };
    this.pods.onChange({
      add: one,
      // Its own note on the pod's status is no reason to look again.
      update: (p, old, cause) => {
        const [now, before] = [p.spec, old.spec];
        const same = now?.nodeName === before?.nodeName && equal(now?.tolerations, before?.tolerations);
        if (!same) one(p, cause);
      },
      remove: (p, cause) => this.cancel(p, [cause]),
    });
  }

  private consider(pod: Pod, node: Node, cause: StepId): void {
    const taints = evicting(node);
    if (taints.length === 0) {
      this.cancel(pod, [cause]);
      return;
    }
    const { tolerations = [] } = pod.spec ?? {};
    const stay = staySeconds(taints, tolerations);
    const tolerated = taints.every((taint) => tolerations.some((t) => tolerates(t, taint)));
    // What is planned is called off first, even where it is only brought forward.
    if (!tolerated || stay === undefined) this.cancel(pod, [cause]);
    const key = keyOf(pod);
    if (stay === undefined || this.plans.has(key)) return;
    const fire = (): void => {
      this.plans.set(key, undefined);
      spawn(this.ctx.scope, this.evict(pod, taints, cause));
    };
    // The wait for tolerationSeconds is nothing that is under way.
    this.plans.set(key, this.ctx.kernel.schedule(stay * SECOND, fire, stay > 30));
  }

  private cancel(pod: Pod, causes: readonly StepId[]): void {
    const key = keyOf(pod);
    const planned = this.plans.get(key);
    this.plans.delete(key);
    if (planned === undefined) return;
    planned.cancel();
    this.events.event(this.subject(pod), 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`, causes);
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
    const current = this.pods.get(keyOf(pod));
    const known = current?.status?.conditions?.find((c) => c.type === 'DisruptionTarget');
    if (known?.status !== 'True' || known.reason !== REASON) {
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: REASON,
        message: 'Taint manager: deleting due to NoExecute taint',
        lastTransitionTime: rfc3339(this.ctx.kernel.wallMs),
        observedGeneration: current?.metadata.generation ?? 1,
      };
      const patch = { metadata: { uid }, status: { conditions: [condition] } };
      const options = { causes: [step], subresource: 'status' };
      yield* this.ctx.client.patch(PODS, namespace, name, 'strategic', patch, options);
    }
    yield* this.ctx.client.delete(PODS, namespace, name, {}, { causes: [step] });
  }
}
