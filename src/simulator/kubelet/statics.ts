// Pods that a machine has from files, whether or not there is an API server, and the mirror pods that show them there. Models
// pkg/kubelet/config (file source) and pkg/kubelet/pod/mirror_client.go, v1.36. The hash of a file is not upstream's.
import { SECOND } from '../../kernel/kernel.ts';
import { type Process, spawn } from '../../kernel/process.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { Node, Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { PODS } from '../runtime/kinds.ts';
import type { Machine } from './machine.ts';
import { MIRROR, podRef } from './names.ts';

/** Until a mirror pod that could not be made is tried again. */
const RETRY = 10 * SECOND;

interface StaticHost {
  readonly ctx: ComponentContext;
  readonly machine: Machine;
  readonly nodeName: string;
  readonly node: () => Node | undefined;
  readonly start: (pod: Pod, cause: StepId) => void;
}

export class StaticPods {
  private readonly host: StaticHost;
  /** By the hash of their file, which is their uid to the kubelet. */
  private readonly pods = new Map<string, Pod>();

  constructor(host: StaticHost) {
    this.host = host;
  }

  has(hash: string): boolean {
    return this.pods.has(hash);
  }

  /** They run whether or not the API server is there to be asked for others. */
  start(): void {
    for (const manifest of this.host.machine.manifests) {
      const [hash, pod] = this.fromFile(manifest);
      this.pods.set(hash, pod);
      const step = this.say(
        pod,
        'found the pod in a file of its machine: it runs without the API server having a say.',
      );
      this.host.start(pod, step);
      spawn(this.host.ctx.scope, this.mirror(hash, step));
    }
  }

  /** A mirror pod was seen that somebody deletes, or whose file there is no more: it goes at once. */
  *discard(mirror: Pod, cause: StepId): Process<void> {
    const { namespace = '', name = '', uid } = mirror.metadata;
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    yield* this.host.ctx.client.delete(PODS, namespace, name, options, { causes: [cause] });
  }

  /** Nobody can end a static pod by deleting what shows it: it is shown again. */
  *mirror(hash: string, cause: StepId): Process<void> {
    const { ctx, node, nodeName } = this.host;
    for (;;) {
      const pod = this.pods.get(hash);
      const uid = node()?.metadata.uid;
      if (pod === undefined) return;
      if (uid !== undefined) {
        const { annotations, uid: _, ...metadata } = pod.metadata;
        const owner = { apiVersion: 'v1', kind: 'Node', name: nodeName, uid, controller: true };
        const shown: Pod = {
          ...pod,
          metadata: { ...metadata, annotations: { ...annotations, [MIRROR]: hash }, ownerReferences: [owner] },
        };
        const made = yield* ctx.client.create<Pod>(PODS, shown, { causes: [cause] });
        if (made.ok || made.status.reason === 'AlreadyExists') return;
      }
      yield (resume) => {
        ctx.kernel.schedule(uid === undefined ? SECOND : RETRY, () => resume(undefined), true);
      };
    }
  }

  private fromFile(manifest: Pod): [string, Pod] {
    const { ctx, nodeName } = this.host;
    const hash = ctx.kernel.random.fork(`${nodeName} ${JSON.stringify(manifest)}`).hex(32);
    const { name = '', namespace = 'default', annotations, labels } = manifest.metadata;
    const config = { hash, seen: rfc3339(ctx.kernel.wallMs), source: 'file' };
    const told = Object.fromEntries(Object.entries(config).map(([k, v]) => [`kubernetes.io/config.${k}`, v]));
    const metadata = {
      name: `${name}-${nodeName.toLowerCase()}`,
      namespace,
      uid: hash,
      ...(labels ? { labels } : {}),
      annotations: { ...annotations, ...told },
    };
    const tolerations = [...(manifest.spec?.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' } as const];
    const spec = { containers: [], ...manifest.spec, nodeName, tolerations };
    return [hash, { apiVersion: 'v1', kind: 'Pod', metadata, spec, status: { phase: 'Pending' } }];
  }

  private say(pod: Pod, text: string): StepId {
    const object = podRef(pod);
    return this.host.ctx.record({ kind: 'node', action: 'ReadManifest', object, causes: [], text });
  }
}
