import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../src/kernel/kernel.ts';
import { ask, type Bench, bench, bodyOf, collect, shape } from './support.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';
const MERGE = { contentType: 'application/merge-patch+json' };

const definition = {
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList', shortNames: ['wd'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1 },
                  colour: { type: 'string', default: 'red', enum: ['red', 'blue'] },
                  replicas: { type: 'integer' },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
      {
        name: 'v1beta1',
        served: true,
        storage: false,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

function established(made: object = definition): Bench {
  const b = bench();
  expect(ask(b, `POST ${DEFINITIONS}`, made).code).toBe(201);
  b.kernel.runUntil(SECOND);
  return b;
}

const widget = (spec: object, name = 'w'): object => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name },
  spec,
});

describe('a CustomResourceDefinition', () => {
  it('remembers every version that was ever the storage version, until its status says otherwise', () => {
    const b = established();
    const at = `${DEFINITIONS}/widgets.example.com`;
    const versions = (storage: string): object[] =>
      definition.spec.versions.map((version) => ({ ...version, storage: version.name === storage }));
    const change = (line: string, body: object): { code: number; stored: string[] } => {
      const answer = ask(b, line, body, MERGE);
      return { code: answer.code, stored: bodyOf(answer).status.storedVersions };
    };
    const both = ['v1', 'v1beta1'];
    expect(change(`PATCH ${at}`, { spec: { versions: versions('v1beta1') } })).toEqual({ code: 200, stored: both });
    expect(change(`PATCH ${at}`, { spec: { versions: versions('v1') } })).toEqual({ code: 200, stored: both });
    const one = { status: { storedVersions: ['v1'] } };
    expect(change(`PATCH ${at}/status`, one)).toEqual({ code: 200, stored: ['v1'] });
    expect(change(`PATCH ${at}/status`, { status: { storedVersions: [] } })).toEqual({ code: 200, stored: [] });
    expect(change(`PATCH ${at}`, { metadata: { labels: { a: 'b' } } })).toEqual({ code: 200, stored: ['v1'] });
  });

  it('is established, and its resource is found', () => {
    const b = established();
    const { status } = bodyOf(ask(b, `GET ${DEFINITIONS}/widgets.example.com`));
    expect(status.conditions.map((c: { type: string; status: string }) => `${c.type}=${c.status}`)).toEqual([
      'NamesAccepted=True',
      'Established=True',
    ]);
    expect(status.acceptedNames.plural).toBe('widgets');
    const group = bodyOf(ask(b, 'GET /apis/example.com'));
    expect(group.versions.map((v: { version: string }) => v.version)).toEqual(['v1', 'v1beta1']);
    const names = bodyOf(ask(b, 'GET /apis/example.com/v1')).resources.map((r: { name: string }) => r.name);
    expect(names).toEqual(['widgets', 'widgets/scale', 'widgets/status']);
  });

  it('does not take names that another holds', () => {
    const b = established();
    const names = { plural: 'gadgets', singular: 'widget', kind: 'Gadget', listKind: 'GadgetList' };
    ask(b, `POST ${DEFINITIONS}`, {
      ...definition,
      metadata: { name: 'gadgets.example.com' },
      spec: { ...definition.spec, names },
    });
    b.kernel.runUntil(2 * SECOND);
    const { conditions } = bodyOf(ask(b, `GET ${DEFINITIONS}/gadgets.example.com`)).status;
    expect(conditions).toMatchObject([
      { type: 'NamesAccepted', status: 'False', message: '"widget" is already in use' },
      { status: 'False' },
    ]);
    expect(ask(b, 'GET /apis/example.com/v1/gadgets').code).toBe(404);
  });

  it('takes its custom resources with it', () => {
    const b = established();
    ask(b, `POST ${WIDGETS}`, widget({ size: 1 }));
    const seen = collect(b, WIDGETS);
    ask(b, `DELETE ${DEFINITIONS}/widgets.example.com`);
    b.kernel.runUntil(3 * SECOND);
    expect(shape(seen.events)).toEqual(['ADDED w', 'DELETED w']);
    expect(ask(b, `GET ${DEFINITIONS}/widgets.example.com`).code).toBe(404);
    expect(ask(b, `GET ${WIDGETS}`).code).toBe(404);
    expect(seen.ended).toBe(true);
  });
});

describe('a custom resource', () => {
  it('is pruned, defaulted, checked and stored under its group', () => {
    const b = established();
    const made = ask(b, `POST ${WIDGETS}`, widget({ size: 3, bogus: true }));
    expect(made.code).toBe(201);
    expect(made.warnings).toEqual(['unknown field "spec.bogus"']);
    expect(bodyOf(made)).toMatchObject({ metadata: { generation: 1 }, spec: { size: 3, colour: 'red' } });
    expect(bodyOf(made).spec.bogus).toBeUndefined();
    expect(b.store.get('/registry/example.com/widgets/default/w')).toBeDefined();
    const strict = ask(b, `POST ${WIDGETS}`, widget({ size: 3, bogus: true }, 'x'), {
      q: { fieldValidation: 'Strict' },
    });
    expect(bodyOf(strict).message).toBe(
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.bogus"',
    );
    expect(bodyOf(ask(b, `POST ${WIDGETS}`, widget({ size: 0, colour: 'green' }, 'x'))).message).toBe(
      'Widget.example.com "x" is invalid: [spec.colour: Unsupported value: "green": supported values: "red", "blue", spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1]',
    );
    expect(bodyOf(ask(b, `POST ${WIDGETS}`, widget({}, 'x'))).message).toBe(
      'Widget.example.com "x" is invalid: spec.size: Required value',
    );
  });

  it('has a generation, a status and a scale of its own', () => {
    const b = established();
    ask(b, `POST ${WIDGETS}`, { ...widget({ size: 1, replicas: 2 }), status: { replicas: 9 } });
    expect(bodyOf(ask(b, `GET ${WIDGETS}/w`)).status).toBeUndefined();
    expect(
      bodyOf(ask(b, `PATCH ${WIDGETS}/w/status`, { spec: { size: 5 }, status: { replicas: 2 } }, MERGE)),
    ).toMatchObject({
      metadata: { generation: 1 },
      spec: { size: 1 },
      status: { replicas: 2 },
    });
    expect(bodyOf(ask(b, `GET ${WIDGETS}/w/scale`))).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 2 } });
    ask(b, `PATCH ${WIDGETS}/w/scale`, { spec: { replicas: 4 } }, MERGE);
    const after = bodyOf(ask(b, `GET ${WIDGETS}/w`));
    expect(after).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 4 } });
    const patched = ask(b, `PATCH ${WIDGETS}/w`, {}, { contentType: 'application/strategic-merge-patch+json' });
    expect(patched.code).toBe(415);
  });

  it('is applied server-side, with owners', () => {
    const b = established();
    const apply = { contentType: 'application/apply-patch+yaml', q: { fieldManager: 'team-a' } };
    const made = ask(b, `PATCH ${WIDGETS}/w`, widget({ size: 1 }), apply);
    expect(made.code).toBe(201);
    const clash = ask(b, `PATCH ${WIDGETS}/w`, widget({ size: 2 }), { ...apply, q: { fieldManager: 'team-b' } });
    expect(bodyOf(clash)).toMatchObject({
      code: 409,
      message: 'Apply failed with 1 conflict: conflict with "team-a": .spec.size',
    });
  });

  it('prints its own columns, and shows in each version', () => {
    const b = established();
    ask(b, `POST ${WIDGETS}`, widget({ size: 7 }));
    ask(b, `PATCH ${WIDGETS}/w/status`, { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, MERGE);
    const table = bodyOf(
      ask(b, `GET ${WIDGETS}`, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
    );
    expect(table.columnDefinitions.map((c: { name: string }) => c.name)).toEqual(['Name', 'Size', 'Ready']);
    expect(table.rows[0].cells).toEqual(['w', 7, 'True']);
    expect(bodyOf(ask(b, 'GET /apis/example.com/v1beta1/namespaces/default/widgets/w')).apiVersion).toBe(
      'example.com/v1beta1',
    );
  });

  it('leaves a column empty where the value is of another type, but for text, which shows anything', () => {
    const [v1] = definition.spec.versions;
    const columns = ['integer', 'number', 'boolean', 'date', 'string'].flatMap((type) =>
      ['text', 'half', 'yes'].map((name) => ({ name: `${type} ${name}`, type, jsonPath: `.status.${name}` })),
    );
    const versions = [{ ...v1, subresources: undefined, additionalPrinterColumns: columns }];
    const b = established({ ...definition, spec: { ...definition.spec, versions } });
    ask(b, `POST ${WIDGETS}`, { ...widget({ size: 7 }), status: { text: 'x', half: 1.5, yes: true } });
    const table = bodyOf(
      ask(b, `GET ${WIDGETS}`, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
    );
    const cells = table.rows[0].cells.slice(1);
    expect(cells.slice(0, 3)).toEqual([null, 1, null]);
    expect(cells.slice(3, 6)).toEqual([null, 1.5, null]);
    expect(cells.slice(6, 9)).toEqual([null, null, true]);
    expect(cells.slice(9, 12)).toEqual(['<invalid>', null, null]);
    expect(cells.slice(12)).toEqual(['x', '1.5', 'true']);
  });
});
