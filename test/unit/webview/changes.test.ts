import { expect, test } from 'vitest';
import { changeEntries } from '../../../webview/scene/changes.ts';

test('fields of one item of a list are one entry, without what its path says, and bookkeeping comes last', () => {
  const entries = changeEntries([
    { path: 'apiVersion', after: 'v1' },
    { path: 'metadata.uid', after: 'u' },
    { path: 'status.conditions[type="Ready"].type', after: 'Ready' },
    { path: 'status.conditions[type="Ready"].lastProbeTime', after: null },
    { path: 'status.conditions[type="Ready"].status', before: 'False', after: 'True' },
    { path: 'status.conditions[type="Ready"].reason', before: 'NotYet' },
    { path: 'spec.replicas', before: 3, after: 5 },
    { path: 'spec.containers[name="web"].resources.limits.cpu', after: '1' },
  ]);
  expect(entries).toEqual([
    { path: 'spec.replicas', values: [{ before: 3, after: 5 }] },
    { path: 'spec.containers[name="web"].resources.limits.cpu', values: [{ before: undefined, after: '1' }] },
    {
      path: 'status.conditions[type="Ready"]',
      values: [
        { name: 'status', before: 'False', after: 'True' },
        { name: 'reason', before: 'NotYet', after: undefined },
      ],
    },
    { path: 'metadata.uid', values: [{ before: undefined, after: 'u' }] },
    { path: 'apiVersion', values: [{ before: undefined, after: 'v1' }] },
  ]);
});
