// Facts: applyLabelKeysToLabelSelector in pkg/registry/core/pod/strategy.go, v1.36.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/model/generated/core.v1.ts';
import { ask, bench } from './support.ts';

const TERM = { labelSelector: { matchLabels: { app: 'a' } }, topologyKey: 'kubernetes.io/hostname' };
const made = (spec: object, labels: Record<string, string> = { app: 'a', version: '2' }) => {
  const b = bench();
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', account);
  return ask(b, 'POST /api/v1/namespaces/default/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels },
    spec: { containers: [{ name: 'c', image: 'x' }], ...spec },
  });
};
const expressions = (spec: object, pick: (spec: NonNullable<Pod['spec']>) => { labelSelector?: object } | undefined) =>
  (pick((made(spec).body as Pod).spec ?? { containers: [] })?.labelSelector as { matchExpressions?: unknown })
    ?.matchExpressions;

describe('label keys of a new pod', () => {
  it('become requirements with the values of its own labels', () => {
    const required = [{ ...TERM, matchLabelKeys: ['version', 'none'], mismatchLabelKeys: ['app'] }];
    const spec = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } };
    expect(
      expressions(spec, (s) => s.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.[0]),
    ).toEqual([
      { key: 'version', operator: 'In', values: ['2'] },
      { key: 'app', operator: 'NotIn', values: ['a'] },
    ]);
  });
  it('do so in preferred terms and in topology spread constraints', () => {
    const preferred = [{ weight: 1, podAffinityTerm: { ...TERM, matchLabelKeys: ['version'] } }];
    const near = { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } };
    const constraint = { ...TERM, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['version'] };
    const wanted = [{ key: 'version', operator: 'In', values: ['2'] }];
    const term = (s: NonNullable<Pod['spec']>) =>
      s.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.[0]?.podAffinityTerm;
    expect(expressions(near, term)).toEqual(wanted);
    expect(expressions({ topologySpreadConstraints: [constraint] }, (s) => s.topologySpreadConstraints?.[0])).toEqual(
      wanted,
    );
  });
  it('may not be in the selector already', () => {
    const required = [{ ...TERM, matchLabelKeys: ['app'] }];
    const answer = made({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } });
    expect(answer.code).toBe(422);
    expect((answer.body as { message: string }).message).toMatch(
      /"app": exists in both matchLabelKeys and labelSelector/,
    );
  });
});
