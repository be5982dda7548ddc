import { describe, expect, it } from 'vitest';
import { Cluster } from '../../../src/simulator/cluster.ts';

function create(plural: string, body: object) {
  const cluster = new Cluster({ nodes: 0, controlPlaneNodes: 1 });
  const path = `/apis/admissionregistration.k8s.io/v1/${plural}`;
  const response = cluster.request({ method: 'POST', path, body });
  return { response, step: cluster.trace.get(response.step) };
}

describe('what the simulator keeps and does not act on', () => {
  it('is said to whoever writes it, and in the step', () => {
    const { response, step } = create('validatingwebhookconfigurations', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'w' },
      webhooks: [
        {
          name: 'w.example.com',
          clientConfig: { service: { namespace: 'default', name: 'hook' } },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    });
    expect(response.code).toBe(201);
    expect(response.warnings).toEqual([
      'no program runs behind Service default/hook in the simulator: webhook "w.example.com" will not answer; one with clientConfig.url is really called',
    ]);
    expect(step?.fidelity).toBe('simplified');
    expect(step?.simplification).toContain('no program runs behind Service default/hook');
  });

  it('is not said of what it acts on', () => {
    const cluster = new Cluster({ nodes: 0 });
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } };
    const response = cluster.request({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', body });
    expect(response.warnings ?? []).toEqual([]);
    expect(cluster.trace.get(response.step)?.fidelity).toBe('simulated');
  });
});
