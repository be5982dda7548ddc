// OpenAPI v3 of custom resources, as far as kubectl reads it: schemas by kind for `kubectl explain`, and the query parameters
// that a write takes. Models apiextensions-apiserver/pkg/controller/openapi/builder.
import type { ResourceInfo } from '../../../model/resources.ts';
import { type CustomResourceInfo, isCustom } from './types.ts';

const META = { type: 'object', properties: {} };

function schemaName(r: CustomResourceInfo): string {
  return `${r.group.split('.').reverse().join('.')}.${r.version}.${r.kind}`;
}

function schemaOf(r: CustomResourceInfo): object {
  const { schema } = r.custom;
  const text = { type: 'string' };
  return {
    ...schema,
    properties: { apiVersion: text, kind: text, metadata: META, ...schema.properties },
    'x-kubernetes-group-version-kind': [{ group: r.group, version: r.version, kind: r.kind }],
  };
}

function pathOf(r: CustomResourceInfo): [string, object] {
  const root = `/apis/${r.group}/${r.version}`;
  const where = r.namespaced ? '/namespaces/{namespace}' : '';
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
  }));
  const kind = { group: r.group, version: r.version, kind: r.kind };
  const patch = { parameters, 'x-kubernetes-action': 'patch', 'x-kubernetes-group-version-kind': kind };
  return [`${root}${where}/${r.plural}/{name}`, { patch }];
}

/** `apis/GROUP/VERSION` of every custom group. */
export function customPaths(resources: readonly ResourceInfo[]): string[] {
  return [...new Set(resources.filter(isCustom).map((r) => `apis/${r.group}/${r.version}`))];
}

/** Undefined where no custom resource has this group and version. */
export function customDocument(resources: readonly ResourceInfo[], path: string): object | undefined {
  const own = resources.filter(isCustom).filter((r) => `apis/${r.group}/${r.version}` === path);
  if (own.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' },
    paths: Object.fromEntries(own.map(pathOf)),
    components: { schemas: Object.fromEntries(own.map((r) => [schemaName(r), schemaOf(r)])) },
  };
}
