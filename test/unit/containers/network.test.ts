// What a container is told of its name and of its network, as a kubelet writes it.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import { hostnameOf, hostsFile, resolvConf } from '../../../src/simulator/containers/network.ts';

const pod = (spec: object = {}, name = 'web-0'): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: { containers: [], ...spec },
    status: { podIP: '10.244.1.5' },
  }) as Pod;

describe('the name of a pod’s host', () => {
  it.each<[string, object, string]>([
    ['is the pod’s own', {}, 'web-0'],
    ['is the one that it asks for', { hostname: 'db' }, 'db'],
    ['is short beside a subdomain', { subdomain: 'web' }, 'web-0'],
    [
      'is full where it is asked for',
      { subdomain: 'web', setHostnameAsFQDN: true },
      'web-0.web.shop.svc.cluster.local',
    ],
    ['is the node’s in its network', { hostNetwork: true, nodeName: 'worker-1' }, 'worker-1'],
    ['is put in its place', { hostname: 'db', hostnameOverride: 'db.example.com' }, 'db.example.com'],
  ])('%s', (_, spec, name) => expect(hostnameOf(pod(spec))).toBe(name));

  it('has 63 characters at the most', () => {
    expect(hostnameOf(pod({}, `${'a'.repeat(62)}-b`))).toBe('a'.repeat(62));
  });
});

it('its hosts file has its address, its names and what it adds', () => {
  const lines = hostsFile(pod({ subdomain: 'web', hostAliases: [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }] })).split(
    '\n',
  );
  expect(lines[0]).toBe('# Kubernetes-managed hosts file.');
  expect(lines).toContain('10.244.1.5\tweb-0.web.shop.svc.cluster.local\tweb-0');
  expect(lines.slice(-3)).toEqual(['# Entries added by HostAliases.', '1.2.3.4\ta\tb', '']);
});

describe('its resolver', () => {
  it.each<[string, object, string]>([
    [
      'is the cluster’s',
      {},
      'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
    ],
    ['is the node’s in the node’s network', { hostNetwork: true }, 'nameserver 127.0.0.53\n'],
    [
      'is its own',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['9.9.9.9'], searches: ['x.y'], options: [{ name: 'edns0' }] } },
      'search x.y\nnameserver 9.9.9.9\noptions edns0\n',
    ],
    [
      'takes what is added to it',
      { dnsConfig: { options: [{ name: 'ndots', value: '2' }] } },
      'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:2\n',
    ],
  ])('%s', (_, spec, text) => expect(resolvConf(pod(spec))).toBe(text));
});
