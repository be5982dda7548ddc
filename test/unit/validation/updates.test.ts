// Updates and rules that the recorded cases do not reach. Texts marked "recorded" come from a real API server
// (conformance/golden/rejections.json and validation/patches.json); the others from upstream's sources.
import { describe, expect, it } from 'vitest';
import {
  type GroupKind,
  invalidStatus,
  validateCreate,
  validateStatusUpdate,
  validateUpdate,
} from '../../../src/simulator/apiserver/validation/index.ts';

type Change = { [field: string]: unknown };

const DEPLOYMENT: GroupKind = { group: 'apps', kind: 'Deployment' };
const POD: GroupKind = { group: '', kind: 'Pod' };
const SERVICE: GroupKind = { group: '', kind: 'Service' };
const DEFINITION: GroupKind = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' };

const META = { name: 'o', namespace: 'default', uid: 'u', resourceVersion: '1', generation: 1 };

const podSpec = {
  containers: [
    {
      name: 'c',
      image: 'nginx',
      imagePullPolicy: 'Always',
      terminationMessagePolicy: 'File',
      terminationMessagePath: '/dev/termination-log',
      ports: [{ containerPort: 80, protocol: 'TCP' }],
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    },
  ],
  restartPolicy: 'Always',
  dnsPolicy: 'ClusterFirst',
  terminationGracePeriodSeconds: 30,
  serviceAccountName: 'default',
  schedulerName: 'default-scheduler',
  securityContext: {},
  enableServiceLinks: true,
};

const pod = (spec: Change = {}, status: Change = {}) => ({ metadata: META, spec: { ...podSpec, ...spec }, status });

const deployment = (spec: Change = {}, metadata: Change = {}) => ({
  metadata: { ...META, ...metadata },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    template: { metadata: { labels: { app: 'web' } }, spec: podSpec },
    ...spec,
  },
});

const service = (spec: Change = {}) => ({
  metadata: META,
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.96.0.9',
    clusterIPs: ['10.96.0.9'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
    sessionAffinity: 'None',
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    ...spec,
  },
});

const definition = (spec: Change = {}, status: Change = {}) => ({
  metadata: { name: 'widgets.example.com', resourceVersion: '1' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [version('v1', true)],
    conversion: { strategy: 'None' },
    ...spec,
  },
  status: { storedVersions: ['v1'], ...status },
});

function version(name: string, storage: boolean, properties: Change = {}): Change {
  return { name, served: true, storage, schema: { openAPIV3Schema: { type: 'object', properties } } };
}

const texts = (errors: ReturnType<typeof validateCreate>) => errors.map((e) => `${e.field}: ${e.message}`);
const created = (gk: GroupKind, o: unknown) => texts(validateCreate(gk, o));
const updated = (gk: GroupKind, now: unknown, old: unknown, subresource = '') =>
  texts(validateUpdate(gk, now, old, subresource ? { subresource } : {}));

describe('updates', () => {
  it('that change nothing are fine', () => {
    for (const [gk, o] of [
      [DEPLOYMENT, deployment()],
      [POD, pod()],
      [SERVICE, service()],
      [DEFINITION, definition()],
    ] as const) {
      expect(created(gk, o)).toEqual([]);
      expect(updated(gk, o, o)).toEqual([]);
      expect(texts(validateStatusUpdate(gk, o, o))).toEqual([]);
    }
  });

  it('may not change the selector of a Deployment (recorded)', () => {
    const other = deployment({ selector: { matchLabels: { app: 'other' } } });
    expect(updated(DEPLOYMENT, other, deployment())).toEqual([
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
      'spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable',
    ]);
    expect(updated(DEPLOYMENT, deployment({ selector: null }), deployment())).toEqual([
      'spec.selector: Required value',
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
      'spec.selector: Invalid value: null: field is immutable',
    ]);
  });

  it('may not keep what another strategy needed (recorded)', () => {
    const now = deployment({ strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } });
    expect(updated(DEPLOYMENT, now, deployment())).toEqual([
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ]);
  });

  it('may not change the address of a Service (recorded)', () => {
    const now = service({ clusterIP: '10.96.88.88', clusterIPs: ['10.96.88.88'] });
    expect(updated(SERVICE, now, service())).toEqual([
      'spec.clusterIPs[0]: Invalid value: ["10.96.88.88"]: may not change once set',
    ]);
  });

  it('tell of metadata once in the message, and in two causes', () => {
    const errors = validateUpdate(DEPLOYMENT, deployment({}, { uid: 'other' }), deployment());
    const status = invalidStatus(DEPLOYMENT, 'o', errors);
    expect(status.message).toBe(
      'Deployment.apps "o" is invalid: metadata.uid: Invalid value: "other": field is immutable',
    );
    expect(status.details?.causes).toHaveLength(2);
  });

  it('of pods may change the image and little else', () => {
    const [container] = podSpec.containers;
    expect(updated(POD, pod({ containers: [{ ...container, image: 'httpd' }] }), pod())).toEqual([]);
    const [error = ''] = updated(POD, pod({ hostname: 'h' }), pod());
    expect(error).toContain('spec: Forbidden: pod updates may not change fields other than');
    expect(error).toContain(' "ImagePullSecrets": null,\n- "Hostname": "",\n+ "Hostname": "h",\n  "Subdomain": "",');
  });
});

describe('the status of a pod', () => {
  const running = { name: 'c', state: { running: {} } };
  const ended = { name: 'c', state: { terminated: { exitCode: 1 } } };

  it('may not bring a container back that is not restarted', () => {
    const [now, old] = [{ containerStatuses: [running] }, { containerStatuses: [ended] }];
    const wrong = ['status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state'];
    for (const [policy, expected] of [
      ['Always', []],
      ['OnFailure', []],
      ['Never', wrong],
    ] as const) {
      const spec = { restartPolicy: policy };
      expect(texts(validateStatusUpdate(POD, pod(spec, now), pod(spec, old)))).toEqual(expected);
    }
  });

  it('has addresses of different families', () => {
    const now = { hostIP: '10.0.0.1', hostIPs: [{ ip: '10.0.0.2' }], podIPs: [{ ip: '10.1.0.1' }, { ip: '10.1.0.2' }] };
    expect(texts(validateStatusUpdate(POD, pod({}, now), pod()))).toEqual([
      'status.podIPs: Invalid value: [{"IP":"10.1.0.1"},{"IP":"10.1.0.2"}]: may specify no more than one IP for each IP family',
      'status.hostIPs[0].ip: Invalid value: "10.0.0.2": must be equal to `hostIP`',
    ]);
  });
});

describe('a resize', () => {
  const sized = (resources: Change) => pod({ containers: [{ ...podSpec.containers[0], resources }] });

  it('changes amounts of cpu and memory', () => {
    const now = sized({ requests: { cpu: '200m', memory: '64Mi' }, limits: { memory: '256Mi' } });
    expect(updated(POD, now, pod(), 'resize')).toEqual([]);
  });

  it('takes no request away, nor the class of the pod', () => {
    expect(updated(POD, sized({ requests: { cpu: '1' }, limits: { memory: '1Gi' } }), pod(), 'resize')).toEqual([
      'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
    ]);
    const whole = { cpu: '1', memory: '1Gi' };
    expect(updated(POD, sized({ requests: whole, limits: whole }), pod(), 'resize')).toContain(
      'spec: Invalid value: "": Pod QOS Class may not change as a result of resizing',
    );
  });
});

describe('a CustomResourceDefinition', () => {
  it('keeps its kind and scope once it is established', () => {
    const established = { conditions: [{ type: 'Established', status: 'True' }] };
    const names = { plural: 'widgets', singular: 'widget', kind: 'Gadget', listKind: 'GadgetList' };
    const now = definition({ scope: 'Cluster', names }, established);
    expect(updated(DEFINITION, now, definition({}, established))).toEqual([
      'spec.scope: Invalid value: "Cluster": field is immutable',
      'spec.names.kind: Invalid value: "Gadget": field is immutable',
    ]);
    expect(updated(DEFINITION, now, definition())).toEqual([]);
  });

  it('keeps the versions in which objects may be stored', () => {
    const now = definition({ versions: [version('v2', true)] });
    expect(updated(DEFINITION, now, definition())).toEqual([
      'status.storedVersions: Invalid value: ["v1"]: must have the storage version v2',
      expect.stringMatching(
        /^status.storedVersions\[0\]: Invalid value: "v1": missing from spec.versions; v1 was prev/,
      ),
    ]);
  });

  it('names what versions do not share under each version', () => {
    const versions = [version('v1', true), version('v2', false, { size: {} })];
    expect(created(DEFINITION, definition({ versions }))).toEqual([
      'spec.versions[1].schema.openAPIV3Schema.properties[size].type: Required value: must not be empty for specified object fields',
    ]);
  });

  it('has structural schemas', () => {
    const size = { type: 'integer', anyOf: [{ type: 'integer' }] };
    const list = { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } };
    const versions = [version('v1', true, { size, list })];
    const at = 'spec.validation.openAPIV3Schema.properties';
    expect(created(DEFINITION, definition({ versions }))).toEqual([
      `${at}[size].anyOf[0].type: Forbidden: must be empty to be structural`,
      `${at}[list].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
    ]);
  });

  it('of the community needs its approval', () => {
    const o = { ...definition({ group: 'foo.k8s.io' }), metadata: { name: 'widgets.foo.k8s.io' } };
    expect(created(DEFINITION, o)).toEqual([
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ]);
  });
});

describe('speed', () => {
  it('of a typical pod is some microseconds', () => {
    const o = pod();
    const once = () => {
      const start = performance.now();
      for (let i = 0; i < 1000; i++) validateCreate(POD, o);
      return performance.now() - start;
    };
    const best = Math.min(...Array.from({ length: 10 }, once));
    // Microseconds for each; the aim is 30, and machines that run tests are slow.
    expect(best).toBeLessThan(100);
  });
});
