// What the API server itself does for definitions: accepts their names, establishes them, and empties those that are deleted.
// Models apiextensions-apiserver/pkg/controller/{status,establish,finalizer}.
import { MS } from '../../../kernel/kernel.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
} from '../../../model/generated/apiextensions.v1.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ApiRequest, ApiResponse } from '../api.ts';
import type { Core } from '../context.ts';
import { DEFINITIONS, FINALIZER } from './names.ts';
import { hasCondition } from './registry.ts';

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const ACTOR = { component: 'kube-apiserver' };
const CREDENTIAL = { type: 'certificate', commonName: 'system:apiserver', organizations: ['system:masters'] } as const;
/** The controllers react to their informers; this is how long that takes. */
const DELAY = 8 * MS;

type Handle = (request: ApiRequest) => ApiResponse;
type Conditions = readonly CustomResourceDefinitionCondition[];

function withCondition(
  list: Conditions,
  c: Omit<CustomResourceDefinitionCondition, 'lastTransitionTime'>,
  now: string,
): Conditions {
  const had = list.find((x) => x.type === c.type);
  const lastTransitionTime = had?.status === c.status ? (had.lastTransitionTime ?? now) : now;
  return [
    ...list.filter((x) => x.type !== c.type),
    { type: c.type, status: c.status, lastTransitionTime, reason: c.reason ?? '', message: c.message ?? '' },
  ];
}

export class DefinitionController {
  private readonly core: Core;
  private readonly handle: Handle;
  private readonly now: () => string;

  constructor(core: Core, handle: Handle, now: () => string) {
    this.core = core;
    this.handle = handle;
    this.now = now;
    core.store.subscribe((change) => {
      if (change.prefix !== DEFINITIONS || change.current === undefined) return;
      const name = change.object.metadata.name ?? '';
      core.kernel.schedule(DELAY, () => this.sync(name, change.cause));
    });
  }

  private sync(name: string, cause: StepId): void {
    const d = this.core.store.get(DEFINITIONS + name)?.value as CustomResourceDefinition | undefined;
    if (d === undefined) return;
    if (d.metadata.deletionTimestamp !== undefined) this.empty(d, cause);
    else if (!hasCondition(d, 'NamesAccepted') || !hasCondition(d, 'Established')) this.accept(d, cause);
  }

  private send(method: ApiRequest['method'], path: string, value: unknown, cause: StepId): ApiResponse {
    return this.handle({
      method,
      path,
      ...(value === undefined ? {} : { body: { value } }),
      contentType: 'application/json',
      userAgent: 'kube-apiserver/v1.36.2 (linux/amd64)',
      credential: CREDENTIAL,
      actor: ACTOR,
      causes: cause === 0 ? [] : [cause],
    });
  }

  /** Another definition of the group that holds one of the names. */
  private conflict(d: CustomResourceDefinition): string | undefined {
    const { plural, singular = '', kind, listKind = '', shortNames = [] } = d.spec.names;
    for (const kv of this.core.store.range(DEFINITIONS)) {
      const other = kv.value as CustomResourceDefinition;
      if (other.metadata.uid === d.metadata.uid || other.spec.group !== d.spec.group) continue;
      const held = other.status?.acceptedNames;
      if (held === undefined) continue;
      const names = new Set([held.plural, held.singular ?? '', ...(held.shortNames ?? [])]);
      const taken = [plural, singular, ...shortNames].find((n) => n !== '' && names.has(n));
      if (taken !== undefined) return taken;
      if ([held.kind, held.listKind].includes(kind) || (listKind !== '' && held.listKind === listKind)) return kind;
    }
    return undefined;
  }

  private accept(d: CustomResourceDefinition, cause: StepId): void {
    const now = this.now();
    const taken = this.conflict(d);
    let conditions: Conditions = d.status?.conditions ?? [];
    if (taken === undefined) {
      conditions = withCondition(
        conditions,
        { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
        now,
      );
      conditions = withCondition(
        conditions,
        {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        },
        now,
      );
    } else {
      const message = `${JSON.stringify(taken)} is already in use`;
      conditions = withCondition(
        conditions,
        { type: 'NamesAccepted', status: 'False', reason: 'NameConflict', message },
        now,
      );
      conditions = withCondition(
        conditions,
        { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
        now,
      );
      const had = d.status?.conditions?.find((c) => c.type === 'NamesAccepted');
      if (had?.status === 'False' && had.message === message) return;
    }
    const acceptedNames = taken === undefined ? d.spec.names : { plural: '', kind: '' };
    const status = { ...d.status, conditions, acceptedNames };
    this.send('PUT', `${PATH}/${d.metadata.name}/status`, { ...d, status }, cause);
  }

  /** Deletes every custom resource, then lets the definition go. */
  private empty(d: CustomResourceDefinition, cause: StepId): void {
    if (!(d.metadata.finalizers ?? []).includes(FINALIZER)) return;
    const { group, versions, scope } = d.spec;
    const version = versions.find((v) => v.served)?.name;
    const plural = d.status?.acceptedNames?.plural || d.spec.names.plural;
    const prefix = `/registry/${group}/${plural}/`;
    if (version !== undefined && hasCondition(d, 'Established')) {
      const root = `/apis/${group}/${version}`;
      for (const kv of [...this.core.store.range(prefix)]) {
        const { namespace, name } = kv.value.metadata;
        const where = scope === 'Namespaced' ? `/namespaces/${namespace}` : '';
        this.send('DELETE', `${root}${where}/${plural}/${name}`, undefined, cause);
      }
    }
    if (this.core.store.count(prefix) > 0) {
      this.core.kernel.schedule(5_000 * MS, () => this.sync(d.metadata.name ?? '', cause));
      return;
    }
    const latest = this.core.store.get(DEFINITIONS + d.metadata.name)?.value as CustomResourceDefinition | undefined;
    if (latest === undefined) return;
    const finalizers = (latest.metadata.finalizers ?? []).filter((f) => f !== FINALIZER);
    const { finalizers: _, ...metadata } = latest.metadata;
    this.send(
      'PUT',
      `${PATH}/${d.metadata.name}`,
      { ...latest, metadata: { ...metadata, ...(finalizers.length > 0 ? { finalizers } : {}) } },
      cause,
    );
  }
}
