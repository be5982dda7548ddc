import { describe, expect, test } from 'vitest';
import { appliedStep, stepOf } from '../../../src/host/annotate/find-step.ts';
import { deploymentSteps } from '../scene/recording.ts';

const steps = deploymentSteps(1, 1);
const user = steps.find(({ actor, object }) => actor.component === 'user' && object?.kind === 'Deployment');
const object = { apiVersion: 'apps/v1', kind: 'Deployment', name: user?.object?.name ?? '', namespace: 'demo' };

describe('from an annotation to a step', () => {
  test('the last time a person wrote the object', () => {
    const namespace = user?.object?.namespace ?? '';
    expect(appliedStep(steps, { ...object, namespace })?.id).toBe(user?.id);
    expect(appliedStep(steps, { ...object, namespace: `${namespace}-other` })).toBeUndefined();
    expect(appliedStep(steps, { ...object, namespace, kind: 'Service' })).toBeUndefined();
  });

  test.each(['deployment-controller', 'replicaset-controller', 'kube-scheduler', 'kubelet'])(
    '%s: its first step that goes back to it',
    (component) => {
      if (!user) throw new Error('the recording has no apply');
      const step = stepOf(steps, user, component);
      expect(step?.actor.component).toBe(component);
      expect(step?.id).toBeGreaterThan(user.id);
    },
  );

  test('the API server did it in the very request; who did nothing has none', () => {
    if (!user) throw new Error('the recording has no apply');
    expect(stepOf(steps, user, 'kube-apiserver')).toBe(user);
    expect(stepOf(steps, user, 'cronjob-controller')).toBeUndefined();
  });
});
