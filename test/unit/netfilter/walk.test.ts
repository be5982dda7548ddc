import { describe, expect, it } from 'vitest';
import { rulesOf } from '../../../src/netfilter/rules.ts';
import type { Mode } from '../../../src/netfilter/types.ts';
import { type Packet, type Way, walk } from '../../../src/netfilter/walk.ts';
import { recordedInputs } from './recorded.ts';

const MODES: readonly Mode[] = ['iptables', 'nftables'];
const POD = '10.245.0.7';

function go(mode: Mode, packet: Partial<Packet>): Way {
  const rules = rulesOf(recordedInputs(mode));
  const base = { from: 'pod', source: POD, protocol: 'tcp', port: 80, nodeIPs: ['192.0.2.2'], pick: 0 } as const;
  return walk(rules, { ...base, to: '10.96.186.27', ...packet });
}

describe.each(MODES)('a packet in mode %s', (mode) => {
  it('to a cluster IP comes to one endpoint after another, as chance has it, and keeps its source', () => {
    const ends = [0, 1, 2].map((pick) => go(mode, { pick }));
    expect(ends.map(({ endpoint }) => endpoint?.ip)).toEqual(['10.245.0.52', '10.245.0.53', '10.245.0.54']);
    expect(ends.map(({ end, masqueraded }) => [end, masqueraded])).toEqual(ends.map(() => ['delivered', false]));
    for (const { hops } of ends) expect(hops.find(({ choice }) => choice)?.choice?.among).toHaveLength(3);
  });

  it('from outside the pods is masqueraded', () => {
    expect(go(mode, { from: 'outside', source: '198.51.100.4' })).toMatchObject({
      end: 'delivered',
      masqueraded: true,
    });
  });

  it('of a pod that comes back to itself is masqueraded', () => {
    expect(go(mode, { source: '10.245.0.53', pick: 1 })).toMatchObject({ end: 'delivered', masqueraded: true });
    expect(go(mode, { source: '10.245.0.53', pick: 0 })).toMatchObject({ end: 'delivered', masqueraded: false });
  });

  it('to a Service without endpoints is rejected', () => {
    expect(go(mode, { to: '10.96.228.121' })).toMatchObject({ end: 'rejected' });
  });

  it('to a node port is masqueraded, and with policy Local it is not', () => {
    const outside = { from: 'outside', source: '198.51.100.4', to: '192.0.2.2' } as const;
    expect(go(mode, { ...outside, port: 30_080 })).toMatchObject({ end: 'delivered', masqueraded: true });
    expect(go(mode, { ...outside, port: 30_443 })).toMatchObject({ end: 'delivered', masqueraded: false });
  });

  it('to a load balancer goes the short way for a pod of the cluster', () => {
    const lb = { to: '203.0.113.10', port: 443 };
    const inside = go(mode, lb).hops.map(({ chain }) => chain);
    const outside = go(mode, { ...lb, from: 'outside', source: '198.51.100.4' }).hops.map(({ chain }) => chain);
    expect(inside.some((chain) => /^(KUBE-SVC|service)-/.test(chain))).toBe(true);
    expect(outside.some((chain) => /^(KUBE-SVL|local)-/.test(chain))).toBe(true);
    expect(outside.some((chain) => /^(KUBE-SVC|service)-/.test(chain))).toBe(false);
  });

  it('to an address that no Service has goes on as it is', () => {
    expect(go(mode, { to: '198.51.100.9' })).toMatchObject({ end: 'untranslated' });
  });

  it('to a port that the Service does not have: nftables rejects it, iptables lets it go', () => {
    expect(go(mode, { port: 81 }).end).toBe(mode === 'nftables' ? 'rejected' : 'untranslated');
  });
});
