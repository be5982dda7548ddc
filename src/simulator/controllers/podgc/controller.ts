// The pod garbage collector: every 20 s it removes pods that no kubelet will remove. Models pkg/controller/podgc, v1.36.
import { SECOND } from '../../../kernel/kernel.ts';
import { type Process, spawn } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { NODES, PODS } from '../../runtime/kinds.ts';
import { isPodTerminal } from '../common/pods.ts';
import { type Garbage, garbage } from './decide.ts';

/** Source: gcCheckPeriod and quarantineTime in gc_controller.go, --terminated-pod-gc-threshold, v1.36. */
const PERIOD = 20 * SECOND;
const QUARANTINE = 40 * SECOND;
const THRESHOLD = 12_500;

export class PodGarbageCollector {
  private readonly ctx: ComponentContext;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  /** Node → µs when it was first missed. */
  private readonly missing = new Map<string, number>();

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.pods = ctx.informers.of(PODS);
    this.nodes = ctx.informers.of(NODES);
    this.pods.onSynced(() => this.nodes.onSynced(() => this.later()));
  }

  private later(): void {
    const { kernel, scope } = this.ctx;
    kernel.schedule(PERIOD, () => spawn(scope, this.collect()), true);
  }

  private *collect(): Process<void> {
    const pods = [...this.pods.all()];
    const gone = yield* this.lostNodes(pods);
    for (const g of garbage(pods, (name) => this.nodes.get(name), gone, THRESHOLD)) yield* this.remove(g);
    this.later();
  }

  private *lostNodes(pods: readonly Pod[]): Process<Set<string>> {
    const { now } = this.ctx.kernel;
    const gone = new Set<string>();
    const absent = new Set<string>();
    for (const p of pods) {
      const name = p.spec?.nodeName;
      if (name && this.nodes.get(name) === undefined) absent.add(name);
    }
    for (const name of [...this.missing.keys()]) if (!absent.has(name)) this.missing.delete(name);
    for (const name of absent) {
      const since = this.missing.get(name) ?? now;
      this.missing.set(name, since);
      if (now - since < QUARANTINE) continue;
      const asked = yield* this.ctx.client.get(NODES, '', name, { causes: [] });
      if (!asked.ok && asked.code === 404) gone.add(name);
    }
    return gone;
  }

  private *remove({ pod, reason }: Garbage): Process<void> {
    const { client, kernel } = this.ctx;
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    const step = this.ctx.record({
      kind: 'decide',
      action: 'CollectPod',
      object: { group: '', resource: 'pods', kind: 'Pod', namespace, name, uid },
      causes: [],
      text: `${name}: ${reason}, so no kubelet will remove it → marks it as failed and deletes it at once.`,
      detail: { type: 'decide', inputs: { reason } },
    });
    const options = { causes: [step] };
    if (!isPodTerminal(pod)) {
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
        lastTransitionTime: rfc3339(kernel.wallMs),
      };
      const conditions = reason === 'its node is gone' ? { conditions: [condition] } : {};
      const patch = { metadata: { uid }, status: { phase: 'Failed', ...conditions } };
      const done = yield* client.patch(PODS, namespace, name, 'strategic', patch, {
        ...options,
        subresource: 'status',
      });
      if (!done.ok) return;
    }
    yield* client.delete(PODS, namespace, name, { gracePeriodSeconds: 0 }, options);
  }
}
