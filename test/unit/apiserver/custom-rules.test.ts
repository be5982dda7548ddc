// x-kubernetes-validations: what a definition may say, and what its rules do to custom resources.
import { describe, expect, it } from 'vitest';
import { equals } from '../../../src/cel/operators.ts';
import { adapter } from '../../../src/simulator/apiserver/crd/cel/values.ts';
import { ask, type Bench, bench, bodyOf } from './support.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';

const definition = (schema: object) => ({
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, subresources: { status: {} } },
    ],
  },
});

const spec = (properties: object, more: object = {}) => ({
  type: 'object',
  properties: { spec: { type: 'object', properties, ...more } },
});

function define(b: Bench, schema: object): void {
  const made = ask(b, `POST ${DEFINITIONS}`, definition(schema));
  expect(made.code, JSON.stringify(made.body)).toBe(201);
  b.kernel.runUntil(b.kernel.now + 1_000_000);
}

const causes = (r: { body?: unknown }): string[] =>
  (r.body as { details?: { causes?: { field: string; message: string }[] } }).details?.causes?.map(
    (c) => `${c.field}: ${c.message}`,
  ) ?? [];
const widget = (body: object) => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, ...body });

/** An update needs the version that it changes. */
function replace(b: Bench, body: ReturnType<typeof widget>): ReturnType<typeof ask> {
  const { resourceVersion } = bodyOf(ask(b, `GET ${WIDGETS}/w`)).metadata;
  return ask(b, `PUT ${WIDGETS}/w`, { ...body, metadata: { ...body.metadata, resourceVersion } });
}

describe('rules of custom resources', () => {
  it('refuse an object in the words of the rule, its message or its expression', () => {
    const b = bench();
    define(b, {
      ...spec(
        {
          min: { type: 'integer' },
          max: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self < 10', reason: 'FieldValueForbidden' }] },
          'the-name': { type: 'string', maxLength: 20 },
        },
        {
          'x-kubernetes-validations': [
            { rule: 'self.min <= self.max', message: 'min must not be above max', fieldPath: '.min' },
            {
              rule: "!has(self.the__dash__name) || self.the__dash__name.startsWith('w')",
              messageExpression: "'no such name: ' + self.the__dash__name",
            },
          ],
        },
      ),
      'x-kubernetes-validations': [{ rule: "self.metadata.name != 'bad'" }],
    });
    expect(ask(b, `POST ${WIDGETS}`, widget({ spec: { min: 1, max: 2 } })).code).toBe(201);
    const refused = ask(b, `POST ${WIDGETS}`, {
      ...widget({ spec: { min: 12, max: 11, 'the-name': 'x' } }),
      metadata: { name: 'bad' },
    });
    expect(refused.code).toBe(422);
    expect(causes(refused)).toEqual([
      '<nil>: Invalid value: "object": failed rule: self.metadata.name != \'bad\'',
      'spec.min: Invalid value: "object": min must not be above max',
      'spec: Invalid value: "object": no such name: x',
      'spec.max: Forbidden: failed rule: self < 10',
    ]);
  });

  it('are evaluated for every item and entry, and say so in the step', () => {
    const b = bench();
    const port = { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 0', message: 'positive' }] };
    const limits = { type: 'object', maxProperties: 5, additionalProperties: port };
    define(b, spec({ ports: { type: 'array', maxItems: 5, items: port }, limits }));
    const made = ask(b, `POST ${WIDGETS}`, widget({ spec: { ports: [1, 2], limits: { a: 1 } } }));
    const told = b.trace.get(made.step)?.request?.stages.find((s) => s.stage === 'validation')?.text;
    expect(told).toContain('`self > 0` of spec.ports[1]');
    expect(b.trace.get(made.step)?.fidelity).toBe('simulated');
    expect(made.warnings).toBeUndefined();
    const refused = ask(b, `POST ${WIDGETS}`, widget({ spec: { ports: [1, 0], limits: { a: -1 } } }));
    expect(causes(refused)).toEqual([
      'spec.limits[a]: Invalid value: "integer": positive',
      'spec.ports[1]: Invalid value: "integer": positive',
    ]);
  });

  it('compare with the old object, item by item where items have keys', () => {
    const b = bench();
    const items = {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', maxLength: 10 },
        value: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'immutable' }] },
      },
    };
    const list = {
      type: 'array',
      maxItems: 10,
      items,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    };
    const once = {
      type: 'string',
      'x-kubernetes-validations': [{ rule: 'oldSelf.hasValue() || self == "first"', optionalOldSelf: true }],
    };
    define(b, spec({ list, once }));
    const of = (values: object, once = 'first') =>
      widget({ spec: { once, list: Object.entries(values).map(([name, value]) => ({ name, value })) } });
    expect(causes(ask(b, `POST ${WIDGETS}`, of({}, 'other')))).toHaveLength(1);
    expect(ask(b, `POST ${WIDGETS}`, of({ a: '1', b: '2' })).code).toBe(201);
    expect(replace(b, of({ c: '3', b: '2', a: '1' }, 'other')).code).toBe(200);
    expect(causes(replace(b, of({ b: '2', a: '9' })))).toEqual([
      'spec.list[1].value: Invalid value: "string": immutable',
    ]);
  });

  it('let stand what was wrong before an update, and warn of it', () => {
    const b = bench();
    define(b, spec({ a: { type: 'integer' }, b: { type: 'string' } }));
    ask(b, `POST ${WIDGETS}`, widget({ spec: { a: 0, b: 'x' } }));
    const later = definition(
      spec({ a: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 0' }] }, b: { type: 'string' } }),
    );
    const current = bodyOf(ask(b, `GET ${DEFINITIONS}/widgets.example.com`));
    expect(ask(b, `PUT ${DEFINITIONS}/widgets.example.com`, { ...current, spec: later.spec }).code).toBe(200);
    const updated = replace(b, widget({ spec: { a: 0, b: 'y' } }));
    expect(updated.code).toBe(200);
    expect(updated.warnings).toEqual(['spec.a: Invalid value: "integer": failed rule: self > 0']);
    expect(replace(b, widget({ spec: { a: -1, b: 'y' } })).code).toBe(422);
  });

  it('so does the schema, where nobody touches what breaks it', () => {
    const b = bench();
    define(b, spec({ a: { type: 'string' }, b: { type: 'string' } }));
    ask(b, `POST ${WIDGETS}`, widget({ spec: { a: 'X', b: 'x' } }));
    const later = definition(spec({ a: { type: 'string', pattern: '^[a-z]+$' }, b: { type: 'string' } }));
    const current = bodyOf(ask(b, `GET ${DEFINITIONS}/widgets.example.com`));
    expect(ask(b, `PUT ${DEFINITIONS}/widgets.example.com`, { ...current, spec: later.spec }).code).toBe(200);
    expect(replace(b, widget({ spec: { a: 'X', b: 'y' } })).code).toBe(200);
    expect(causes(replace(b, widget({ spec: { a: 'Y', b: 'y' } })))).toEqual([
      'spec.a: Invalid value: "Y": spec.a in body should match \'^[a-z]+$\'',
    ]);
  });

  it('are left out where the object breaks its schema', () => {
    const b = bench();
    define(b, spec({ a: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 0' }] } }));
    expect(causes(ask(b, `POST ${WIDGETS}`, widget({ spec: { a: 'x' } })))).toEqual([
      'spec.a: Invalid value: "string": spec.a in body must be of type integer: "string"',
      '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ]);
  });

  it('know dates, bytes, sets and what may be a number or a text', () => {
    const b = bench();
    define(
      b,
      spec(
        {
          at: { type: 'string', format: 'date-time' },
          every: { type: 'string', format: 'duration' },
          blob: { type: 'string', format: 'byte', maxLength: 100 },
          port: { 'x-kubernetes-int-or-string': true },
          tags: {
            type: 'array',
            maxItems: 4,
            'x-kubernetes-list-type': 'set',
            items: { type: 'string', maxLength: 5 },
          },
          ratio: { type: 'number' },
        },
        {
          'x-kubernetes-validations': [
            { rule: 'self.at.getFullYear() == 2026 && self.every == duration("90s")' },
            { rule: 'size(self.blob) == 3 && self.ratio < 2.5 && self.tags == ["b", "a"]' },
            { rule: 'type(self.port) == int ? self.port > 0 : self.port.endsWith("%")' },
          ],
        },
      ),
    );
    const good = { at: '2026-01-01T00:00:00Z', every: '1m30s', blob: 'AAAA', port: '5%', tags: ['a', 'b'], ratio: 2 };
    const made = ask(b, `POST ${WIDGETS}`, widget({ spec: good }));
    expect(made.code, JSON.stringify(made.body)).toBe(201);
  });

  it('read objects as upstream does: no null fields, lists by key, reserved names', () => {
    const b = bench();
    const item = { type: 'object', properties: { k: { type: 'string' }, v: { type: 'string' } }, required: ['k'] };
    const embedded = {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
      properties: {
        kind: { type: 'string' },
        apiVersion: { type: 'string' },
        metadata: {
          type: 'object',
          properties: { name: { type: 'string' }, generateName: { type: 'string' }, namespace: { type: 'string' } },
        },
      },
    };
    const rules = [
      '!has(self.d)',
      'self.items == [self.items[1], self.items[0]] && self.items + [self.items[0]] == self.items',
      'self.of.metadata.namespace == "ns"',
      'self.if == "x" && self.__if__ == "x" && self.any.exists(k, type(self.any[k]) == type(null))',
    ];
    define(
      b,
      spec(
        {
          d: { type: 'string', nullable: true },
          if: { type: 'string' },
          any: { type: 'object', additionalProperties: { type: 'string', nullable: true } },
          items: {
            type: 'array',
            maxItems: 4,
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['k'],
            items: item,
          },
          of: embedded,
        },
        { 'x-kubernetes-validations': rules.map((rule) => ({ rule })) },
      ),
    );
    const of = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'ns' } };
    const items = [{ k: 'a', v: '1' }, { k: 'b' }];
    const good = { d: null, if: 'x', any: { a: null }, items, of };
    const made = ask(b, `POST ${WIDGETS}`, widget({ spec: good }));
    expect(made.code, JSON.stringify(made.body)).toBe(201);
  });
});

it('what no schema describes makes objects different', () => {
  const read = adapter({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
  expect(equals(read({ a: 1 }), read({ a: 2 }))).toBe(false);
  expect(equals(read({ a: [1] }), read({ a: [1] }))).toBe(true);
});

describe('a definition with rules', () => {
  const refusal = (schema: object): string[] => causes(ask(bench(), `POST ${DEFINITIONS}`, definition(schema)));
  const at = (path: string) => `spec.validation.openAPIV3Schema.properties[spec].${path}`;
  const rules = (...all: object[]) => ({ 'x-kubernetes-validations': all });

  it('that do not compile is refused, with the place', () => {
    const rule = 'self.nothing == 1';
    const shown = `{"Rule":"${rule}","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}`;
    expect(refusal(spec({}, rules({ rule })))).toEqual([
      `${at('x-kubernetes-validations[0].rule')}: Invalid value: ${shown}: compilation failed: ERROR: <input>:1:5: undefined field 'nothing'\n | self.nothing == 1\n | ....^`,
    ]);
  });

  it.each([
    [rules({ rule: '1' }), 'cel expression must evaluate to a bool'],
    [rules({ rule: 'true', messageExpression: '1' }), 'messageExpression must evaluate to a string'],
    [
      rules({ rule: 'true', messageExpression: 'self.x' }),
      "messageExpression compilation failed: ERROR: <input>:1:5: undefined field 'x'",
    ],
    [rules({ rule: 'true', optionalOldSelf: true }), 'may not be set if oldSelf is not used in rule'],
  ])('%j', (more, words) => {
    expect(refusal(spec({}, more)).join('\n')).toContain(words);
  });

  it('whose defaults break their schema or their rules is refused', () => {
    const small = {
      type: 'integer',
      minimum: 1,
      'x-kubernetes-validations': [{ rule: 'self < 10', message: 'too many' }],
    };
    const one = (field: object): string[] => refusal(spec({ n: field }));
    const place = at('properties[n].default');
    expect(one({ ...small, default: 3 })).toEqual([]);
    expect(one({ ...small, default: 10 })).toEqual([`${place}: Invalid value: "integer": too many`]);
    expect(one({ ...small, default: 0 })).toEqual([
      `${place}: Invalid value: 0:  in body should be greater than or equal to 1`,
    ]);
    expect(one({ ...small, default: 'x' })).toEqual([
      `${place}: Invalid value: "string":  in body must be of type integer: "string"`,
    ]);
    const nested = { type: 'object', properties: { a: small }, default: { a: 12, b: 1 } };
    expect(one(nested)).toEqual([
      `${place}: Invalid value: {"a":12,"b":1}: must not have unknown fields`,
      `${place}.a: Invalid value: "integer": too many`,
    ]);
    const changes = { type: 'integer', default: 1, 'x-kubernetes-validations': [{ rule: 'self > oldSelf' }] };
    expect(one(changes)).toEqual([`${place}: Invalid value: "integer": failed rule: self > oldSelf`]);
  });

  it('that could take too long is refused', () => {
    const long = { type: 'array', items: { type: 'string' } };
    const found = refusal(spec({ long }, rules({ rule: 'self.long.all(x, self.long.all(y, x == y))' })));
    expect(found.join('\n')).toContain(
      'rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)',
    );
    // Measured by others on a real v1.36.2: 5.4 times the budget, and installed with texts of 4096 and 512 characters.
    const cases = (message: number, expectation: number) => ({
      type: 'array',
      maxItems: 20,
      items: {
        type: 'object',
        properties: {
          message: { type: 'string', maxLength: message },
          expect: { type: 'object', properties: { contains: { type: 'string', maxLength: expectation } } },
        },
        ...rules({ rule: '!self.message.contains(self.expect.contains)' }),
      },
    });
    expect(refusal(spec({ cases: cases(4096, 4096) })).join()).toContain('exceeds budget by factor of 5.4x');
    expect(refusal(spec({ cases: cases(4096, 512) }))).toEqual([]);
    expect(refusal(spec({ cases: cases(1024, 1024) }))).toEqual([]);
    const short = { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 10 } };
    expect(refusal(spec({ short }, rules({ rule: 'self.short.all(x, self.short.all(y, x == y))' })))).toEqual([]);
  });

  it('that compare items without keys is refused', () => {
    const items = { type: 'string', maxLength: 5, ...rules({ rule: 'self == oldSelf' }) };
    expect(refusal(spec({ list: { type: 'array', maxItems: 3, items } })).join()).toContain(
      `oldSelf cannot be used on the uncorrelatable portion of the schema within ${at('properties[list]')}`,
    );
  });
});
