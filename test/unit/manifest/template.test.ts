// What a change to the same field means in an object, in a template, and in a template's template.
import { describe, expect, test } from 'vitest';
import { known } from '../../../src/manifest/explain.ts';
import { descend, type Place, rootPlace } from '../../../src/manifest/typing.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const knowledge = sourceKnowledge();

function change(apiVersion: string, kind: string, path: string): { effect: string; text: string } | undefined {
  let place: Place | undefined = rootPlace(apiVersion, kind);
  for (const step of path.split('.')) place = place && descend(place, /^\d+$/.test(step) ? Number(step) : step);
  expect(place, `${kind} ${path}`).toBeDefined();
  return place && known(knowledge, place)?.change;
}

describe('a change of a template’s image', () => {
  const image = 'spec.containers.0.image';
  test.each([
    ['apps/v1', 'Deployment', `spec.template.${image}`, 'rollout', 'a new ReplicaSet'],
    ['apps/v1', 'ReplicaSet', `spec.template.${image}`, 'next', 'those that run stay as they are'],
    ['v1', 'ReplicationController', `spec.template.${image}`, 'next', 'only pods created after the change'],
    ['apps/v1', 'StatefulSet', `spec.template.${image}`, 'rollout', 'from the highest ordinal down'],
    ['apps/v1', 'DaemonSet', `spec.template.${image}`, 'rollout', 'node by node'],
    ['batch/v1', 'Job', `spec.template.${image}`, 'immutable', 'make a new Job'],
    ['batch/v1', 'CronJob', `spec.jobTemplate.spec.template.${image}`, 'next', 'Jobs created from now on'],
    ['v1', 'PodTemplate', `template.${image}`, 'in-place', 'nothing in Kubernetes makes pods from it'],
  ])('%s %s', (apiVersion, kind, path, effect, words) => {
    const said = change(apiVersion, kind, path);
    expect(said?.effect).toBe(effect);
    expect(said?.text).toContain(words);
    // That is true of pods alone.
    expect(said?.text).not.toContain('restarts that container');
  });

  test('in a pod itself restarts the container', () => {
    expect(change('v1', 'Pod', image)).toMatchObject({ effect: 'in-place' });
  });
});

describe('other templates', () => {
  test('a Job’s own fields count for later Jobs in a CronJob', () => {
    expect(change('batch/v1', 'Job', 'spec.completions')?.effect).toBe('immutable');
    expect(change('batch/v1', 'CronJob', 'spec.jobTemplate.spec.completions')?.effect).toBe('next');
    expect(change('batch/v1', 'CronJob', 'spec.schedule')?.effect).not.toBe('rollout');
  });

  test('a claim may grow, a StatefulSet’s claim template may not', () => {
    const size = 'spec.resources.requests';
    expect(change('v1', 'PersistentVolumeClaim', size)?.effect).toBe('in-place');
    const fixed = change('apps/v1', 'StatefulSet', `spec.volumeClaimTemplates.0.${size}`);
    expect(fixed).toMatchObject({ effect: 'immutable' });
    expect(fixed?.text).toContain('edit its claim');
  });

  test('a claim inside a pod is fixed with the pod, in a Deployment it rolls', () => {
    const inside = 'spec.volumes.0.ephemeral.volumeClaimTemplate.spec.resources';
    expect(change('v1', 'Pod', inside)?.effect).toBe('immutable');
    expect(change('apps/v1', 'Deployment', `spec.template.${inside}`)?.effect).toBe('rollout');
  });

  test('a template of claims for devices cannot be changed', () => {
    expect(change('resource.k8s.io/v1', 'ResourceClaimTemplate', 'spec.metadata.labels')?.effect).toBe('immutable');
  });

  test('labels in a template say what the selector asks', () => {
    expect(change('apps/v1', 'Deployment', 'spec.template.metadata.labels')?.text).toContain('selector');
    expect(change('apps/v1', 'Deployment', 'metadata.labels')?.text).not.toContain('ReplicaSet');
  });

  test('every field of a pod template says what its owner makes of a change', () => {
    const types = knowledge.recordedTypes().find(({ type }) => type === 'core.v1.PodSpec');
    const silent = Object.keys(types?.fields ?? {}).filter(
      (field) => change('apps/v1', 'Deployment', `spec.template.spec.${field}`)?.effect !== 'rollout',
    );
    expect(silent).toEqual([]);
  });
});
