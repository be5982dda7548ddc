// Every namespace has a ConfigMap with the CA by which pods check the API server's certificate.
// Models pkg/controller/certificates/rootcacertpublisher, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { ConfigMap, Namespace } from '../../../model/generated/core.v1.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { CONFIG_MAPS, NAMESPACES } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { namespaceTerminating } from '../common/podcontrol.ts';

const NAME = 'kube-root-ca.crt';
const WORKERS = 5;
const ANNOTATION = 'kubernetes.io/description';
// The recorded value: what users see in every namespace of a real cluster.
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or ' +
  'kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

export class RootCACertPublisher {
  constructor(ctx: ComponentContext, rootCA: string) {
    const queue = new WorkQueue(ctx.kernel);
    const namespaces = ctx.informers.of(NAMESPACES);
    const maps = ctx.informers.of(CONFIG_MAPS);
    const touched = (m: ConfigMap, cause: StepId): void => {
      if (m.metadata.name === NAME) queue.add(m.metadata.namespace ?? '', [cause]);
    };
    const active = (n: Namespace, cause: StepId): void => {
      if (n.status?.phase === 'Active') queue.add(n.metadata.name ?? '', [cause]);
    };
    namespaces.onChange({ add: active, update: (n, _, cause) => active(n, cause) });
    maps.onChange({ update: (m, _, cause) => touched(m, cause), remove: touched });

    const sync = function* (namespace: string, causes: readonly StepId[]): Process<SyncResult> {
      const current = maps.get(`${namespace}/${NAME}`);
      const wanted = { data: { 'ca.crt': rootCA } };
      if (current === undefined) {
        const map: ConfigMap = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: NAME, namespace, annotations: { [ANNOTATION]: DESCRIPTION } },
          ...wanted,
        };
        const made = yield* ctx.client.create<ConfigMap>(CONFIG_MAPS, map, { causes });
        const gone = !made.ok && (made.code === 404 || namespaceTerminating(made.status));
        const fine = made.ok || gone || made.status.reason === 'AlreadyExists';
        return fine ? undefined : { error: made.status.message ?? 'create failed' };
      }
      const annotated = current.metadata.annotations?.[ANNOTATION] !== undefined;
      if (current.data?.['ca.crt'] === rootCA && Object.keys(current.data).length === 1 && annotated) return undefined;
      const annotations = { ...current.metadata.annotations, [ANNOTATION]: DESCRIPTION };
      const next: ConfigMap = {
        ...current,
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { ...current.metadata, annotations },
        ...wanted,
      };
      const updated = yield* ctx.client.update<ConfigMap>(CONFIG_MAPS, next, { causes });
      return updated.ok ? undefined : { error: updated.status.message ?? 'update failed' };
    };
    namespaces.onSynced(() => maps.onSynced(() => startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, sync)));
  }
}
