// The namespace controller: empties a namespace that is being deleted, pods first, then lets it go.
// Models pkg/controller/namespace, v1.36.
import { SECOND } from '../../../kernel/kernel.ts';
import type { Process } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import type { Namespace } from '../../../model/generated/core.v1.ts';
import type { KubeList } from '../../../model/object.ts';
import { allResources, type ResourceInfo } from '../../../model/resources.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { NAMESPACES, pathOf } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { discoverCustom } from '../common/discovery.ts';
import { nextConditions, type Remaining } from './decide.ts';

/** Source: namespaceDeletionGracePeriod in namespace_controller.go: caches everywhere get to see the deletion first. */
const GRACE = 5 * SECOND;
/** Source: --concurrent-namespace-syncs, v1.36. */
const WORKERS = 10;
const FINALIZER = 'kubernetes';

/** Upstream takes the resources in the order of a Go map, which is another each time; this is the order of a recording. */
const ORDER = (
  'pods podtemplates daemonsets cronjobs ingresses endpoints horizontalpodautoscalers roles services controllerrevisions ' +
  'networkpolicies poddisruptionbudgets csistoragecapacities secrets replicationcontrollers resourcequotas rolebindings ' +
  'endpointslices resourceclaims configmaps deployments jobs replicasets serviceaccounts persistentvolumeclaims limitranges ' +
  'statefulsets resourceclaimtemplates'
).split(' ');

function rank(r: ResourceInfo): number {
  const at = ORDER.indexOf(r.plural);
  return at < 0 ? ORDER.length : at;
}

const isContent = (r: ResourceInfo): boolean =>
  r.namespaced && r.preferred && r.verbs.includes('delete') && r.verbs.includes('deletecollection');

const CONTENT: readonly ResourceInfo[] = allResources()
  .filter(isContent)
  .sort((a, b) => rank(a) - rank(b));

export class NamespaceController {
  private readonly ctx: ComponentContext;
  private readonly namespaces: Informer<Namespace>;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    const queue = new WorkQueue(ctx.kernel);
    this.namespaces = ctx.informers.of(NAMESPACES);
    const seen = (n: Namespace, cause: StepId): void => {
      if (n.metadata.deletionTimestamp !== undefined) queue.addAfter(n.metadata.name ?? '', GRACE, [cause]);
    };
    this.namespaces.onChange({ add: seen, update: (n, _, cause) => seen(n, cause) });
    this.namespaces.onSynced(() =>
      startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, (k, c) => this.sync(k, c, queue)),
    );
  }

  private *sync(name: string, causes: readonly StepId[], queue: WorkQueue): Process<SyncResult> {
    const ns = this.namespaces.get(name);
    if (ns?.metadata.deletionTimestamp === undefined || !(ns.spec?.finalizers ?? []).includes(FINALIZER))
      return undefined;
    const step = this.ctx.record({
      kind: 'decide',
      action: 'SyncNamespace',
      object: { group: '', resource: 'namespaces', kind: 'Namespace', name, uid: ns.metadata.uid ?? '' },
      causes,
      text: `${name} is being deleted → removes what is in it, pods first.`,
    });
    const left = yield* this.empty(name, [step]);
    if (left.resources.size === 0 && left.errors.length === 0) return yield* this.finalize(ns, [step]);
    const conditions = nextConditions(ns.status?.conditions ?? [], left, rfc3339(this.ctx.kernel.wallMs));
    if (conditions !== (ns.status?.conditions ?? [])) {
      const body: Namespace = { ...ns, apiVersion: 'v1', kind: 'Namespace', status: { ...ns.status, conditions } };
      yield* this.ctx.client.update<Namespace>(NAMESPACES, body, { causes: [step], subresource: 'status' });
    }
    if (left.errors.length > 0) return { error: left.errors.join(', ') };
    // Something is going away by itself: look again soon. Upstream waits for half of its estimate and a second.
    queue.addAfter(name, 8 * SECOND, [step]);
    return undefined;
  }

  private *empty(namespace: string, causes: readonly StepId[]): Process<Remaining> {
    const left = {
      resources: new Map<string, number>(),
      finalizers: new Map<string, number>(),
      errors: [] as string[],
    };
    const pods = CONTENT.filter((r) => r.group === '' && r.plural === 'pods');
    for (const r of pods) yield* this.removeAll(r, namespace, left, causes);
    if (left.resources.size > 0) return left;
    const custom = ((yield* discoverCustom(this.ctx.client, causes)) ?? []).filter(isContent);
    for (const r of [...CONTENT, ...custom]) if (!pods.includes(r)) yield* this.removeAll(r, namespace, left, causes);
    return left;
  }

  private *removeAll(
    r: ResourceInfo,
    namespace: string,
    left: { resources: Map<string, number>; finalizers: Map<string, number>; errors: string[] },
    causes: readonly StepId[],
  ): Process<void> {
    const { client } = this.ctx;
    const path = pathOf(
      { group: r.group, version: r.version, resource: r.plural, kind: r.kind, namespaced: true },
      namespace,
    );
    const body = { value: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' } };
    const removed = yield* client.send({ method: 'DELETE', path, body, contentType: 'application/json', causes });
    if (removed.code >= 300) left.errors.push(`${r.plural}: code ${removed.code}`);
    const list = yield* client.send({ method: 'GET', path, causes });
    const items = list.code < 300 ? ((list.body as KubeList).items ?? []) : [];
    if (items.length === 0) return;
    left.resources.set(`${r.plural}.${r.group}`, items.length);
    for (const o of items)
      for (const f of o.metadata.finalizers ?? []) left.finalizers.set(f, (left.finalizers.get(f) ?? 0) + 1);
  }

  private *finalize(ns: Namespace, causes: readonly StepId[]): Process<SyncResult> {
    const finalizers = (ns.spec?.finalizers ?? []).filter((f) => f !== FINALIZER);
    const body: Namespace = { ...ns, apiVersion: 'v1', kind: 'Namespace', spec: { ...ns.spec, finalizers } };
    const done = yield* this.ctx.client.update<Namespace>(NAMESPACES, body, { causes, subresource: 'finalize' });
    return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'finalize failed' };
  }
}
