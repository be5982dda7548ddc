// Objects for the controllers' unit tests.
import type { Node, Pod } from '../../../src/model/generated/core.v1.ts';

export const NOW = Date.parse('2026-01-01T01:00:00Z');

export interface PodOptions {
  readonly phase?: string;
  readonly ready?: boolean;
  readonly node?: string;
  readonly deleting?: boolean;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
  readonly finalizers?: readonly string[];
  readonly ip?: string;
  readonly since?: string;
  readonly spec?: Partial<NonNullable<Pod['spec']>>;
  readonly status?: Partial<NonNullable<Pod['status']>>;
}

export function pod(name: string, o: PodOptions = {}): Pod {
  const { phase = 'Running', ready = phase === 'Running', node = 'n1', since = '2026-01-01T00:00:00Z' } = o;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'demo',
      uid: `uid-${name}`,
      creationTimestamp: since,
      ...(o.labels ? { labels: o.labels } : {}),
      ...(o.annotations ? { annotations: o.annotations } : {}),
      ...(o.finalizers ? { finalizers: o.finalizers } : {}),
      ...(o.deleting ? { deletionTimestamp: since } : {}),
    },
    spec: { containers: [], ...(node ? { nodeName: node } : {}), ...o.spec },
    status: {
      phase: phase as 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since }],
      ...(o.ip ? { podIP: o.ip, podIPs: [{ ip: o.ip }] } : {}),
      ...o.status,
    },
  };
}

export function node(
  name: string,
  o: { labels?: { readonly [k: string]: string }; taints?: NonNullable<Node['spec']>['taints'] } = {},
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, ...(o.labels ? { labels: o.labels } : {}) },
    spec: o.taints ? { taints: o.taints } : {},
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

export const names = (pods: readonly Pod[]): (string | undefined)[] => pods.map((p) => p.metadata.name);
