import { describe, expect, it } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../src/model/generated/core.v1.ts';
import { usesClaims } from '../../../src/simulator/controllers/protection/controller.ts';
import * as decide from '../../../src/simulator/controllers/pvbinder/decide.ts';
import { pod } from './objects.ts';

function volume(
  name: string,
  storage: string,
  o: Partial<NonNullable<PersistentVolume['spec']>> = {},
): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], storageClassName: 'manual', ...o },
    status: { phase: 'Available' },
  };
}

function claim(storage: string, o: Partial<NonNullable<PersistentVolumeClaim['spec']>> = {}): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'demo', uid: 'u', resourceVersion: '7' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'manual', resources: { requests: { storage } }, ...o },
  };
}

const best = (c: PersistentVolumeClaim, ...volumes: PersistentVolume[]): string | undefined =>
  decide.bestVolume(volumes, c, false)?.metadata.name;

describe('which volume a claim gets', () => {
  it.each<[string, string | undefined, PersistentVolumeClaim, PersistentVolume[]]>([
    [
      'the smallest that is large enough',
      'm',
      claim('500Mi'),
      [volume('s', '100Mi'), volume('l', '10Gi'), volume('m', '1Gi')],
    ],
    ['none of another class', undefined, claim('1Gi'), [volume('a', '1Gi', { storageClassName: 'fast' })]],
    ['none without its access mode', undefined, claim('1Gi', { accessModes: ['ReadWriteMany'] }), [volume('a', '1Gi')]],
    ['none of another mode', undefined, claim('1Gi', { volumeMode: 'Block' }), [volume('a', '1Gi')]],
    [
      'none that is somebody else’s',
      undefined,
      claim('1Gi'),
      [volume('a', '1Gi', { claimRef: { name: 'other', namespace: 'demo' } })],
    ],
    [
      'the one kept for it, though larger',
      'mine',
      claim('1Gi'),
      [volume('a', '1Gi'), volume('mine', '9Gi', { claimRef: { name: 'data', namespace: 'demo' } })],
    ],
  ])('%s', (_, wanted, c, volumes) => expect(best(c, ...volumes)).toBe(wanted));

  it('only one kept for it while its class waits for a pod', () =>
    expect(decide.bestVolume([volume('a', '1Gi')], claim('1Gi'), true)).toBeUndefined());
});

describe('binding', () => {
  it('writes the claim into the volume and the volume into the claim, once', () => {
    const held = decide.boundVolume(volume('v', '1Gi'), claim('1Gi'));
    expect(held?.spec?.claimRef).toEqual({
      kind: 'PersistentVolumeClaim',
      namespace: 'demo',
      name: 'data',
      uid: 'u',
      apiVersion: 'v1',
      resourceVersion: '7',
    });
    expect(held?.metadata.annotations).toEqual({ 'pv.kubernetes.io/bound-by-controller': 'yes' });
    expect(held && decide.boundVolume(held, claim('1Gi'))).toBeUndefined();
    const own = decide.boundClaim(claim('1Gi'), volume('v', '1Gi'));
    expect(own?.spec?.volumeName).toBe('v');
    expect(own && decide.boundClaim(own, volume('v', '1Gi'))).toBeUndefined();
  });
  it('marks neither where the user chose', () => {
    const reserved = volume('v', '1Gi', { claimRef: { name: 'data', namespace: 'demo' } });
    expect(decide.boundVolume(reserved, claim('1Gi'))?.metadata.annotations).toBeUndefined();
    const named = decide.boundClaim(claim('1Gi', { volumeName: 'v' }), volume('v', '1Gi'));
    expect(named?.metadata.annotations).toEqual({ 'pv.kubernetes.io/bind-completed': 'yes' });
  });
});

describe('a claim is in use', () => {
  it('from the moment its pod has a node until the pod has ended', () => {
    expect(usesClaims(pod('a'))).toBe(true);
    expect(usesClaims(pod('a', { node: '' }))).toBe(false);
    expect(usesClaims(pod('a', { phase: 'Succeeded' }))).toBe(false);
  });
});
