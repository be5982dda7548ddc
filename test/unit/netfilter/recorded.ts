// What a real kube-proxy v1.36.2 wrote, the objects it had, and what of its text is not determined: a Go map's order.
import { readFileSync } from 'node:fs';
import type { Node, Service } from '../../../src/model/generated/core.v1.ts';
import type { EndpointSlice } from '../../../src/model/generated/discovery.v1.ts';
import type { ServiceCIDR } from '../../../src/model/generated/networking.v1.ts';
import type { Inputs, Mode } from '../../../src/netfilter/types.ts';
import { sharedPath } from '../../support/shared.ts';

const read = (name: string): string => readFileSync(sharedPath('kube-proxy', name), 'utf8');

/** As a fresh cluster has them; the recorded list holds one namespace. */
const KUBERNETES: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kubernetes', namespace: 'default' },
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.96.0.1',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 7443 }],
  },
};
const API_SERVER: EndpointSlice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
  ports: [{ name: 'https', port: 7443, protocol: 'TCP' }],
};
const NODE: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1' },
  status: { addresses: [{ type: 'InternalIP', address: '192.0.2.2' }] },
};
export const SERVICE_CIDR: ServiceCIDR = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name: 'kubernetes' },
  spec: { cidrs: ['10.96.0.0/16'] },
};

export function recordedInputs(mode: Mode): Inputs {
  const { items } = JSON.parse(read('objects.json')) as { items: { kind: string }[] };
  return {
    services: [...(items.filter(({ kind }) => kind === 'Service') as Service[]), KUBERNETES],
    slices: [...(items.filter(({ kind }) => kind === 'EndpointSlice') as EndpointSlice[]), API_SERVER],
    serviceCIDRs: [SERVICE_CIDR],
    node: NODE,
    config: { mode, clusterCIDRs: ['10.245.0.0/16'] },
  };
}

export function recordedText(mode: Mode): string {
  return mode === 'iptables' ? read('iptables-filter.txt') + read('iptables-nat.txt') : read('nftables.txt');
}

/** The Services' lines of the two chains that they share, sorted; the last line of KUBE-SERVICES stays the last. */
export function withoutIptablesOrder(text: string): string[] {
  const lines = text.split('\n');
  const shared = (line: string): boolean =>
    /^-A KUBE-(SERVICES|NODEPORTS) /.test(line) && !line.includes('must be the last');
  const sorted = lines.filter(shared).sort();
  return lines.map((line) => (shared(line) ? (sorted.shift() ?? '') : line));
}

/** Elements of maps, and whole chains and sets of Services, sorted. */
export function withoutNftablesOrder(text: string): string[] {
  const parts = text
    .replace(/\n}\n$/, '')
    .split('\n\n')
    .map((part) => part.split('\n'));
  return parts.map((part) => (part.some((line) => line.startsWith('\tmap ')) ? sortMap(part) : part).join('\n')).sort();
}

function sortMap(lines: readonly string[]): string[] {
  const at = lines.findIndex((line) => line.includes('elements = {'));
  const end = lines.findIndex((line) => line.endsWith(' }'));
  if (at < 0) return [...lines];
  const elements = lines.slice(at, end + 1).map((line) => line.replace(/elements = {|,$| }$/g, '').trim());
  return [...lines.slice(0, at), ...elements.sort(), ...lines.slice(end + 1)];
}
