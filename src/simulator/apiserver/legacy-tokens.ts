// What the API server keeps of tokens without an end: since when it looks, and on each Secret the day its token was last used.
// Models pkg/controlplane/controller/legacytokentracking and patchSecretWithLastUsedDate in pkg/serviceaccount/legacy.go, v1.36.
import { MINUTE } from '../../kernel/kernel.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { ConfigMap, Secret } from '../../model/generated/core.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import type { StepId } from '../../trace/step.ts';
import type { ApiRequest, ApiResponse } from './api.ts';
import type { Core } from './context.ts';

const NAME = 'kube-apiserver-legacy-service-account-token-tracking';
const PREFIX = '/registry/configmaps/';
const KEY = `${PREFIX}kube-system/${NAME}`;
const MAPS = '/api/v1/namespaces/kube-system/configmaps';
const LAST_USED = 'kubernetes.io/legacy-token-last-used';
/** One that is deleted comes back at most twice an hour. */
const AGAIN = 30 * MINUTE;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

const dayOf = (ms: number): string => rfc3339(ms).slice(0, 10);

/** As a fresh cluster has it. */
export function trackingMap(nowMs: number): KubeObject {
  const metadata = { name: NAME, namespace: 'kube-system' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { since: dayOf(nowMs) } } as KubeObject;
}

export class LegacyTokens {
  private readonly core: Core;
  private readonly handle: (request: ApiRequest) => ApiResponse;
  private madeAt = 0;
  private due = false;
  /** Secrets and days that are about to be written. */
  private readonly writing = new Set<string>();

  constructor(core: Core, handle: (request: ApiRequest) => ApiResponse) {
    this.core = core;
    this.handle = handle;
    core.store.subscribe((change) => {
      if (change.prefix === PREFIX && change.key === KEY && change.cause !== 0) this.look(change.cause);
    });
  }

  private look(cause: StepId): void {
    const { kernel, store } = this.core;
    const map = store.get(KEY)?.value as ConfigMap | undefined;
    if (map === undefined) {
      if (this.due) return;
      this.due = true;
      const wait = Math.max(0, this.madeAt + AGAIN - kernel.now);
      const make = (): void => {
        this.due = false;
        if (store.get(KEY) !== undefined) return;
        this.madeAt = kernel.now;
        this.send('POST', MAPS, trackingMap(kernel.wallMs), cause);
      };
      kernel.schedule(wait, make, wait > 0);
    } else if (!DAY.test(map.data?.since ?? '')) {
      const data = { ...map.data, since: dayOf(kernel.wallMs) };
      kernel.schedule(0, () => this.send('PUT', `${MAPS}/${NAME}`, { ...map, data }, cause));
    }
  }

  /** Called when the token of the Secret has opened the door to a request. */
  used(secret: Secret): void {
    const { kernel } = this.core;
    const { namespace = '', name = '', uid = '', labels } = secret.metadata;
    const today = dayOf(kernel.wallMs);
    const known = labels?.[LAST_USED];
    const write = `${uid}/${today}`;
    if (known === today || known === dayOf(kernel.wallMs + DAY_MS) || this.writing.has(write)) return;
    this.writing.add(write);
    kernel.schedule(0, () => {
      this.writing.delete(write);
      const metadata = { name, namespace, uid, labels: { [LAST_USED]: today } };
      const patch = { apiVersion: 'v1', kind: 'Secret', metadata };
      this.send('PATCH', `/api/v1/namespaces/${namespace}/secrets/${name}`, patch, 0);
    });
  }

  private send(method: ApiRequest['method'], path: string, value: unknown, cause: StepId): void {
    this.handle({
      method,
      path,
      body: { value },
      contentType: method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      userAgent: 'kube-apiserver/v1.36.2 (linux/amd64)',
      credential: { type: 'certificate', commonName: 'system:apiserver', organizations: ['system:masters'] },
      actor: { component: 'kube-apiserver' },
      causes: cause === 0 ? [] : [cause],
    });
  }
}
