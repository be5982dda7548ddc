import { describe, expect, it } from 'vitest';
import { iptablesLine } from '../../../src/netfilter/iptables-text.ts';
import { rulesOf, textOf } from '../../../src/netfilter/rules.ts';
import { recordedInputs, recordedText, withoutIptablesOrder, withoutNftablesOrder } from './recorded.ts';

describe('what a real kube-proxy v1.36.2 wrote', () => {
  it('is what its objects give in mode iptables, line for line', () => {
    const ours = textOf(rulesOf(recordedInputs('iptables')));
    expect(withoutIptablesOrder(ours)).toEqual(withoutIptablesOrder(recordedText('iptables')));
  });

  it('is what its objects give in mode nftables, line for line', () => {
    const ours = textOf(rulesOf(recordedInputs('nftables')));
    expect(withoutNftablesOrder(ours)).toEqual(withoutNftablesOrder(recordedText('nftables')));
  });

  it('has, for each rule of a Service, the Service and the field that made it', () => {
    for (const mode of ['iptables', 'nftables'] as const) {
      const { chains, family } = rulesOf(recordedInputs(mode));
      const own = chains.flatMap((chain) => chain.rules.map((rule) => ({ chain: chain.name, rule })));
      const unexplained = own
        .filter(({ rule }) => !['base', 'kubelet'].includes(rule.origin.what))
        .filter(({ rule }) => rule.origin.service === undefined || rule.origin.field === undefined)
        .map(({ chain, rule }) => iptablesLine(chain, rule, family));
      expect(unexplained).toEqual([]);
      const services = own.flatMap(({ rule }) => rule.origin.service ?? []);
      expect(services).toContain('shop/web-sticky');
      expect(services).not.toContain('shop/web-headless');
    }
  });
});
