import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/model/object.ts';
import { changers } from '../../../src/provenance/changers.ts';
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

describe('whose fields a change touched', () => {
  const time = '2026-01-01T00:00:00Z';
  const condition = (type: string) => ({ [`k:{"type":"${type}"}`]: { '.': {}, 'f:status': {}, 'f:type': {} } });
  const node = (conditions: object[], labels: object, fields: object): KubeObject =>
    ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: 'n',
        labels,
        managedFields: [
          ...['kubelet', 'kube-scheduler'].map((manager, i) => ({
            manager,
            operation: 'Update',
            subresource: 'status',
            time,
            fieldsV1: { 'f:status': { 'f:conditions': condition(i === 0 ? 'Ready' : 'Other') } },
          })),
          { manager: 'kubectl-label', operation: 'Update', time, fieldsV1: { 'f:metadata': { 'f:labels': fields } } },
        ],
      },
      status: { conditions },
    }) as unknown as KubeObject;
  const ready = (status: string) => ({ type: 'Ready', status });
  const other = { type: 'Other', status: 'True' };

  test('is told by the field when two managers wrote in one second and the sets stayed as they were', () => {
    const [one] = changers(node([ready('False'), other], {}, {}), node([other, ready('True')], {}, {}));
    expect(one?.manager).toBe('kubelet');
  });

  test('is told by who had owned it when a field is taken away', () => {
    const [one] = changers(node([other], { a: '1' }, { 'f:a': {} }), node([other], {}, {}));
    expect(one?.manager).toBe('kubectl-label');
    expect(changers(node([other], { b: '1' }, { 'f:a': {} }), node([other], {}, {}))).toEqual([]);
  });
});
