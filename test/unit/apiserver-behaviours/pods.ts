// Pods and their templates as behaviours need them.
import type { Loose, Resource, Trial } from './trial.ts';

export const PAUSE = 'registry.k8s.io/pause:3.10.2';

export const container = (more: object = {}): Loose => ({ name: 'c', image: PAUSE, ...more });

export function pod(name: string, more: { metadata?: object; spec?: object; resources?: object } = {}): Loose {
  const containers = [container(more.resources === undefined ? {} : { resources: more.resources })];
  return { metadata: { name, ...more.metadata }, spec: { containers, terminationGracePeriodSeconds: 0, ...more.spec } };
}

export const template = (labels: object, more: object = {}): Loose => ({
  metadata: { labels },
  spec: { terminationGracePeriodSeconds: 0, containers: [container()], ...more },
});

/** Spec of a Deployment, ReplicaSet, DaemonSet or Job's kin: selector and template with the same labels. */
export const workload = (labels: object, more: object = {}): Loose => ({
  selector: { matchLabels: labels },
  template: template(labels),
  ...more,
});

export const isReady = (p: Loose): boolean =>
  p.status?.conditions?.some((c: Loose) => c.type === 'Ready' && c.status === 'True') ?? false;

export const condition = (o: Loose, type: string): Loose => o.status?.conditions?.find((c: Loose) => c.type === type);

export function running(pods: Resource, name: string, seconds?: number): Promise<Loose> {
  return pods.until(name, 'to run', (p) => p.status.phase === 'Running', seconds);
}

export const selectorOf = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([k, v]) => `${k}=${v}`)
    .join(',');

/** Until exactly this many pods with these labels are ready and none is going. */
export function readyPods(t: Trial, labels: Record<string, string>, count: number, seconds = 120): Promise<Loose[]> {
  return t.until(
    `${count} ready pods`,
    async () => {
      const pods = await t.of('v1', 'pods').items({ labelSelector: selectorOf(labels) });
      const good = pods.filter((p) => isReady(p) && p.metadata.deletionTimestamp === undefined);
      return pods.length === count && good.length === count ? good : undefined;
    },
    seconds,
  );
}

export const owners = (o: Loose): string[] => (o.metadata.ownerReferences ?? []).map((r: Loose) => r.uid);
export const controllerOf = (o: Loose): Loose => o.metadata.ownerReferences?.find((r: Loose) => r.controller);
