// Admission policies, along the titles of upstream's own specs (test/e2e/apimachinery/{validating,mutating}admissionpolicy.go).
import { describe, expect, it } from 'vitest';
import { Kernel } from '../../../src/kernel/kernel.ts';
import { bootstrap, type Credential, createApiServer } from '../../../src/simulator/apiserver/index.ts';
import { Store } from '../../../src/simulator/store/index.ts';
import { TraceLog } from '../../../src/trace/log.ts';
import { ask, type Bench, bench, bodyOf, configMap } from './support.ts';

const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const merge = { contentType: 'application/merge-patch+json' };
const NS = '/api/v1/namespaces/default';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

interface Rule {
  readonly group?: string;
  readonly version?: string;
  readonly resource: string;
  readonly operations?: readonly string[];
}

const matching = ({ group = '', version = 'v1', resource, operations = ['CREATE', 'UPDATE'] }: Rule) => ({
  resourceRules: [{ apiGroups: [group], apiVersions: [version], operations, resources: [resource] }],
});
const DEPLOYMENT = { group: 'apps', resource: 'deployments' };

function validating(b: Bench, name: string, spec: object, binding: object = {}, match: Rule = DEPLOYMENT): void {
  const policy = { metadata: { name }, spec: { matchConstraints: matching(match), ...spec } };
  const made = ask(b, `POST ${ADMISSION}/validatingadmissionpolicies`, policy);
  expect(made.body).toMatchObject({ metadata: { name } });
  const bound = { metadata: { name }, spec: { policyName: name, validationActions: ['Deny'], ...binding } };
  expect(ask(b, `POST ${ADMISSION}/validatingadmissionpolicybindings`, bound).code).toBe(201);
}

function mutating(b: Bench, name: string, spec: object, match: Rule = DEPLOYMENT, binding: object = {}): void {
  const policy = {
    metadata: { name },
    spec: { matchConstraints: matching(match), reinvocationPolicy: 'Never', ...spec },
  };
  const made = ask(b, `POST ${ADMISSION}/mutatingadmissionpolicies`, policy);
  expect(made.body).toMatchObject({ metadata: { name } });
  const bound = { metadata: { name }, spec: { policyName: name, ...binding } };
  expect(ask(b, `POST ${ADMISSION}/mutatingadmissionpolicybindings`, bound).code).toBe(201);
}

const deployment = (name: string, replicas: number, labels: Record<string, string> = {}) => ({
  metadata: { name, labels },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
  },
});

/** A server whose audit log is kept. */
function audited(): Bench & { readonly audited: { readonly annotations?: object }[] } {
  const log: { readonly annotations?: object }[] = [];
  const kernel = new Kernel({ seed: 'audit', epochMs: Date.UTC(2026, 0, 1) });
  const store = new Store(kernel);
  const trace = new TraceLog();
  const server = createApiServer({ kernel, store, trace, node: 'control-plane-1', onAudit: (e) => void log.push(e) });
  bootstrap(server, { address: '192.0.2.1', port: 6443, serviceCidr: '10.96.0.0/16' });
  return { kernel, store, trace, server, audited: log };
}

const message = (r: { body?: unknown }): string => (r.body as { message: string }).message;
const stages = (b: Bench, r: { step: number }, stage: string): string[] =>
  (b.trace.get(r.step)?.request?.stages ?? []).filter((s) => s.stage === stage).map((s) => s.text);

describe('ValidatingAdmissionPolicy', () => {
  it('should validate against a Deployment', () => {
    const b = bench();
    validating(b, 'one-replica', {
      validations: [
        {
          expression: 'object.spec.replicas > 1',
          messageExpression: "'wants replicas > 1, got ' + string(object.spec.replicas)",
        },
        {
          expression: "object.spec.template.spec.containers.all(c, c.name != 'sidecar')",
          message: 'no sidecars',
        },
      ],
    });
    expect(ask(b, `POST ${DEPLOYMENTS}`, deployment('two', 2)).code).toBe(201);
    const refused = ask(b, `POST ${DEPLOYMENTS}`, deployment('one', 1));
    const text =
      "ValidatingAdmissionPolicy 'one-replica' with binding 'one-replica' denied request: wants replicas > 1, got 1";
    expect(refused.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `deployments.apps "one" is forbidden: ${text}`,
      reason: 'Invalid',
      details: { name: 'one', group: 'apps', kind: 'deployments', causes: [{ message: text }] },
      code: 422,
    });
    const told = stages(b, refused, 'validating-admission');
    expect(told[0]).toContain('`object.spec.replicas > 1` is false');
    const verdicts = b.trace.get(refused.step)?.request?.stages.filter((x) => x.stage === 'validating-admission');
    expect(verdicts?.map((x) => x.verdict)).toEqual(['refused', 'refused']);
    expect(b.trace.get(refused.step)?.fidelity).toBe('simulated');
  });

  it('should allow expressions to refer variables', () => {
    const b = bench();
    validating(b, 'variables', {
      variables: [
        { name: 'replicas', expression: 'object.spec.replicas' },
        { name: 'oddReplicas', expression: 'variables.replicas % 2 == 1' },
        { name: 'never', expression: '1 / 0 > 0' },
      ],
      validations: [
        { expression: 'variables.replicas > 1' },
        { expression: 'variables.oddReplicas' },
        { expression: 'true || variables.never' },
      ],
    });
    expect(ask(b, `POST ${DEPLOYMENTS}`, deployment('three', 3)).code).toBe(201);
    const refused = ask(b, `POST ${DEPLOYMENTS}`, deployment('two', 2));
    expect(message(refused)).toContain('denied request: failed expression: variables.oddReplicas');
  });

  it('looks at old objects, the request, the namespace and what the user may do', () => {
    const b = bench();
    ask(b, 'PUT /api/v1/namespaces/default', {
      metadata: { name: 'default', labels: { env: 'prod', 'kubernetes.io/metadata.name': 'default' } },
    });
    const rule = { resource: 'configmaps', operations: ['UPDATE', 'DELETE'] };
    const validations = [
      { expression: "request.operation == 'DELETE' || oldObject.data == object.data", reason: 'Forbidden' },
      { expression: "request.operation != 'DELETE' || request.userInfo.username == 'kubernetes-admin'" },
      { expression: "namespaceObject.metadata.labels['env'] == 'prod'" },
      { expression: "authorizer.group('').resource('secrets').namespace('default').check('get').allowed()" },
      { expression: "authorizer.requestResource.check('update').allowed()" },
    ];
    validating(b, 'frozen', { validations }, {}, rule);
    ask(b, `POST ${NS}/configmaps`, { ...configMap('a'), data: { k: 'v' } });
    const changed = ask(b, `PUT ${NS}/configmaps/a`, { ...configMap('a'), data: { k: 'w' } });
    expect(changed).toMatchObject({ code: 403, body: { reason: 'Forbidden' } });
    const jane: Credential = { type: 'certificate', commonName: 'jane', organizations: ['system:masters'] };
    expect(message(ask(b, `DELETE ${NS}/configmaps/a`, undefined, { credential: jane }))).toContain('username ==');
    expect(ask(b, `PATCH ${NS}/configmaps/a`, { metadata: { labels: { x: 'y' } } }, merge).code).toBe(200);
  });

  it('takes parameters by name or selector, and says what it does where there are none', () => {
    const b = bench();
    const spec = {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [{ expression: 'object.spec.replicas <= int(params.data.max)' }],
    };
    validating(b, 'limit', spec, { paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } });
    expect(message(ask(b, `POST ${DEPLOYMENTS}`, deployment('web', 3)))).toBe(
      "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'limit' with binding 'limit' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
    );
    ask(b, `POST ${NS}/configmaps`, { ...configMap('limits'), data: { max: '2' } });
    const refused = ask(b, `POST ${DEPLOYMENTS}`, deployment('web', 3));
    expect(message(refused)).toContain('failed expression: object.spec.replicas <= int(params.data.max)');
    expect(stages(b, refused, 'validating-admission')[0]).toContain('params ConfigMap "limits"');
    ask(b, `PUT ${NS}/configmaps/limits`, { ...configMap('limits'), data: { max: '5' } });
    expect(ask(b, `POST ${DEPLOYMENTS}`, deployment('web', 3)).code).toBe(201);
    ask(b, `PUT ${NS}/configmaps/limits`, { ...configMap('limits'), data: { most: '5' } });
    expect(message(ask(b, `POST ${DEPLOYMENTS}`, deployment('db', 3)))).toContain(
      "denied request: expression 'object.spec.replicas <= int(params.data.max)' resulted in error: no such key: max",
    );
  });

  it('warns and audits where the binding says so, and lets pass', () => {
    const b = audited();
    const spec = {
      validations: [{ expression: 'object.spec.replicas < 3', message: 'too many' }],
      auditAnnotations: [{ key: 'replicas', valueExpression: "'had ' + string(object.spec.replicas)" }],
    };
    validating(b, 'soft', spec, { validationActions: ['Warn', 'Audit'] });
    const made = ask(b, `POST ${DEPLOYMENTS}`, deployment('web', 3));
    expect(made.code).toBe(201);
    expect(made.warnings).toEqual([
      "Validation failed for ValidatingAdmissionPolicy 'soft' with binding 'soft': too many",
    ]);
    const verdict = b.trace.get(made.step)?.request?.stages.find((s) => s.stage === 'validating-admission');
    expect(verdict).toMatchObject({ verdict: 'ok' });
    expect(verdict?.text).toContain('the binding says Warn and Audit, not Deny');
    expect(b.audited.at(-1)?.annotations).toMatchObject({
      'soft/replicas': 'had 3',
      'validation.policy.admission.k8s.io/validation_failure':
        '[{"message":"too many","policy":"soft","binding":"soft","expressionIndex":0,"validationActions":["Warn","Audit"]}]',
    });
  });

  it('matches by conditions, selectors, names and exclusions', () => {
    const b = bench();
    const never = { validations: [{ expression: 'false' }] };
    const conditions = [{ name: 'is-big', expression: 'object.spec.replicas > 5' }];
    validating(b, 'big-only', { ...never, matchConditions: conditions });
    expect(ask(b, `POST ${DEPLOYMENTS}`, deployment('small', 1)).code).toBe(201);
    expect(ask(b, `POST ${DEPLOYMENTS}`, deployment('big', 6)).code).toBe(422);
    validating(b, 'labelled', never, { matchResources: { objectSelector: { matchLabels: { strict: 'yes' } } } });
    expect(ask(b, `POST ${DEPLOYMENTS}`, deployment('loose', 1)).code).toBe(201);
    expect(ask(b, `POST ${DEPLOYMENTS}`, deployment('strict', 1, { strict: 'yes' })).code).toBe(422);
  });

  it('lets pass what cannot be evaluated where the failure policy is Ignore', () => {
    const b = bench();
    validating(b, 'broken', { failurePolicy: 'Ignore', validations: [{ expression: 'object.spec.nothing > 1' }] });
    expect(ask(b, `POST ${DEPLOYMENTS}`, deployment('web', 1)).code).toBe(201);
    validating(b, 'strict', { validations: [{ expression: 'object.spec.nothing > 1' }] });
    expect(message(ask(b, `POST ${DEPLOYMENTS}`, deployment('db', 1)))).toContain(
      "expression 'object.spec.nothing > 1' resulted in error: no such key: nothing",
    );
  });

  it('stops expressions that cost too much', () => {
    const b = bench();
    const list = `[${Array.from({ length: 100 }, (_, i) => i).join(',')}]`;
    const heavy = `${list}.all(a, ${list}.all(b, ${list}.all(c, a + b + c >= 0)))`;
    validating(b, 'heavy', { validations: [{ expression: heavy }] });
    expect(message(ask(b, `POST ${DEPLOYMENTS}`, deployment('web', 1)))).toContain(
      'resulted in error: operation cancelled: actual cost limit exceeded',
    );
  });

  it('sees requests for sub-resources, deletions, and names that are still to be generated', () => {
    const b = bench();
    const rule = { group: 'apps', resource: 'deployments/scale', operations: ['UPDATE'] };
    validating(
      b,
      'scale',
      { validations: [{ expression: 'object.spec.replicas < 5', message: 'at most 4' }] },
      {},
      rule,
    );
    ask(b, `POST ${DEPLOYMENTS}`, deployment('web', 1));
    const scale = { spec: { replicas: 9 } };
    const refused = ask(b, `PATCH ${DEPLOYMENTS}/web/scale`, scale, merge);
    expect(message(refused)).toContain('at most 4');
    const names = { resource: 'configmaps', operations: ['CREATE', 'DELETE'] };
    const validations = [
      { expression: "request.operation == 'DELETE' ? object == null && oldObject.metadata.name != 'keep' : true" },
    ];
    validating(b, 'keep', { validations }, {}, names);
    for (const name of ['keep', 'drop']) ask(b, `POST ${NS}/configmaps`, configMap(name));
    expect([ask(b, `DELETE ${NS}/configmaps/keep`).code, ask(b, `DELETE ${NS}/configmaps/drop`).code]).toEqual([
      422, 200,
    ]);
    validating(b, 'unnamed', { validations: [{ expression: "request.?name.orValue('') != ''" }] }, {}, names);
    const made = ask(b, `POST ${NS}/configmaps`, { metadata: { generateName: 'x-' } });
    expect(message(made)).toContain('configmaps "x-');
  });

  it('cannot lock anybody out of policies', () => {
    const b = bench();
    const rule = { group: '*', version: '*', resource: '*', operations: ['*'] };
    validating(b, 'all', { validations: [{ expression: 'false' }] }, {}, rule);
    expect(ask(b, `POST ${NS}/configmaps`, configMap('a')).code).toBe(422);
    expect(ask(b, `DELETE ${ADMISSION}/validatingadmissionpolicybindings/all`).code).toBe(200);
    expect(ask(b, `POST ${NS}/configmaps`, configMap('a')).code).toBe(201);
  });
});

describe('MutatingAdmissionPolicy', () => {
  const labelling = (path: string) => ({
    patchType: 'ApplyConfiguration',
    applyConfiguration: { expression: `Object{ metadata: Object.metadata{ ${path} } }` },
  });

  it('should mutate a Deployment', () => {
    const b = bench();
    mutating(b, 'label', { mutations: [labelling("labels: {'env': 'test'}")] });
    const made = ask(b, `POST ${DEPLOYMENTS}`, deployment('web', 1, { app: 'web' }));
    expect(bodyOf(made).metadata.labels).toEqual({ app: 'web', env: 'test' });
    expect(stages(b, made, 'mutating-admission').join()).toContain('"label" changed the object');
    expect(made.warnings).toBeUndefined();
    expect(b.trace.get(made.step)?.fidelity).toBe('simulated');
  });

  it('should mutate a Deployment with annotations', () => {
    const b = bench();
    const expression = `has(object.metadata.annotations) ?
      [JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("example.com/env"), value: "test"}] :
      [JSONPatch{op: "add", path: "/metadata/annotations", value: {"example.com/env": "test"}}]`;
    mutating(b, 'annotate', { mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }] });
    const plain = ask(b, `POST ${DEPLOYMENTS}`, deployment('web', 1));
    expect(bodyOf(plain).metadata.annotations).toEqual({ 'example.com/env': 'test' });
    const has = { ...deployment('db', 1), metadata: { name: 'db', annotations: { a: 'b' } } };
    expect(bodyOf(ask(b, `POST ${DEPLOYMENTS}`, has)).metadata.annotations).toEqual({
      a: 'b',
      'example.com/env': 'test',
    });
  });

  it('adds containers, with their defaults', () => {
    const b = bench();
    const expression = `Object{ spec: Object.spec{ initContainers: [
      Object.spec.initContainers{ name: "mesh", image: "mesh:1", restartPolicy: "Always" } ] } }`;
    mutating(
      b,
      'sidecar',
      {
        matchConditions: [
          { name: 'new', expression: "!object.spec.?initContainers.orValue([]).exists(c, c.name == 'mesh')" },
        ],
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
        reinvocationPolicy: 'IfNeeded',
      },
      { resource: 'pods', operations: ['CREATE'] },
    );
    ask(b, `POST ${NS}/serviceaccounts`, { metadata: { name: 'default' } });
    const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const made = bodyOf(ask(b, `POST ${NS}/pods`, pod)) as unknown as { spec: { initContainers: object[] } };
    expect(made.spec.initContainers).toMatchObject([
      { name: 'mesh', image: 'mesh:1', restartPolicy: 'Always', imagePullPolicy: 'IfNotPresent' },
    ]);
    expect(made.spec.initContainers).toHaveLength(1);
  });

  it('refuses where the failure policy is Fail, in the words of upstream', () => {
    const b = bench();
    mutating(b, 'broken', { mutations: [labelling('labels: {"x": string(object.spec.nothing)}')] });
    const refused = ask(b, `POST ${DEPLOYMENTS}`, deployment('web', 1));
    expect(refused.code).toBe(403);
    expect(message(refused)).toContain("policy 'broken' with binding 'broken' denied request: expression 'Object{");
    expect(message(refused)).toContain('resulted in error: no such key: nothing');
  });

  it('asks again those that want it, after another changed the object', () => {
    const b = bench();
    const count = (name: string) => ({
      patchType: 'JSONPatch',
      jsonPatch: {
        expression: `[JSONPatch{op: "replace", path: "/data/${name}", value: string(int(object.data.${name}) + 1)}]`,
      },
    });
    const rule = { resource: 'configmaps', operations: ['CREATE'] };
    mutating(b, 'a-twice', { mutations: [count('a')], reinvocationPolicy: 'IfNeeded' }, rule);
    mutating(b, 'b-once', { mutations: [count('b')], reinvocationPolicy: 'Never' }, rule);
    const made = ask(b, `POST ${NS}/configmaps`, { ...configMap('c'), data: { a: '0', b: '0' } });
    expect(bodyOf(made)).toMatchObject({ data: { a: '2', b: '1' } });
  });
});

describe('policies that say what cannot be', () => {
  const refusal = (kind: string, spec: object) => {
    const b = bench();
    const policy = { metadata: { name: 'p' }, spec: { matchConstraints: matching(DEPLOYMENT), ...spec } };
    return message(ask(b, `POST ${ADMISSION}/${kind}`, policy));
  };

  it.each([
    [
      { validations: [{ expression: 'object.x >' }] },
      'spec.validations[0].expression: Invalid value: "object.x >": compilation failed: ERROR: <input>:1:11: Syntax error: mismatched input \'<EOF>\' expecting',
    ],
    [
      { validations: [{ expression: 'nothing == 1' }] },
      "compilation failed: ERROR: <input>:1:1: undeclared reference to 'nothing' (in container '')\n | nothing == 1\n | ^",
    ],
    [
      { validations: [{ expression: 'object.x in [1, 2, ' }] },
      "Invalid value: \"object.x in [1, 2, \": compilation failed: ERROR: <input>:1:20: Syntax error: missing ']' at '<EOF>'",
    ],
    [
      { validations: [{ expression: 'object.x in [1, "2"]' }] },
      "compilation failed: ERROR: <input>:1:17: expected type 'int' but found 'string'",
    ],
    [{ validations: [{ expression: '1 + 1' }] }, 'Invalid value: "1 + 1": must evaluate to bool but got int'],
    [{ validations: [{ expression: 'params.x == 1' }] }, "undeclared reference to 'params'"],
    [
      { validations: [{ expression: 'true', messageExpression: '7' }] },
      'spec.validations[0].messageExpression: Invalid value: "7": must evaluate to string but got int',
    ],
    [
      { validations: [{ expression: 'true' }], matchConditions: [{ name: 'a', expression: 'request.nothing' }] },
      'spec.matchConditions[0].expression: Invalid value: "request.nothing": compilation failed: ERROR: <input>:1:8: undefined field \'nothing\'',
    ],
    [
      { validations: [{ expression: 'true' }], variables: [{ name: 'a', expression: 'variables.b' }] },
      'spec.variables[0].expression: Invalid value: "variables.b": compilation failed: ERROR: <input>:1:10: undefined field \'b\'',
    ],
    [
      { auditAnnotations: [{ key: 'k', valueExpression: '1' }] },
      'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int',
    ],
  ])('%j', (spec, words) => {
    expect(refusal('validatingadmissionpolicies', spec)).toContain(words);
  });

  it.each([
    ['ApplyConfiguration', '{"a": 1}', 'must evaluate to Object but got map(string, int)'],
    ['JSONPatch', '[1]', 'must evaluate to list(JSONPatch) but got list(int)'],
    ['JSONPatch', '[JSONPatch{op: 1}]', "expected type of field 'op' is 'string' but provided type is 'int'"],
  ])('%s %s', (patchType, expression, words) => {
    const field = patchType === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration';
    const spec = { reinvocationPolicy: 'Never', mutations: [{ patchType, [field]: { expression } }] };
    expect(refusal('mutatingadmissionpolicies', spec)).toContain(words);
  });
});
