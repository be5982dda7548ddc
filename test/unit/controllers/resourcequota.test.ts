import { describe, expect, it } from 'vitest';
import type { ResourceQuota } from '../../../src/model/generated/core.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { nextStatus, sameStatus, watchedBy } from '../../../src/simulator/controllers/resourcequota/decide.ts';
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
