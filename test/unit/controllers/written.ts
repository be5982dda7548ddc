// A small cluster with fake runtimes, what its components write (from the audit log) and the Events they record.
import type { Event } from '../../../src/model/generated/core.v1.ts';
import type { KubeList, KubeObject } from '../../../src/model/object.ts';
import { resourceForKind } from '../../../src/model/resources.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import type { ClusterOptions } from '../../../src/simulator/options.ts';

const SECOND = 1_000_000;
const SETTLED = 20 * SECOND;

interface Audited {
  readonly stage: string;
  readonly verb: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: { readonly resource: string; readonly name?: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code?: number };
}

export interface Stage {
  readonly cluster: Cluster;
  /** The objects, given in the namespace `default`. */
  apply(...objects: readonly KubeObject[]): void;
  send(method: 'PATCH' | 'DELETE' | 'PUT', kind: string, name: string, body?: unknown): void;
  seconds(n: number): void;
  /** `statefulset-controller create pods/db-0`, oldest first; conflicts are left out. Starts anew with each call. */
  writes(by?: string): string[];
  get(kind: string, name: string): KubeObject | undefined;
  list(kind: string): readonly KubeObject[];
  /** `Warning FailedCreate StatefulSet/db: …`, in any order. */
  events(about?: string): string[];
}

const VERSIONS: { readonly [kind: string]: string } = {
  Pod: 'v1',
  Event: 'v1',
  PersistentVolumeClaim: 'v1',
  ConfigMap: 'v1',
  Secret: 'v1',
  ResourceQuota: 'v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  PodDisruptionBudget: 'policy/v1',
};

function pathOf(kind: string, name = ''): string {
  const version = VERSIONS[kind] ?? 'apps/v1';
  const plural = resourceForKind(version, kind)?.plural;
  const base = version === 'v1' ? '/api/v1' : `/apis/${version}`;
  return `${base}/namespaces/default/${plural}${name === '' ? '' : `/${name}`}`;
}

function wrote(e: Audited): string[] {
  const { resource, name, subresource } = e.objectRef ?? { resource: '' };
  const code = e.responseStatus?.code ?? 0;
  const skipped = ['events', 'leases', 'serviceaccounts', 'nodes', 'endpoints', 'endpointslices'].includes(resource);
  if (e.stage !== 'ResponseComplete' || skipped || code === 409) return [];
  if (!['create', 'update', 'patch', 'delete'].includes(e.verb)) return [];
  const who = (e.user?.username ?? '').replace(/^.*:/, '');
  const what = `${e.verb}${subresource === undefined ? '' : `/${subresource}`}`;
  return [`${who} ${what} ${resource}/${name ?? ''}${code >= 400 ? ` -> ${code}` : ''}`];
}

export function stage(options: Partial<ClusterOptions> = {}): Stage {
  let log: string[] = [];
  const onAudit = (e: object): void => void log.push(...wrote(e as Audited));
  const cluster = new Cluster({ nodes: 3, registerControlPlane: false, runtime: 'fake', onAudit, ...options });
  cluster.runUntil(SETTLED);
  log = [];
  const ask = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT', path: string, body?: unknown): KubeObject => {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const { code, body: answer } = cluster.request({ method, path, contentType, ...(body ? { body } : {}) });
    if (method !== 'GET' && code >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer as KubeObject;
  };
  const itemsOf = <T extends KubeObject>(kind: string): readonly T[] =>
    (ask('GET', pathOf(kind)) as unknown as KubeList<T>).items;
  return {
    cluster,
    apply: (...objects) => {
      for (const o of objects) ask('POST', pathOf(o.kind ?? ''), o);
    },
    send: (method, kind, name, body) => void ask(method, pathOf(kind, name), body),
    seconds: (n) => cluster.runUntil(cluster.kernel.now + n * SECOND),
    writes: (by = '') => {
      const all = log.filter((line) => line.startsWith(by));
      log = [];
      return all;
    },
    get: (kind, name) => itemsOf(kind).find((o) => o.metadata.name === name),
    list: itemsOf,
    events: (about = '') =>
      itemsOf<Event>('Event')
        .map((e) => `${e.type} ${e.reason} ${e.involvedObject.kind}/${e.involvedObject.name}: ${e.message}`)
        .filter((line) => line.includes(` ${about}`)),
  };
}
