import { expect, test } from 'vitest';
import { familiesOf } from '../../../src/host/editor/other-families.ts';

const SYNTAX = ['syntax', 'duplicate-key'];
const SHAPE = ['unknown-field', 'type', 'enum', 'required'];

test.each<[string, Parameters<typeof familiesOf>[0], string[]]>([
  ['alone everything is ours', { yaml: false, kubernetesTools: true, schemas: { kubernetes: '*.yaml' } }, []],
  ['a YAML extension without a schema tells of syntax', { yaml: true, kubernetesTools: false, schemas: {} }, SYNTAX],
  [
    'with the schema of Kubernetes it tells of the shape',
    { yaml: true, kubernetesTools: false, schemas: { kubernetes: '*.yaml' } },
    [...SYNTAX, ...SHAPE],
  ],
  [
    'an address of it is as good',
    { yaml: true, kubernetesTools: false, schemas: { 'https://x/kubernetes-json-schema/all.json': '*' } },
    [...SYNTAX, ...SHAPE],
  ],
  [
    'and so is an extension that brings it',
    { yaml: true, kubernetesTools: true, schemas: undefined },
    [...SYNTAX, ...SHAPE],
  ],
])('%s', (_, others, expected) => {
  expect(familiesOf(others)).toEqual(expected);
});
