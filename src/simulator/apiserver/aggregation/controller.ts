// What the API server itself does for APIServices: says whether the server behind one can be reached, and keeps one for each
// version of a group that CustomResourceDefinitions bring. Models kube-aggregator/pkg/controllers/status/{local,remote} and
// pkg/controlplane/controller/crdregistration with kube-aggregator's autoregister controller.
import { MS } from '../../../kernel/kernel.ts';
import type { CustomResourceDefinition } from '../../../model/generated/apiextensions.v1.ts';
import type { APIService, APIServiceCondition } from '../../../model/generated/apiregistration.v1.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ApiRequest, ApiResponse } from '../api.ts';
import type { Core } from '../context.ts';
import { DEFINITIONS } from '../crd/names.ts';
import { hasCondition } from '../crd/registry.ts';
import { remoteCondition } from './availability.ts';
import { API_SERVICES } from './services.ts';

const PATH = '/apis/apiregistration.k8s.io/v1/apiservices';
const WATCHED: ReadonlySet<string> = new Set([
  API_SERVICES,
  DEFINITIONS,
  '/registry/services/specs/',
  '/registry/endpointslices/',
]);
const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';
/** Reacting to informers takes this long. */
const DELAY = 10 * MS;

export interface AggregationOptions {
  readonly handle: (request: ApiRequest) => ApiResponse;
  readonly now: () => string;
  /** The simulator answers in place of the server behind this group. */
  readonly answers: (group: string) => boolean;
}

export class AggregationController {
  private readonly core: Core;
  private readonly options: AggregationOptions;
  private due = false;

  constructor(core: Core, options: AggregationOptions) {
    this.core = core;
    this.options = options;
    core.store.subscribe((change) => {
      if (!WATCHED.has(change.prefix) || this.due || change.cause === 0) return;
      if (change.prefix !== API_SERVICES && change.prefix !== DEFINITIONS && !this.hasRemote()) return;
      this.due = true;
      core.kernel.schedule(DELAY, () => {
        this.due = false;
        this.register(change.cause);
        this.judge(change.cause);
      });
    });
  }

  private all(): APIService[] {
    return [...this.core.store.range(API_SERVICES)].map((kv) => kv.value as APIService);
  }

  private hasRemote(): boolean {
    return this.all().some((s) => s.spec?.service);
  }

  private send(method: ApiRequest['method'], path: string, value: unknown, cause: StepId): void {
    this.options.handle({
      method,
      path,
      ...(value === undefined ? {} : { body: { value } }),
      contentType: 'application/json',
      userAgent: 'kube-apiserver/v1.36.2 (linux/amd64)',
      credential: { type: 'certificate', commonName: 'system:apiserver', organizations: ['system:masters'] },
      actor: { component: 'kube-apiserver' },
      causes: cause === 0 ? [] : [cause],
    });
  }

  /** One APIService for each served version of an established definition's group. */
  private register(cause: StepId): void {
    const wanted = new Map<string, object>();
    for (const kv of this.core.store.range(DEFINITIONS)) {
      const { spec, ...d } = kv.value as CustomResourceDefinition;
      if (!hasCondition({ spec, ...d }, 'Established')) continue;
      for (const { name, served } of spec.versions)
        if (served) wanted.set(`${name}.${spec.group}`, { group: spec.group, version: name });
    }
    const present = new Map(this.all().map((s) => [s.metadata?.name ?? '', s]));
    for (const [name, version] of wanted) {
      if (present.has(name)) continue;
      const spec = { ...version, groupPriorityMinimum: 1000, versionPriority: 100 };
      const metadata = { name, labels: { [MANAGED]: 'true' } };
      this.send('POST', PATH, { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata, spec }, cause);
    }
    for (const [name, service] of present) {
      if (service.metadata?.labels?.[MANAGED] === 'true' && !wanted.has(name))
        this.send('DELETE', `${PATH}/${name}`, undefined, cause);
    }
  }

  private judge(cause: StepId): void {
    for (const service of this.all()) {
      const found = this.condition(service);
      const conditions = service.status?.conditions ?? [];
      const had = conditions.find((c) => c.type === 'Available');
      if (
        had !== undefined &&
        ['status', 'reason', 'message'].every((k) => had[k as 'status'] === found[k as 'status'])
      )
        continue;
      const lastTransitionTime =
        had?.status === found.status ? (had.lastTransitionTime ?? this.options.now()) : this.options.now();
      const others = conditions.filter((c) => c.type !== 'Available');
      const status = { conditions: [...others, { ...found, lastTransitionTime }] };
      this.send('PUT', `${PATH}/${service.metadata?.name}/status`, { ...service, status }, cause);
    }
  }

  private condition(service: APIService): APIServiceCondition {
    if (service.spec?.service) return remoteCondition(this.core.store, service, this.options.answers);
    return LOCAL;
  }
}

export const LOCAL: APIServiceCondition = {
  type: 'Available',
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
};
