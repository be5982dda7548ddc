import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/model/object.ts';
import { creatorOf } from '../../../src/provenance/writer.ts';

const pod = (ownerKind: string): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      namespace: 'kube-system',
      ownerReferences: [{ apiVersion: 'v1', kind: ownerKind, name: 'o', uid: 'u', controller: true }],
      managedFields: [
        { manager: 'kubelet', operation: 'Update', apiVersion: 'v1', time: '2026-01-01T00:00:00Z', fieldsV1: {} },
      ],
    },
  }) as KubeObject;

describe('who made an object', () => {
  test('the controller of its owner, where that makes such objects', () => {
    expect(creatorOf(pod('ReplicaSet'))).toMatchObject({ component: 'replicaset-controller' });
  });

  test('not the controller that only looks after its owner: a mirror pod is made by the kubelet of its Node', () => {
    expect(creatorOf(pod('Node'))).toMatchObject({ component: 'kubelet' });
    expect(creatorOf(pod('toString'))).toMatchObject({ component: 'kubelet' });
  });
});
