// Which kinds the garbage collector watches: the built-in ones always, those of definitions as discovery comes to tell of
// them. Models GarbageCollector.Sync and GraphBuilder.syncMonitors in pkg/controller/garbagecollector, v1.36.
import { SECOND } from '../../../kernel/kernel.ts';
import { type Process, Scope, spawn } from '../../../kernel/process.ts';
import type { OwnerReference } from '../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { apiVersionOf, type ResourceInfo, resourceForKind } from '../../../model/resources.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { InformerFactory } from '../../runtime/informer.ts';
import type { Kind } from '../../runtime/kinds.ts';
import { discoverCustom } from '../common/discovery.ts';

/** Source: garbageCollector.Sync(…, 30*time.Second) in cmd/kube-controller-manager/app/core.go, v1.36. */
const PERIOD = 30 * SECOND;

export function kindOf(r: ResourceInfo): Kind {
  return { group: r.group, version: r.version, resource: r.plural, kind: r.kind, namespaced: r.namespaced };
}

/** `delete`, `list` and `watch` make a resource one that can be collected. */
export function isCollectable(r: ResourceInfo): boolean {
  return ['delete', 'list', 'watch'].every((v) => r.verbs.includes(v));
}

export interface Seen {
  seen(o: KubeObject, r: ResourceInfo, cause: StepId): void;
  gone(uid: string, cause: StepId): void;
}

export class CustomMonitors {
  private readonly ctx: ComponentContext;
  private readonly graph: Seen;
  private readonly monitors = new Map<string, { readonly resource: ResourceInfo; readonly scope: Scope }>();
  private pending = false;

  constructor(ctx: ComponentContext, graph: Seen) {
    this.ctx = ctx;
    this.graph = graph;
    ctx.scope.onClose(() => {
      for (const { scope } of this.monitors.values()) scope.close();
    });
  }

  /** Definitions have changed: at the next tick, discovery is asked. */
  changed(): void {
    if (this.pending) return;
    this.pending = true;
    const { kernel, scope } = this.ctx;
    const tick = (): void => {
      this.pending = false;
      if (scope.alive) spawn(scope, this.sync());
    };
    kernel.schedule(PERIOD - (kernel.now % PERIOD), tick, true);
  }

  /** The resource of an owner's kind; undefined for kinds that nobody knows. */
  resourceFor(ref: Pick<OwnerReference, 'apiVersion' | 'kind'>): ResourceInfo | undefined {
    return resourceForKind(ref.apiVersion, ref.kind) ?? this.monitors.get(`${ref.apiVersion} ${ref.kind}`)?.resource;
  }

  private *sync(): Process<void> {
    const found = yield* discoverCustom(this.ctx.client, []);
    if (found === undefined) {
      this.changed();
      return;
    }
    const wanted = new Map(found.filter(isCollectable).map((r) => [`${apiVersionOf(r)} ${r.kind}`, r]));
    for (const [key, { scope }] of [...this.monitors]) {
      if (wanted.has(key)) continue;
      scope.close();
      this.monitors.delete(key);
    }
    for (const [key, r] of wanted) if (!this.monitors.has(key)) this.monitors.set(key, this.monitor(r));
  }

  private monitor(resource: ResourceInfo): { resource: ResourceInfo; scope: Scope } {
    const scope = new Scope();
    const { kernel, client } = this.ctx;
    new InformerFactory(kernel, client, scope).of(kindOf(resource)).onChange({
      add: (o, cause) => this.graph.seen(o, resource, cause),
      update: (o, _, cause) => this.graph.seen(o, resource, cause),
      remove: (o, cause) => this.graph.gone(o.metadata.uid ?? '', cause),
    });
    return { resource, scope };
  }
}
