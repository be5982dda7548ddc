import { describe, expect, test } from 'vitest';
import { kindPage } from '../../../src/manifest/kind-page.ts';
import { allKinds } from '../../../src/model/schema.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const knowledge = sourceKnowledge();

describe('the page of a kind', () => {
  const page = kindPage(knowledge, 'apps/v1', 'Deployment') ?? '';

  test('says who acts, in their order', () => {
    expect(page).toMatch(/^# Deployment\n\n`apps\/v1` · v1\.36\n\n- kubectl knows it as `deployments`, `deploy`;/);
    const names = [...page.matchAll(/^\d+\. \*\*([^*]+)\*\*/gm)].map(([, name]) => name);
    expect(names).toContain('Deployment controller');
    expect(names[0]).toBe('kube-apiserver: registry and validation');
    expect(names.indexOf('Deployment controller')).toBeLessThan(names.indexOf('HPA controller'));
    expect(page).toMatch(/\*\*Deployment controller\*\*: .*`spec\.replicas`/);
  });

  test('has its fields, what one writes apart from what the cluster answers', () => {
    const [before = '', after = ''] = page.split('## What the cluster answers');
    expect(before).toMatch(/^- `spec\.selector` · `LabelSelector` · required · /m);
    expect(before).not.toMatch(/`status\./);
    expect(after).toMatch(/^- `status\.readyReplicas` · `int32` · \*\*Deployment controller\*\*: /m);
  });

  test('is there for every kind, and for no other', () => {
    for (const [apiVersion, kind] of allKinds()) {
      expect(kindPage(knowledge, apiVersion, kind), kind).toMatch(new RegExp(`^# ${kind}\n\n.*\n`));
    }
    expect(kindPage(knowledge, 'example.com/v1', 'Widget')).toBeUndefined();
  });
});
