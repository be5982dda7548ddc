import { describe, expect, it } from 'vitest';
import type { PersistentVolumeClaim, ResourceQuota, Service } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { allResources } from '../../../src/model/resources.ts';
import {
  changesUsage,
  nextStatus,
  sameStatus,
  watchedBy,
} from '../../../src/simulator/controllers/resourcequota/decide.ts';
import { pod } from './objects.ts';

const quota = (hard: { readonly [name: string]: string }, scopes?: 'BestEffort'[]): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', namespace: 'demo' },
  spec: { hard, ...(scopes ? { scopes } : {}) },
});
const asks = (cpu: string): Parameters<typeof pod>[1] => ({
  spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] },
});

describe('what is used of a quota', () => {
  const pods: KubeObject[] = [
    pod('a', asks('500m')),
    pod('b', asks('1')),
    pod('c', { ...asks('2'), phase: 'Succeeded' }),
  ];
  it('is what pods that have not ended ask for', () => {
    const { used } = nextStatus(quota({ pods: '9', 'requests.cpu': '4', 'limits.cpu': '4' }), (r) =>
      r.plural === 'pods' && r.group === '' ? pods : [],
    );
    expect(used).toEqual({ pods: '2', 'requests.cpu': '1500m', 'limits.cpu': '0' });
  });
  it('counts within its scope', () => {
    const { used } = nextStatus(quota({ pods: '9' }, ['BestEffort']), (r) =>
      r.plural === 'pods' && r.group === '' ? [...pods, pod('d')] : [],
    );
    expect(used).toEqual({ pods: '1' });
  });
  it('looks only at what it limits', () => {
    const seen = (hard: { readonly [name: string]: string }): string[] => watchedBy(quota(hard)).map((r) => r.plural);
    expect(seen({ 'count/jobs.batch': '1' })).toEqual(['jobs']);
    expect(seen({ 'requests.cpu': '1' })).toEqual(['pods']);
    expect(seen({ 'requests.storage': '1Gi', 'services.nodeports': '2' }).sort()).toEqual([
      'persistentvolumeclaims',
      'services',
    ]);
  });
  it('is the same when only written otherwise', () =>
    expect(sameStatus({ hard: { cpu: '1000m' }, used: { cpu: '0' } }, { hard: { cpu: '1' }, used: { cpu: '0' } })).toBe(
      true,
    ));
});

describe('what is counted anew', () => {
  // Facts: DefaultUpdateFilter in pkg/quota/v1/install/update_filter.go, v1.36.
  const info = (plural: string) => {
    const found = allResources().find((r) => r.group === '' && r.plural === plural);
    if (found === undefined) throw new Error(`no ${plural}`);
    return found;
  };
  const service = (type: 'ClusterIP' | 'NodePort'): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { type, ports: [{ port: 80 }] },
  });
  it.each<[string, string, KubeObject, KubeObject, boolean]>([
    ['a pod that ended', 'pods', pod('a', asks('1')), pod('a', { ...asks('1'), phase: 'Failed' }), true],
    ['a pod that was resized', 'pods', pod('a', asks('2')), pod('a', asks('1')), true],
    ['a pod that only became ready', 'pods', pod('a', { ready: false }), pod('a'), false],
    ['a Service that gives its node port back', 'services', service('NodePort'), service('ClusterIP'), true],
    ['a Service as before', 'services', service('NodePort'), service('NodePort'), false],
  ])('%s', (_, plural, before, now, counted) => expect(changesUsage(info(plural), before, now)).toBe(counted));
  it('a claim by its class of attributes', () => {
    const claim = (volumeAttributesClassName?: string): PersistentVolumeClaim => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c', namespace: 'demo' },
      spec: { ...(volumeAttributesClassName ? { volumeAttributesClassName } : {}) },
    });
    const scopeName = 'VolumeAttributesClass' as const;
    const gold: ResourceQuota = quota({ persistentvolumeclaims: '9' });
    const scoped = (operator: 'In' | 'NotIn'): ResourceQuota => ({
      ...gold,
      spec: { ...gold.spec, scopeSelector: { matchExpressions: [{ scopeName, operator, values: ['gold'] }] } },
    });
    const used = (q: ResourceQuota) =>
      nextStatus(q, (r) => (r.plural === 'persistentvolumeclaims' ? [claim('gold'), claim('iron'), claim()] : [])).used;
    expect(used(scoped('In'))).toEqual({ persistentvolumeclaims: '1' });
    expect(used(scoped('NotIn'))).toEqual({ persistentvolumeclaims: '2' });
  });
});
