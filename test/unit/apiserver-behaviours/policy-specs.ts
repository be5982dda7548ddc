// Admission policies that are evaluated.
import { expect } from 'vitest';
import { workload } from './pods.ts';
import { type Loose, Refused, type Spec, type Trial } from './trial.ts';

const API = 'admissionregistration.k8s.io/v1';
const LABELS = { app: 'policed' };

const constraints = {
  resourceRules: [
    { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] },
  ],
};

/** The policy holds in the trial's namespace alone, once its binding is seen. */
async function bound(t: Trial, kind: 'Validating' | 'Mutating', spec: Loose): Promise<void> {
  const prefix = `${kind.toLowerCase()}admissionpolic`;
  const [policies, bindings] = [t.of(API, `${prefix}ies`), t.of(API, `${prefix}ybindings`)];
  const name = `${t.ns}.policy.example.com`;
  t.cleanup(() => policies.remove(name));
  t.cleanup(() => bindings.remove(name));
  const namespaceSelector = { matchLabels: { [t.ns]: 'true' } };
  await t.of('v1', 'namespaces').patch(t.ns, 'strategic', { metadata: { labels: { [t.ns]: 'true' } } });
  await policies.create({ metadata: { name }, spec: { matchConstraints: constraints, ...spec } });
  const actions = kind === 'Validating' ? { validationActions: ['Deny'] } : {};
  await bindings.create({
    metadata: { name },
    spec: { policyName: name, matchResources: { namespaceSelector }, ...actions },
  });
}

const make = (t: Trial, name: string, replicas: number): Promise<Loose> =>
  t.of('apps/v1', 'deployments').create({ metadata: { name, labels: LABELS }, spec: workload(LABELS, { replicas }) });

async function validates(t: Trial, spec: Loose): Promise<void> {
  await bound(t, 'Validating', spec);
  await t.until('a refusal', async () => {
    try {
      await make(t, 'marker', 1);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      expect(e.reply.body.message).toContain('ValidatingAdmissionPolicy');
      return true;
    }
    await t.of('apps/v1', 'deployments').remove('marker');
    return false;
  });
  expect((await make(t, 'replicated', 2)).spec.replicas).toBe(2);
}

async function mutates(t: Trial, expression: string, is: (d: Loose) => boolean): Promise<void> {
  const mutations = [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }];
  await bound(t, 'Mutating', { reinvocationPolicy: 'Never', mutations });
  await t.until('a mutation', async () => {
    const made = await make(t, 'mutated', 1);
    await t.of('apps/v1', 'deployments').remove('mutated');
    return is(made);
  });
}

const MUTATING = '[sig-api-machinery] MutatingAdmissionPolicy [Privileged:ClusterAdmin] should';
const VALIDATING = '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should';

export const POLICED: readonly Spec[] = [
  {
    title: `${VALIDATING} validate against a Deployment [Conformance]`,
    run: (t) =>
      validates(t, {
        validations: [
          {
            expression: 'object.spec.replicas > 1',
            messageExpression: "'wants replicas > 1, got ' + string(object.spec.replicas)",
          },
        ],
      }),
  },
  {
    title: `${VALIDATING} allow expressions to refer variables. [Conformance]`,
    run: (t) =>
      validates(t, {
        variables: [
          { name: 'replicas', expression: 'object.spec.replicas' },
          { name: 'oddReplicas', expression: 'variables.replicas % 2 == 1' },
        ],
        validations: [{ expression: 'variables.replicas > 1' }, { expression: '!variables.oddReplicas' }],
      }),
  },
  {
    title: `${MUTATING} mutate a Deployment [Conformance]`,
    run: (t) => mutates(t, 'Object{spec: Object.spec{replicas: 3}}', (d) => d.spec.replicas === 3),
  },
  {
    title: `${MUTATING} mutate a Deployment with annotations [Conformance]`,
    run: (t) =>
      mutates(
        t,
        'Object{metadata: Object.metadata{annotations: {"my-foo-annotation": "myAnnotationValue"}}}',
        (d) => d.metadata.annotations?.['my-foo-annotation'] === 'myAnnotationValue',
      ),
  },
];
