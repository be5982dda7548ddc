// Bootstrap tokens, by which new nodes join: one controller signs cluster-info with them, one deletes those that have expired.
// Models pkg/controller/bootstrap, v1.36; kubeadm turns both on with --controllers=*,bootstrapsigner,tokencleaner.
import { MS } from '../../../kernel/kernel.ts';
import type { Process } from '../../../kernel/process.ts';
import type { ConfigMap, Secret } from '../../../model/generated/core.v1.ts';
import { keyOf } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import { CONFIG_MAPS, SECRETS } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { isToken, SIGNATURE_PREFIX, signedData, timeLeft } from './decide.ts';

const CLUSTER_INFO = 'kube-public/cluster-info';

export class BootstrapSigner {
  constructor(ctx: ComponentContext) {
    const queue = new WorkQueue(ctx.kernel);
    const maps = ctx.informers.of(CONFIG_MAPS);
    const secrets = ctx.informers.of(SECRETS);
    const poke = (cause: StepId): void => queue.add(CLUSTER_INFO, [cause]);
    const map = (m: ConfigMap, cause: StepId): void => {
      if (keyOf(m) === CLUSTER_INFO) poke(cause);
    };
    const secret = (s: Secret, cause: StepId): void => {
      if (isToken(s)) poke(cause);
    };
    maps.onChange({ add: map, update: (m, _, cause) => map(m, cause) });
    secrets.onChange({ add: secret, update: (s, _, cause) => secret(s, cause), remove: secret });
    const sync = function* (key: string, causes: readonly StepId[]): Process<SyncResult> {
      const current = maps.get(key);
      const data = current && signedData(current.data ?? {}, secrets.all(), ctx.kernel.wallMs);
      if (current === undefined || data === undefined) return undefined;
      const { namespace = '', name = '', uid = '' } = current.metadata;
      const signatures = Object.keys(data).filter((k) => k.startsWith(SIGNATURE_PREFIX)).length;
      const step = ctx.record({
        kind: 'decide',
        action: 'SignClusterInfo',
        object: { group: '', resource: 'configmaps', kind: 'ConfigMap', namespace, name, uid },
        causes,
        text: `signs the kubeconfig in ${name} with each bootstrap token that may sign: ${signatures}.`,
        detail: { type: 'decide', inputs: { signatures } },
      });
      const next: ConfigMap = { ...current, apiVersion: 'v1', kind: 'ConfigMap', data };
      yield* ctx.client.update<ConfigMap>(CONFIG_MAPS, next, { causes: [step] });
      return undefined;
    };
    maps.onSynced(() => secrets.onSynced(() => startWorkers(ctx.kernel, ctx.scope, queue, 1, sync)));
  }
}

export class TokenCleaner {
  constructor(ctx: ComponentContext) {
    const queue = new WorkQueue(ctx.kernel);
    const secrets = ctx.informers.of(SECRETS);
    const seen = (s: Secret, cause: StepId): void => {
      if (isToken(s)) queue.add(keyOf(s), [cause]);
    };
    secrets.onChange({ add: seen, update: (s, _, cause) => seen(s, cause) });
    const sync = function* (key: string, causes: readonly StepId[]): Process<SyncResult> {
      const secret = secrets.get(key);
      const left = secret && timeLeft(secret, ctx.kernel.wallMs);
      if (secret === undefined || left === undefined) return undefined;
      if (left > 0) {
        queue.addAfter(key, left * MS, causes);
        return undefined;
      }
      const { namespace = '', name = '', uid = '' } = secret.metadata;
      const step = ctx.record({
        kind: 'decide',
        action: 'CleanToken',
        object: { group: '', resource: 'secrets', kind: 'Secret', namespace, name, uid },
        causes,
        text: `the bootstrap token ${name} has expired → deletes it.`,
        detail: { type: 'decide', inputs: { expired: true } },
      });
      const gone = yield* ctx.client.delete(SECRETS, namespace, name, { preconditions: { uid } }, { causes: [step] });
      const fine = gone.ok || gone.code === 404 || gone.code === 409;
      return fine ? undefined : { error: gone.status.message ?? 'delete failed' };
    };
    // One worker, as upstream starts it.
    secrets.onSynced(() => startWorkers(ctx.kernel, ctx.scope, queue, 1, sync, 10));
  }
}
