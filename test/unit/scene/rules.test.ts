// The rules that a view works out again from a trace are those that the node has, and change as its steps say.
import { describe, expect, it } from 'vitest';
import type { Node, Service } from '../../../src/model/generated/core.v1.ts';
import type { EndpointSlice } from '../../../src/model/generated/discovery.v1.ts';
import type { ServiceCIDR } from '../../../src/model/generated/networking.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { rulesOf, textOf } from '../../../src/netfilter/rules.ts';
import type { Mode } from '../../../src/netfilter/types.ts';
import { networkAfter } from '../../../src/protocol/network.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import { insideOf } from '../../../webview/scene/inside/inside.ts';
import { ruleChanges, rulesAt } from '../../../webview/scene/rules/rules.ts';
import { Story } from '../../../webview/scene/story.ts';
import { topology } from './recording.ts';

const MINUTE = 60_000_000;
const labels = { app: 'web' };
const NODE = 'worker-1';

function played(proxy: Mode): Cluster {
  const cluster = new Cluster({ nodes: 2, registerControlPlane: false, proxy });
  cluster.settle(MINUTE);
  const send = (method: 'POST' | 'PATCH', path: string, body: object): void => {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    expect(cluster.request({ method, path, body, contentType }).code).toBeLessThan(300);
    cluster.settle(2 * MINUTE);
  };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } };
  send('POST', '/apis/apps/v1/namespaces/default/deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 3, selector: { matchLabels: labels }, template },
  });
  send('POST', '/api/v1/namespaces/default/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { type: 'NodePort', selector: labels, ports: [{ port: 80 }], externalTrafficPolicy: 'Local' },
  });
  send('PATCH', '/apis/apps/v1/namespaces/default/deployments/web/scale', { spec: { replicas: 1 } });
  return cluster;
}

function stored<T extends KubeObject>(cluster: Cluster, kind: string): T[] {
  return cluster.objects().flatMap(({ value }) => (value.kind === kind ? [value as T] : []));
}

describe.each<Mode>(['iptables', 'nftables'])('rules of a trace in mode %s', (mode) => {
  const cluster = played(mode);
  const steps = cluster.stepsAfter(0);
  const story = new Story(topology(2), networkAfter(cluster, 0), steps);
  const syncs = steps.filter(({ action, actor }) => action === 'SyncProxyRules' && actor.node === NODE);

  it('are at the end what the stored objects give', () => {
    const node = stored<Node>(cluster, 'Node').find(({ metadata }) => metadata.name === NODE);
    if (node === undefined) throw new Error('no node');
    const inputs = {
      services: stored<Service>(cluster, 'Service'),
      slices: stored<EndpointSlice>(cluster, 'EndpointSlice'),
      serviceCIDRs: stored<ServiceCIDR>(cluster, 'ServiceCIDR'),
      config: { mode, clusterCIDRs: ['10.244.0.0/16'] },
      node,
    };
    const { now } = rulesAt(story, NODE, steps.length);
    expect(now?.untold).toBe(0);
    expect(now && textOf(now.set)).toBe(textOf(rulesOf(inputs)));
  });

  it('change with each sync by as many lines as its step says', () => {
    expect(syncs.length).toBeGreaterThan(2);
    for (const step of syncs) {
      const data = step.detail?.type === 'node' ? step.detail.data : undefined;
      const found = ruleChanges(story, step);
      expect([found?.added.length, found?.removed.length], step.text).toEqual([data?.added, data?.removed]);
    }
  });

  it('are the same in a trace that begins later, with what was there then', () => {
    const after = syncs[1]?.id ?? 0;
    const later = new Story(topology(2), networkAfter(cluster, after), cluster.stepsAfter(after));
    const [whole, part] = [story, later].map((one) => rulesAt(one, NODE, one.length).now);
    expect(part && textOf(part.set)).toBe(whole && textOf(whole.set));
  });

  it('leave out a Service whose EndpointSlices the trace does not know, and say so', () => {
    const seeds = networkAfter(cluster, 0).filter(({ ref }) => ref.resource !== 'endpointslices');
    const { now } = rulesAt(new Story(topology(2), seeds, steps), NODE, steps.length);
    expect(now?.untold).toBe(1);
    expect(now?.ports.map(({ name }) => name)).toEqual(['default/web']);
  });
});

describe('the inside of a kube-proxy', () => {
  const cluster = played('iptables');
  const steps = cluster.stepsAfter(0);
  const story = new Story(topology(2), networkAfter(cluster, 0), steps);
  const focus = { type: 'component', component: 'kube-proxy', node: NODE } as const;
  const last = steps.findLastIndex(({ action, actor }) => action === 'SyncProxyRules' && actor.node === NODE) + 1;
  type Parts = ReturnType<typeof insideOf>['parts'];
  const part = <T extends Parts[number]['type']>(parts: Parts, type: T) => {
    const found = parts.find((one) => one.type === type);
    if (found === undefined) throw new Error(`no ${type} among ${parts.map((one) => one.type)}`);
    return found as Extract<Parts[number], { type: T }>;
  };

  it('shows the rules of the Service that the step is about, who caused each, and what the step changed', () => {
    const { rows, title } = part(insideOf(story, focus, last).parts, 'rules');
    expect(title).toContain('default/web');
    expect(rows.every(({ text, because }) => text !== '' && because !== '')).toBe(true);
    expect(new Set(rows.map(({ change }) => change))).toEqual(new Set([undefined, 'added', 'removed']));
    const removed = rows.find(({ change }) => change === 'removed');
    expect(removed?.because).toMatch(/^EndpointSlice web-\w+: pod web-/);
    const writes = rows.flatMap(({ step }) => (step === undefined ? [] : story.index.get(step)));
    expect(new Set(writes.map((step) => step?.object?.kind))).toEqual(new Set(['Service', 'EndpointSlice']));
  });

  it('switches to the other mode, and to another Service', () => {
    const choice = { mode: 'nftables', service: 'default/kubernetes:https/tcp' };
    const { parts } = insideOf(story, focus, last, undefined, choice);
    const { rows, title } = part(parts, 'rules');
    expect(title).toContain('default/kubernetes:https');
    expect(rows.some(({ text }) => text.startsWith('service-ips {'))).toBe(true);
    expect(part(parts, 'text').text()).toContain('table ip kube-proxy {');
  });

  it('takes a packet through the rules to an endpoint, and chance can take another', () => {
    const way = part(insideOf(story, focus, last).parts, 'way');
    expect(way.title).toMatch(/^A packet to 10\.96\.\d+\.\d+:80 from /);
    expect(way.hops.map(({ chain }) => chain.replace(/-[A-Z2-7]{16}$/, ''))).toEqual(
      expect.arrayContaining(['PREROUTING', 'KUBE-SERVICES', 'KUBE-SVC', 'KUBE-SEP', 'POSTROUTING']),
    );
    expect(way.end).toMatch(/^Delivered to 10\.244\.\d+\.\d+:80 \(web-/);
  });

  it('says when the trace tells of no sync', () => {
    const { text } = part(insideOf(story, focus, 0).parts, 'note');
    expect(text).toContain('no sync');
  });

  it('says that the rules are frozen while it is stopped, and what it has missed', () => {
    const other = played('iptables');
    other.fault('stop', { component: 'kube-proxy', node: NODE });
    const body = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'late' }, spec: { ports: [{ port: 80 }] } };
    other.request({ method: 'POST', path: '/api/v1/namespaces/default/services', body });
    other.settle(MINUTE);
    const all = other.stepsAfter(0);
    const { parts } = insideOf(new Story(topology(2), networkAfter(other, 0), all), focus, all.length);
    expect(part(parts, 'note').text).toMatch(/stopped: the rules stay .* Missed since: 1 write of/);
    expect(part(parts, 'text').text()).not.toContain('default/late');
  });
});
