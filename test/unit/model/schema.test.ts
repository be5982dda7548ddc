import { describe, expect, test } from 'vitest';
import { allResources, etcdKey, resourceForKind, resourceOf, splitApiVersion } from '../../../src/model/resources.ts';
import { allKinds, allTypeIds, fieldOf, schemaForKind, typeById } from '../../../src/model/schema.ts';

describe('schema', () => {
  test('knows the merge key, the list type and the presence of a field', () => {
    const ports = fieldOf('core.v1.Container', 'ports');
    expect(ports).toMatchObject({
      kind: 'list',
      listType: 'map',
      keys: ['containerPort', 'protocol'],
      mergeKey: 'containerPort',
      patchStrategy: ['merge'],
    });
    expect(ports?.items?.object?.fields.get('protocol')).toMatchObject({ default: 'TCP', goType: 'v1.Protocol' });
    expect(fieldOf('apps.v1.DeploymentSpec', 'replicas')?.presence).toBe('nonNil');
    expect(fieldOf('core.v1.PodSpec', 'hostNetwork')?.presence).toBe('nonEmpty');
    expect(fieldOf('rbac.v1.ClusterRole', 'rules')?.presence).toBe('always');
    expect(fieldOf('apps.v1.DeploymentSpec', 'selector')?.atomic).toBe(true);
    expect(fieldOf('core.v1.PodSpec', 'bogus')).toBeUndefined();
    expect(schemaForKind('apps/v1', 'Pod')).toBeUndefined();
  });

  test('every reference leads to a type', () => {
    for (const id of allTypeIds()) {
      for (const field of typeById(id)?.fields.values() ?? []) {
        for (
          let v = field as { kind: string; object?: unknown; items?: unknown } | undefined;
          v;
          v = v.items as typeof v
        ) {
          if (v.kind === 'object') expect(v.object, `${id}.${field.name}`).toBeDefined();
        }
      }
    }
  });
});

describe('resources', () => {
  test('every resource has a schema for its kind', () => {
    const kinds = new Set(allKinds().map(([v, k]) => `${v}/${k}`));
    for (const r of allResources()) {
      const apiVersion = r.group ? `${r.group}/${r.version}` : r.version;
      expect(kinds.has(`${apiVersion}/${r.kind}`), `${apiVersion} ${r.kind}`).toBe(true);
      expect(resourceForKind(apiVersion, r.kind)?.plural).toBe(r.plural);
    }
  });

  test('the preferred version answers where none is named', () => {
    expect(resourceOf('autoscaling', 'horizontalpodautoscalers')?.version).toBe('v2');
    expect(resourceOf('autoscaling', 'horizontalpodautoscalers', 'v1')?.version).toBe('v1');
    expect(resourceOf('', 'pods')?.subresources.find((s) => s.name === 'eviction')).toMatchObject({
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
    });
  });

  test('etcd keys lie where Kubernetes puts them', () => {
    expect(etcdKey('', 'services', 'demo', 'web')).toBe('/registry/services/specs/demo/web');
    expect(etcdKey('', 'nodes', '', 'node-1')).toBe('/registry/minions/node-1');
    expect(etcdKey('apps', 'deployments', 'demo', 'web')).toBe('/registry/deployments/demo/web');
    expect(etcdKey('networking.k8s.io', 'ingresses', 'demo', 'web')).toBe('/registry/ingress/demo/web');
    expect(etcdKey('apiextensions.k8s.io', 'customresourcedefinitions', '', 'a.b')).toBe(
      '/registry/apiextensions.k8s.io/customresourcedefinitions/a.b',
    );
    expect(etcdKey('example.com', 'widgets', 'demo', 'w')).toBe('/registry/example.com/widgets/demo/w');
  });

  test('the core group has no name', () => {
    expect(splitApiVersion('v1')).toEqual({ group: '', version: 'v1' });
    expect(splitApiVersion('apps/v1')).toEqual({ group: 'apps', version: 'v1' });
  });
});
