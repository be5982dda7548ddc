// A custom resource is told of by the definition of its kind, wherever in the workspace that stands.
import { expect, test } from 'vitest';
import { definedBy } from '../../../../src/cluster/openapi.ts';
import { createManifestService, plainObjects } from '../../../../src/manifest/service.ts';
import { Workspace } from '../../../../src/manifest/workspace/workspace.ts';
import { sourceKnowledge } from '../../../support/knowledge.ts';

const CRDS = `# operators bring them along
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: {type: integer, description: How large it is.}
              modes: {type: array, items: {type: string, enum: [a, b]}}
              open: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;

test('the definition is found, and says of each field what it is', () => {
  const service = createManifestService({ knowledge: sourceKnowledge() });
  const workspace = new Workspace();
  service.update('file:///crds.yaml', 1, CRDS);
  workspace.update('file:///crds.yaml', service.facts('file:///crds.yaml'));
  const [place, ...others] = workspace.definingPlaces({ group: 'example.com', kind: 'Widget' });
  expect(place).toMatchObject({ uri: 'file:///crds.yaml', range: { start: { line: 11 } } });
  expect(others).toEqual([]);
  expect(workspace.definingPlaces({ group: 'example.org', kind: 'Widget' })).toEqual([]);

  const definitions = plainObjects(CRDS, place?.range.start.line ?? 0);
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget' };
  const says = (...path: (string | number)[]) => definedBy(definitions, widget, path);
  expect(says('spec', 'size')).toEqual({
    found: 'field',
    field: { type: 'integer', required: true, description: 'How large it is.' },
  });
  expect(says('spec', 'modes', 0)).toMatchObject({ field: { type: 'string', values: ['a', 'b'] } });
  expect(says('spec', 'siez')).toEqual({ found: 'unknown-field' });
  expect(says('spec', 'open', 'anything')).toBeUndefined();
  expect(says('metadata', 'name')).toBeUndefined();
  expect(definedBy(definitions, { ...widget, apiVersion: 'example.com/v2' }, ['spec'])).toBeUndefined();
});
