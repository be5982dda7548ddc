// The thing that an autoscaler scales, through its scale subresource. Models the RESTMapper and scale client of client-go as
// pkg/controller/podautoscaler uses them, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { Scale } from '../../../model/generated/autoscaling.v1.ts';
import type { HorizontalPodAutoscaler } from '../../../model/generated/autoscaling.v2.ts';
import { isRecord, type KubeObject } from '../../../model/object.ts';
import type { Client, Result } from '../../runtime/client.ts';
import type { Kind } from '../../runtime/kinds.ts';

const BUILT_IN: { readonly [apiVersionAndKind: string]: string } = {
  'apps/v1/Deployment': 'deployments',
  'apps/v1/ReplicaSet': 'replicasets',
  'apps/v1/StatefulSet': 'statefulsets',
  'v1/ReplicationController': 'replicationcontrollers',
};

/** What the API server calls a kind: custom resources, and kinds that cannot be scaled, are looked up in discovery. */
function* resourceOf(client: Client, apiVersion: string, kind: string): Process<string | undefined> {
  const known = BUILT_IN[`${apiVersion}/${kind}`];
  if (known !== undefined) return known;
  const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const answer = yield* client.send({ method: 'GET', path, causes: [] });
  if (answer.code !== 200 || !isRecord(answer.body) || !Array.isArray(answer.body.resources)) return undefined;
  const found = (answer.body.resources as { name: string; kind: string }[]).find(
    (r) => r.kind === kind && !r.name.includes('/'),
  );
  return found?.name;
}

export interface Found {
  readonly kind: Kind<Scale & KubeObject>;
  readonly scale: Scale;
  readonly step: number;
}

function scaleKind(apiVersion: string, resource: string): Kind<Scale & KubeObject> {
  const [first = '', second] = apiVersion.split('/');
  const [group, version] = second === undefined ? ['', first] : [first, second];
  return { group, version, resource, kind: 'Scale', namespaced: true };
}

/** The target's scale, or the error as Event and condition show it. */
export function* findTarget(client: Client, hpa: HorizontalPodAutoscaler): Process<Found | string> {
  const { apiVersion = 'v1', kind, name } = hpa.spec.scaleTargetRef;
  const resource = yield* resourceOf(client, apiVersion, kind);
  if (resource === undefined) {
    const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
    return `no matches for kind "${kind}" in group "${group}"`;
  }
  const scaled = scaleKind(apiVersion, resource);
  const done = yield* getScale(client, scaled, hpa.metadata.namespace ?? '', name);
  if (!done.ok) return done.status.message ?? 'connection refused';
  return { kind: scaled, scale: done.value, step: done.step };
}

function* getScale(
  client: Client,
  kind: Kind<Scale & KubeObject>,
  namespace: string,
  name: string,
): Process<Result<Scale & KubeObject>> {
  return yield* client.get(kind, namespace, name, { causes: [], subresource: 'scale' });
}

/** Source: retry.DefaultRetry in client-go. */
const TRIES = 5;

/** Asks for `replicas`; a conflict is tried again with the latest scale. The error, or undefined. */
export function* setReplicas(
  client: Client,
  { kind, scale }: Found,
  replicas: number,
  causes: readonly number[],
): Process<{ readonly error?: string; readonly step: number }> {
  let current = scale as Scale & KubeObject;
  const { namespace = '', name = '' } = current.metadata;
  for (let i = 1; ; i++) {
    const next = { ...current, spec: { ...current.spec, replicas } };
    const done = yield* client.update(kind, next, { causes, subresource: 'scale' });
    if (done.ok) return { step: done.step };
    if (done.code !== 409 || i === TRIES) return { error: done.status.message ?? 'update failed', step: done.step };
    const latest = yield* getScale(client, kind, namespace, name);
    if (latest.ok) current = latest.value;
  }
}
