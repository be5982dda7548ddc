import { describe, expect, it } from 'vitest';
import { ask, type Bench, bench, bodyOf } from './support.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const APPLY = { contentType: 'application/apply-patch+yaml' };
const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } };
const metadata = { name: 'web' };

function withDeployment(): Bench {
  const b = bench();
  ask(b, `POST ${DEPLOYMENTS}`, { metadata, spec: { replicas: 2, selector: { matchLabels: labels }, template } });
  return b;
}

const scaled = (replicas: number): object => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata,
  spec: { replicas },
});

describe('server-side apply of a Scale', () => {
  it('meets the owner of the replicas, and takes them by force', () => {
    const b = withDeployment();
    const path = `PATCH ${DEPLOYMENTS}/web/scale`;
    const refused = ask(b, path, scaled(5), { ...APPLY, q: { fieldManager: 'autoscaler' } });
    expect(refused.code).toBe(409);
    expect(bodyOf(refused).details.causes).toEqual([
      { reason: 'FieldManagerConflict', message: 'conflict with "test" using apps/v1', field: '.spec.replicas' },
    ]);
    const done = ask(b, path, scaled(5), { ...APPLY, q: { fieldManager: 'autoscaler', force: 'true' } });
    expect(bodyOf(done)).toMatchObject({ kind: 'Scale', spec: { replicas: 5 } });
    const stored = bodyOf(ask(b, `GET ${DEPLOYMENTS}/web`));
    expect(stored.spec.replicas).toBe(5);
    expect(stored.metadata.generation).toBe(2);
    const mine = stored.metadata.managedFields.find((m: { manager: string }) => m.manager === 'autoscaler');
    expect(mine).toMatchObject({
      operation: 'Apply',
      subresource: 'scale',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    });
  });

  it('needs a manager and a sensible number', () => {
    const b = withDeployment();
    const path = `PATCH ${DEPLOYMENTS}/web/scale`;
    expect(bodyOf(ask(b, path, scaled(3), APPLY)).message).toContain('is required for apply patch');
    const negative = ask(b, path, scaled(-1), { ...APPLY, q: { fieldManager: 'm', force: 'true' } });
    expect(bodyOf(negative).message).toContain('spec.replicas: Invalid value: -1: must be greater than or equal to 0');
  });
});
