// ComponentStatuses: what the API server finds when it looks for the other parts of the control plane on its own machine.
// Models pkg/registry/core/componentstatus.
import type { KubeObject } from '../../model/object.ts';
import { apiVersionOf, type ResourceInfo } from '../../model/resources.ts';
import { notFound } from '../../model/status.ts';
import { type Answer, type Context, refuse } from './context.ts';
import { selection } from './handlers/read.ts';

/** Name → component and the port of its health check. Source: pkg/registry/core/rest/storage_core.go. */
const PROBED = {
  'controller-manager': { component: 'kube-controller-manager', port: 10257 },
  scheduler: { component: 'kube-scheduler', port: 10259 },
} as const;
const DEPRECATED = 'v1 ComponentStatus is deprecated in v1.19+';

/** Whether a component runs on the API server's machine. */
export type IsRunning = (component: string) => boolean;

function status(r: ResourceInfo, name: string, healthy: boolean, message: string): KubeObject {
  const condition = { type: 'Healthy', status: healthy ? 'True' : 'False', message };
  return { kind: r.kind, apiVersion: apiVersionOf(r), metadata: { name }, conditions: [condition] } as KubeObject;
}

function all(ctx: Context, r: ResourceInfo, runs: IsRunning): KubeObject[] {
  const { available } = ctx.core.store;
  const probed = Object.entries(PROBED).map(([name, { component, port }]) => {
    const why = `Get "https://127.0.0.1:${port}/healthz": dial tcp 127.0.0.1:${port}: connect: connection refused`;
    return runs(component) ? status(r, name, true, 'ok') : status(r, name, false, why);
  });
  const etcd = status(r, 'etcd-0', available, available ? 'ok' : 'context deadline exceeded');
  return [...probed, etcd].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
}

export function componentStatuses(ctx: Context, r: ResourceInfo, runs: IsRunning): Answer {
  ctx.warn(DEPRECATED);
  const found = all(ctx, r, runs);
  if (ctx.info.verb === 'get') {
    const one = found.find((o) => o.metadata.name === ctx.info.name);
    return one === undefined ? refuse(notFound(ctx.groupResource, ctx.info.name)) : { code: 200, body: one };
  }
  const chosen = selection(ctx, r);
  const items = found.filter((o) => chosen.matches === undefined || chosen.matches(o));
  return { code: 200, body: { kind: `${r.kind}List`, apiVersion: apiVersionOf(r), metadata: {}, items } };
}
