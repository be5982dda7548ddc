import { describe, expect, it } from 'vitest';
import type { ValidatingAdmissionPolicy } from '../../../src/model/generated/admissionregistration.v1.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import { typeWarnings } from '../../../src/simulator/controllers/validatingadmissionpolicystatus/decide.ts';

const policy = (expressions: readonly string[], rule: object = {}, more: object = {}): ValidatingAdmissionPolicy => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'p' },
  spec: {
    matchConstraints: {
      resourceRules: [
        { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'], ...rule },
      ],
    },
    validations: expressions.map((expression) => ({ expression })),
    ...more,
  },
});

describe('type checking of policies', () => {
  it('finds fields that a kind has not, and operators that its types have not', () => {
    const good = 'object.spec.template.spec.containers.all(c, c.image.startsWith("r/"))';
    const found = typeWarnings(policy([good, 'object.spec.replicas > "1"', 'object.spec.nothing == 1']));
    expect(found).toEqual([
      {
        fieldRef: 'spec.validations[1].expression',
        warning:
          "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'\n | object.spec.replicas > \"1\"\n | .....................^\n",
      },
      {
        fieldRef: 'spec.validations[2].expression',
        warning:
          "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'nothing'\n | object.spec.nothing == 1\n | ...........^\n",
      },
    ]);
  });

  it('knows variables and parameters, and leaves wildcards alone', () => {
    const params = {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      variables: [{ name: 'n', expression: 'object.spec.replicas' }],
    };
    expect(typeWarnings(policy(['variables.n < int(params.data.max)'], {}, params))).toEqual([]);
    expect(typeWarnings(policy(['variables.n == "x"', 'params.nothing == 1'], {}, params))).toHaveLength(2);
    expect(typeWarnings(policy(['object.nothing == 1'], { apiGroups: ['*'] }))).toEqual([]);
  });

  it('is written into the status', () => {
    const cluster = new Cluster({ seed: 'status', nodes: 0 });
    cluster.settle(60_000_000);
    const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
    expect(cluster.request({ method: 'POST', path, body: policy(['object.spec.nothing == 1']) }).code).toBe(201);
    cluster.settle(60_000_000);
    const now = cluster.request({ method: 'GET', path: `${path}/p` }).body as ValidatingAdmissionPolicy;
    expect(now.status).toMatchObject({
      observedGeneration: 1,
      typeChecking: { expressionWarnings: [{ fieldRef: 'spec.validations[0].expression' }] },
    });
    const written = cluster
      .stepsAfter(0)
      .filter((s) => s.actor.component === 'validatingadmissionpolicy-status-controller');
    expect(written.some((s) => s.action === 'CheckTypes')).toBe(true);
  });
});
