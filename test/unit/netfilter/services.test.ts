// What of Services and EndpointSlices makes which rules: the cases that the recorded cluster has not.
import { describe, expect, it } from 'vitest';
import type { Node, Service } from '../../../src/model/generated/core.v1.ts';
import type { Endpoint, EndpointSlice } from '../../../src/model/generated/discovery.v1.ts';
import { rulesOf, textOf } from '../../../src/netfilter/rules.ts';
import type { Family, Mode } from '../../../src/netfilter/types.ts';
import { SERVICE_CIDR } from './recorded.ts';

type Spec = NonNullable<Service['spec']>;

interface Case {
  readonly spec?: Partial<Spec>;
  readonly status?: Service['status'];
  readonly labels?: { readonly [key: string]: string };
  readonly endpoints?: readonly Endpoint[];
  readonly node?: Partial<Node>;
  readonly mode?: Mode;
  readonly family?: Family;
}

const NODE: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', labels: { 'topology.kubernetes.io/zone': 'a' } },
  status: { addresses: [{ type: 'InternalIP', address: '192.0.2.2' }] },
};

const at = (ip: string, nodeName: string, more: Partial<Endpoint> = {}): Endpoint => ({
  addresses: [ip],
  nodeName,
  conditions: { ready: true, serving: true, terminating: false },
  ...more,
});
const ENDING = { conditions: { ready: false, serving: true, terminating: true } };
const HERE = at('10.180.0.1', 'node-1');
const THERE = at('10.180.0.2', 'node-2');

/** The Service `ns5/svc5` with its port `p80`, as upstream's tests have one. */
function lines({
  spec,
  status,
  labels,
  endpoints = [HERE, THERE],
  node,
  mode = 'iptables',
  family = 'IPv4',
}: Case): string[] {
  const clusterIP = family === 'IPv4' ? '172.30.0.45' : 'fd00:172:30::45';
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'svc5', namespace: 'ns5', ...(labels ? { labels } : {}) },
    spec: { type: 'ClusterIP', clusterIP, ports: [{ name: 'p80', port: 80, protocol: 'TCP' }], ...spec },
    ...(status ? { status } : {}),
  };
  const port = service.spec?.ports?.[0];
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'svc5-1', namespace: 'ns5', labels: { 'kubernetes.io/service-name': 'svc5' } },
    addressType: family,
    endpoints,
    ports: [{ name: port?.name ?? '', port: 80, protocol: port?.protocol ?? 'TCP' }],
  };
  const config = { mode, clusterCIDRs: [family === 'IPv4' ? '10.0.0.0/8' : 'fd00:10::/32'] };
  const inputs = {
    services: [service],
    slices: [slice],
    serviceCIDRs: [SERVICE_CIDR],
    node: { ...NODE, ...node },
    config,
  };
  return textOf(rulesOf(inputs, family))
    .split('\n')
    .map((line) => line.trim());
}

const about = (all: readonly string[], pattern: RegExp): string[] => all.filter((line) => pattern.test(line));
const choices = (all: readonly string[], chain: 'SVC' | 'SVL'): string[] =>
  about(all, new RegExp(`^-A KUBE-${chain}-.*-> `)).map((line) => / -> (\S+)"/.exec(line)?.[1] ?? '');

const LB = { type: 'LoadBalancer', ports: [{ name: 'p80', port: 80, protocol: 'TCP', nodePort: 3002 }] } as const;
const INGRESS = { loadBalancer: { ingress: [{ ip: '5.6.7.8' }] } };

describe('a load balancer with source ranges', () => {
  const spec = { ...LB, loadBalancerSourceRanges: [' 203.0.113.0/25'] };

  it('has a firewall chain in mode iptables, and drops who does not come out of it', () => {
    const all = lines({ spec, status: INGRESS });
    // The hash is that of upstream's own tests, pkg/proxy/iptables/proxier_test.go.
    expect(about(all, /KUBE-FW/)).toEqual([
      '-A KUBE-PROXY-FIREWALL -d 5.6.7.8/32 -p tcp -m comment --comment "ns5/svc5:p80 traffic not accepted by KUBE-FW-NUKIZ6OKUXPJNT4C" -m tcp --dport 80 -j DROP',
      ':KUBE-FW-NUKIZ6OKUXPJNT4C - [0:0]',
      '-A KUBE-FW-NUKIZ6OKUXPJNT4C -s 203.0.113.0/25 -m comment --comment "ns5/svc5:p80 loadbalancer IP" -j KUBE-EXT-NUKIZ6OKUXPJNT4C',
      '-A KUBE-FW-NUKIZ6OKUXPJNT4C -m comment --comment "other traffic to ns5/svc5:p80 will be dropped by KUBE-PROXY-FIREWALL"',
      '-A KUBE-SERVICES -d 5.6.7.8/32 -p tcp -m comment --comment "ns5/svc5:p80 loadbalancer IP" -m tcp --dport 80 -j KUBE-FW-NUKIZ6OKUXPJNT4C',
    ]);
  });

  it('lets the balancer’s own address in where the ranges hold the node', () => {
    const mine = lines({ spec: { ...spec, loadBalancerSourceRanges: ['192.0.2.0/24'] }, status: INGRESS });
    expect(about(mine, /^-A KUBE-FW-\S+ -s 5\.6\.7\.8\/32 /)).toHaveLength(1);
  });

  it('drops in one rule in mode nftables', () => {
    const all = lines({ spec, status: INGRESS, mode: 'nftables' });
    expect(all).toContain('ip saddr != 203.0.113.0/25 drop');
    expect(all).toContain('elements = { 5.6.7.8 . tcp . 80 : goto firewall-HVFWP5L3-ns5/svc5/tcp/p80 }');
  });
});

describe('addresses', () => {
  it('of a load balancer in mode Proxy are not the node’s business', () => {
    const all = lines({ spec: LB, status: { loadBalancer: { ingress: [{ ip: '5.6.7.8', ipMode: 'Proxy' }] } } });
    expect(about(all, /5\.6\.7\.8/)).toEqual([]);
  });

  it('from outside are taken as a load balancer’s are', () => {
    const all = lines({ spec: { externalIPs: ['192.168.99.33'] } });
    expect(about(all, /external IP"/)).toHaveLength(1);
    expect(about(all, /masquerade traffic for ns5\/svc5:p80 external destinations/)).toHaveLength(1);
  });

  it('of IPv6 have their own words', () => {
    const all = lines({ family: 'IPv6', endpoints: [at('fd00:10::5', 'node-1')] });
    expect(about(all, /-j DNAT/)[0]).toContain('--to-destination [fd00:10::5]:80');
    expect(about(all, /^-A KUBE-SERVICES .*cluster IP/)[0]).toContain('-d fd00:172:30::45/128');
    expect(about(lines({ family: 'IPv6', endpoints: [] }), /REJECT/)[0]).toContain('icmp6-port-unreachable');
    const nft = lines({ family: 'IPv6', mode: 'nftables', endpoints: [at('fd00:10::5', 'node-1')] });
    expect(nft[0]).toBe('table ip6 kube-proxy {');
    expect(nft).toContain('elements = { fd00:10::5 . fd00:10::5 . tcp . 80 }');
  });

  it.each(['UDP', 'SCTP'] as const)('may be of %s', (protocol) => {
    const all = lines({ spec: { ports: [{ name: 'p80', port: 80, protocol }] } });
    const word = protocol.toLowerCase();
    expect(about(all, /-j DNAT/)[0]).toContain(`-p ${word} -m comment --comment "ns5/svc5:p80" -m ${word} -j DNAT`);
  });
});

describe('Services without rules', () => {
  it.each<[string, Case]>([
    ['headless', { spec: { clusterIP: 'None' } }],
    ['an ExternalName', { spec: { type: 'ExternalName', externalName: 'example.org', clusterIP: '' } }],
    ['another proxy’s', { labels: { 'service.kubernetes.io/service-proxy-name': 'mine' } }],
  ])('are %s', (_, one) => {
    for (const mode of ['iptables', 'nftables'] as const) expect(about(lines({ ...one, mode }), /svc5/)).toEqual([]);
  });
});

describe('traffic policy Local', () => {
  it('inside: only endpoints here; without any, packets are dropped', () => {
    const spec = { internalTrafficPolicy: 'Local' } as const;
    expect(choices(lines({ spec }), 'SVL')).toEqual(['10.180.0.1:80']);
    const away = lines({ spec, endpoints: [THERE] });
    expect(about(away, /has no local endpoints/)).toHaveLength(1);
    expect(about(away, /has no local endpoints/)[0]).toContain('-j DROP');
  });

  it('outside: pods and the node itself still reach every endpoint, also where none is here', () => {
    const spec = { ...LB, externalTrafficPolicy: 'Local', healthCheckNodePort: 30_000 } as const;
    const all = lines({ spec, status: INGRESS, endpoints: [THERE] });
    expect(choices(all, 'SVC')).toEqual(['10.180.0.2:80']);
    expect(about(all, /^-A KUBE-EXT-.*(pod|LOCAL) traffic|^-A KUBE-EXT-.*LOCAL traffic/)).toHaveLength(3);
    expect(about(all, /KUBE-EXTERNAL-SERVICES .*has no local endpoints.* -j DROP/)).toHaveLength(2);
    expect(about(all, /health check node port/)[0]).toContain('--dport 30000 -j ACCEPT');
  });
});

describe('endpoints', () => {
  it('that end are used only where none is ready', () => {
    const ending = at('10.180.0.3', 'node-2', ENDING);
    expect(choices(lines({ endpoints: [HERE, ending] }), 'SVC')).toEqual(['10.180.0.1:80']);
    expect(choices(lines({ endpoints: [ending] }), 'SVC')).toEqual(['10.180.0.3:80']);
  });

  it('that are not ready count as none: a Service without endpoints rejects', () => {
    const all = lines({ endpoints: [at('10.180.0.3', 'node-2', { conditions: { ready: false } })] });
    expect(about(all, /has no endpoints/)[0]).toContain('-j REJECT');
  });

  const near = (zone: string): Partial<Endpoint> => ({ hints: { forZones: [{ name: zone }] } });
  const hinted = [at('10.180.0.1', 'node-2', near('a')), at('10.180.0.2', 'node-3', near('b'))];

  it('are those with a hint for the node’s zone, as long as every one has a hint and one is for it', () => {
    expect(choices(lines({ endpoints: hinted }), 'SVC')).toEqual(['10.180.0.1:80']);
    expect(choices(lines({ endpoints: [...hinted, at('10.180.0.9', 'node-4')] }), 'SVC')).toHaveLength(3);
    const elsewhere = { metadata: { name: 'node-1', labels: { 'topology.kubernetes.io/zone': 'c' } } };
    expect(choices(lines({ endpoints: hinted, node: elsewhere }), 'SVC')).toHaveLength(2);
  });

  it('on the same node come before those in the same zone', () => {
    const own = { hints: { forNodes: [{ name: 'node-1' }], forZones: [{ name: 'a' }] } };
    const other = { hints: { forNodes: [{ name: 'node-2' }], forZones: [{ name: 'a' }] } };
    const endpoints = [at('10.180.0.1', 'node-1', own), at('10.180.0.2', 'node-2', other)];
    expect(choices(lines({ endpoints }), 'SVC')).toEqual(['10.180.0.1:80']);
  });

  it('are found back by a client where its address is remembered', () => {
    const spec = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 90 } } } as const;
    expect(about(lines({ spec }), /--rcheck --seconds 90 /)).toHaveLength(2);
    const nft = lines({ spec, mode: 'nftables' });
    expect(nft).toContain('timeout 1m30s');
    expect(about(nft, /^update @affinity-/)).toHaveLength(2);
  });
});
