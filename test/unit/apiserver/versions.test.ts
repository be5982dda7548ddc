import { describe, expect, it } from 'vitest';
import { ask, bench, bodyOf, collect } from './support.ts';

const HPA = (v: string, name = ''): string =>
  `/apis/autoscaling/${v}/namespaces/default/horizontalpodautoscalers${name}`;
const spec = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 5 };

describe('versions of one resource', () => {
  it('HorizontalPodAutoscaler: written in v1, stored in v2, read in both', () => {
    const b = bench();
    const made = ask(b, `POST ${HPA('v1')}`, {
      metadata: { name: 'h' },
      spec: { ...spec, targetCPUUtilizationPercentage: 60 },
    });
    expect(made.code).toBe(201);
    expect(bodyOf(made)).toMatchObject({ apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 60 } });
    expect(b.store.get('/registry/horizontalpodautoscalers/default/h')?.value.apiVersion).toBe('autoscaling/v2');
    const [metric] = bodyOf(ask(b, `GET ${HPA('v2', '/h')}`)).spec.metrics;
    expect(metric.resource).toEqual({ name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } });
    const patch = { contentType: 'application/merge-patch+json' };
    ask(b, `PATCH ${HPA('v1', '/h')}`, { spec: { targetCPUUtilizationPercentage: 70 } }, patch);
    expect(bodyOf(ask(b, `GET ${HPA('v2', '/h')}`)).spec.metrics[0].resource.target.averageUtilization).toBe(70);
  });

  it('Events of both groups are the same Events', () => {
    const b = bench();
    const event = {
      metadata: { name: 'e' },
      regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
      note: 'hello',
      reason: 'Hello',
      action: 'Greet',
      type: 'Normal',
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'me.example/x',
      reportingInstance: 'x-1',
    };
    const seen = collect(b, '/api/v1/namespaces/default/events');
    expect(ask(b, 'POST /apis/events.k8s.io/v1/namespaces/default/events', event).code).toBe(201);
    const core = bodyOf(ask(b, 'GET /api/v1/namespaces/default/events/e'));
    expect(core).toMatchObject({ message: 'hello', involvedObject: { name: 'p' }, reportingComponent: 'me.example/x' });
    expect(seen.events).toMatchObject([{ type: 'ADDED', object: { message: 'hello' } }]);
    const list = bodyOf(
      ask(b, 'GET /apis/events.k8s.io/v1/events', undefined, { q: { fieldSelector: 'regarding.name=p' } }),
    );
    expect(list.items).toMatchObject([{ note: 'hello' }]);
  });
});
