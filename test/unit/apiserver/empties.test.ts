import { describe, expect, it } from 'vitest';
import { ask, bench, bodyOf } from './support.ts';

const HPA = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';

function autoscaler(policies?: readonly object[]) {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 3,
      behavior: { scaleDown: { stabilizationWindowSeconds: 60, ...(policies ? { policies } : {}) } },
    },
  };
}

function deployment(nodeSelector?: object) {
  const labels = { app: 'web' };
  const spec = { containers: [{ name: 'web', image: 'nginx:1.27' }], ...(nodeSelector ? { nodeSelector } : {}) };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

describe('a list or map that is given as empty', () => {
  it('gets no defaults, on create, update and patch alike', () => {
    const b = bench();
    expect(ask(b, `POST ${HPA}`, autoscaler([])).code).toBe(422);
    expect(ask(b, `POST ${HPA}`, autoscaler()).code).toBe(201);
    const { policies } = bodyOf(ask(b, `GET ${HPA}/web`)).spec.behavior.scaleDown;
    expect(policies).toHaveLength(1);
    expect(bodyOf(ask(b, `PUT ${HPA}/web`, autoscaler([]))).message).toContain('must specify at least one Policy');
    const patch = { spec: { behavior: { scaleDown: { policies: [] } } } };
    const patched = ask(b, `PATCH ${HPA}/web`, patch, { contentType: 'application/merge-patch+json' });
    expect(bodyOf(patched).message).toContain('must specify at least one Policy');
  });

  it('is neither stored nor owned, and is no change', () => {
    const b = bench();
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const made = bodyOf(ask(b, `POST ${path}`, deployment({})));
    expect(made.spec.template.spec).not.toHaveProperty('nodeSelector');
    expect(JSON.stringify(made.metadata.managedFields)).not.toContain('f:nodeSelector');
    const revision = b.store.revision;
    const again = bodyOf(ask(b, `PUT ${path}/web`, deployment({})));
    expect(again.metadata.generation).toBe(1);
    expect(b.store.revision).toBe(revision);
  });
});
