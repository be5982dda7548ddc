// Refusals that no sample's field can bring: on the way to another path, of metadata, of a status, or of what a template lacks.
// By the record that cites the words.
import { ask, type Bench, bench, bodyOf } from '../apiserver/support.ts';
import { CHANGE_SAMPLES } from './samples.ts';

type Fields = Readonly<Record<string, unknown>>;
type Scene = () => string;

const NS = '/api/v1/namespaces/default';
const DRA = '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims';
const FLOW = '/apis/flowcontrol.apiserver.k8s.io/v1';
const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const REVIEWS = '/apis/authorization.k8s.io/v1';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const said = (b: Bench, line: string, body?: unknown, more = {}): string =>
  String(bodyOf(ask(b, line, body, more)).message);
const named = (name: string, more: Fields = {}): Fields => ({ metadata: { name }, ...more });
const of = (kind: string, name = 'v'): Fields => {
  const found = CHANGE_SAMPLES.find(({ object }) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no sample ${kind} ${name}`);
  return found.object as unknown as Fields;
};

function withPod(): Bench {
  const b = bench();
  ask(b, `POST ${NS}/serviceaccounts`, named('default'));
  ask(b, `POST ${NS}/serviceaccounts`, named('other'));
  ask(b, `POST ${NS}/pods`, named('p', { spec: { containers: [{ name: 'c', image: 'i' }] } }));
  return b;
}

const schema = (fields: Fields): Fields => ({
  type: 'object',
  properties: { spec: { type: 'object', properties: { text: { type: 'string', ...fields } } } },
});

function defined(change: { name?: string; spec?: Fields; text?: Fields }): string {
  const sample = of('CustomResourceDefinition', 'wides.g.io') as { spec: Fields };
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema(change.text ?? {}) } };
  const spec = { ...sample.spec, versions: [version], ...change.spec };
  return said(bench(), `POST ${DEFINITIONS}`, named(change.name ?? 'wides.g.io', { spec }));
}

const TOKEN = `POST ${NS}/serviceaccounts/default/token`;
const bound = (ref: Fields): Fields => ({ spec: { audiences: [], boundObjectRef: ref } });

const DEFINED: Readonly<Record<string, Scene>> = {
  'apiextensions.v1.CustomResourceDefinition.metadata: must be spec.names.plural+"."+spec.group': () =>
    defined({ name: 'x.g.io' }),
  'apiextensions.v1.CustomResourceDefinition.metadata: protected groups must have approval annotation': () =>
    defined({ name: 'wides.x.k8s.io', spec: { group: 'x.k8s.io' } }),
  'apiextensions.v1.CustomResourceDefinitionSpec.preserveUnknownFields: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead':
    () => defined({ spec: { preserveUnknownFields: true } }),
  'apiextensions.v1.CustomResourceDefinitionStatus.storedVersions: must have at least one stored version': () =>
    defined({
      spec: { versions: [{ name: 'v1', served: true, storage: false, schema: { openAPIV3Schema: schema({}) } }] },
    }),
  'apiextensions.v1.JSONSchemaProps.id: id is not supported': () => defined({ text: { id: 'x' } }),
  'apiextensions.v1.JSONSchemaProps.$ref: $ref is not supported': () => defined({ text: { $ref: '#/x' } }),
  'apiextensions.v1.JSONSchemaProps.uniqueItems: uniqueItems cannot be set to true since the runtime complexity becomes quadratic':
    () => defined({ text: { uniqueItems: true } }),
  'apiextensions.v1.JSONSchemaProps.patternProperties: patternProperties is not supported': () =>
    defined({ text: { patternProperties: { a: { type: 'string' } } } }),
  'apiextensions.v1.JSONSchemaProps.dependencies: dependencies is not supported': () =>
    defined({ text: { dependencies: { a: ['b'] } } }),
  'apiextensions.v1.JSONSchemaProps.additionalItems: additionalItems is not supported': () =>
    defined({ text: { additionalItems: true } }),
  'apiextensions.v1.JSONSchemaProps.definitions: definitions is not supported': () =>
    defined({ text: { definitions: { a: { type: 'string' } } } }),
  'apiregistration.v1.APIService.metadata: must be `spec.version+"."+spec.group`': () =>
    said(bench(), 'POST /apis/apiregistration.k8s.io/v1/apiservices', {
      ...of('APIService', 'v1.g.io'),
      ...named('v2.g.io'),
    }),
  'apiregistration.v1.ServiceReference.port: port is not valid': () => {
    const { spec } = of('APIService', 'v1.g.io') as { spec: { service: Fields } };
    const service = { ...spec.service, port: 70_000 };
    return said(
      bench(),
      'POST /apis/apiregistration.k8s.io/v1/apiservices',
      named('v1.g.io', { spec: { ...spec, service } }),
    );
  },
};

const review = (kind: string, spec: Fields, metadata: Fields = {}): string =>
  said(bench(), `POST ${REVIEWS}/${kind}`, { metadata, spec });
const LOCAL = 'namespaces/default/localsubjectaccessreviews';
const may = { namespace: 'default', verb: 'get', resource: 'pods' };
const path = { path: '/healthz', verb: 'get' };

const ASKED: Readonly<Record<string, Scene>> = {
  'authentication.v1.BoundObjectReference.uid: the UID in the bound object reference': () =>
    said(withPod(), TOKEN, bound({ kind: 'Pod', apiVersion: 'v1', name: 'p', uid: 'x' })),
  'authentication.v1.TokenRequest.spec: cannot bind token for serviceaccount': () =>
    said(withPod(), `POST ${NS}/serviceaccounts/other/token`, bound({ kind: 'Pod', apiVersion: 'v1', name: 'p' })),
  'authentication.v1.TokenRequestSpec.expirationSeconds: may not specify a duration less than 10 minutes': () =>
    said(withPod(), TOKEN, { spec: { audiences: [], expirationSeconds: 10 } }),
  'authentication.v1.TokenRequestSpec.boundObjectRef: cannot bind token to object of type': () =>
    said(withPod(), TOKEN, bound({ kind: 'ConfigMap', apiVersion: 'v1', name: 'c' })),
  'authentication.v1.TokenReview.spec: token is required for TokenReview in authentication': () =>
    said(bench(), 'POST /apis/authentication.k8s.io/v1/tokenreviews', { spec: {} }),
  'authentication.v1.TokenReviewSpec.token: token is required for TokenReview in authentication': () =>
    said(bench(), 'POST /apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: '' } }),
  'authorization.v1.LocalSubjectAccessReview.metadata: must be empty except for namespace': () =>
    review(LOCAL, { user: 'u', resourceAttributes: may }, { name: 'x', namespace: 'default' }),
  'authorization.v1.LocalSubjectAccessReview.spec: must match metadata.namespace': () =>
    review(LOCAL, { user: 'u', resourceAttributes: { ...may, namespace: 'x' } }),
  'authorization.v1.LocalSubjectAccessReview.spec: disallowed on this kind of request': () =>
    review(LOCAL, { user: 'u', nonResourceAttributes: path }),
  'authorization.v1.ResourceAttributes.fieldSelector: requirements or rawSelector is required': () =>
    review('selfsubjectaccessreviews', { resourceAttributes: { ...may, fieldSelector: {} } }),
  'authorization.v1.ResourceAttributes.labelSelector: may not specified at the same time as requirements': () =>
    review('selfsubjectaccessreviews', {
      resourceAttributes: {
        ...may,
        labelSelector: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'In', values: ['b'] }] },
      },
    }),
  'authorization.v1.SelfSubjectAccessReview.metadata: must be empty': () =>
    review('selfsubjectaccessreviews', { resourceAttributes: may }, { name: 'x' }),
  'authorization.v1.SelfSubjectAccessReviewSpec.resourceAttributes: exactly one of nonResourceAttributes or resourceAttributes must be specified':
    () => review('selfsubjectaccessreviews', {}),
  'authorization.v1.SelfSubjectAccessReviewSpec.nonResourceAttributes: cannot be specified in combination with resourceAttributes':
    () => review('selfsubjectaccessreviews', { resourceAttributes: may, nonResourceAttributes: path }),
  'authorization.v1.SelfSubjectRulesReview.spec: no namespace on request': () => review('selfsubjectrulesreviews', {}),
  'authorization.v1.SelfSubjectRulesReviewSpec.namespace: no namespace on request': () =>
    review('selfsubjectrulesreviews', { namespace: '' }),
  'authorization.v1.SubjectAccessReview.metadata: must be empty': () =>
    review('subjectaccessreviews', { user: 'u', resourceAttributes: may }, { name: 'x' }),
  'authorization.v1.SubjectAccessReviewSpec.resourceAttributes: exactly one of nonResourceAttributes or resourceAttributes must be specified':
    () => review('subjectaccessreviews', { user: 'u' }),
  'authorization.v1.SubjectAccessReviewSpec.nonResourceAttributes: cannot be specified in combination with resourceAttributes':
    () => review('subjectaccessreviews', { user: 'u', resourceAttributes: may, nonResourceAttributes: path }),
  'authorization.v1.SubjectAccessReviewSpec.user: at least one of user or group must be specified': () =>
    review('subjectaccessreviews', { resourceAttributes: may }),
};

function request(sub: string, conditions: readonly Fields[], then?: readonly Fields[]): string {
  const b = bench();
  const stored = bodyOf(ask(b, `POST ${CSRS}`, of('CertificateSigningRequest')));
  const first = ask(b, `PUT ${CSRS}/v/${sub}`, { ...stored, status: { conditions } });
  if (!then) return String(bodyOf(first).message);
  return said(b, `PUT ${CSRS}/v/${sub}`, { ...bodyOf(first), status: { conditions: then } });
}
const condition = (type: string, status = 'True'): Fields => ({ type, status, reason: 'x' });

function certificate(...texts: readonly string[]): string {
  const b = bench();
  let stored = bodyOf(ask(b, `POST ${CSRS}`, of('CertificateSigningRequest')));
  let message = '';
  for (const text of texts) {
    const answer = bodyOf(ask(b, `PUT ${CSRS}/v/status`, { ...stored, status: { certificate: btoa(text) } }));
    message = String(answer.message);
    if (answer.kind !== 'Status') stored = answer;
  }
  return message;
}

const pem = (type: string, base64: string): string => `-----BEGIN ${type}-----\n${base64}\n-----END ${type}-----\n`;

const SIGNED: Readonly<Record<string, Scene>> = {
  'certificates.v1.CertificateSigningRequestCondition.type: Approved and Denied conditions are mutually exclusive':
    () => request('approval', [condition('Approved'), condition('Denied')]),
  'certificates.v1.CertificateSigningRequestCondition.status: Unsupported value': () =>
    request('approval', [condition('Approved', 'False')]),
  'certificates.v1.CertificateSigningRequestStatus.conditions: updates may not remove a condition of type': () =>
    request('approval', [condition('Approved')], []),
  'certificates.v1.CertificateSigningRequestStatus.conditions: updates may not add a condition of type': () =>
    request('status', [condition('Approved')]),
  'certificates.v1.CertificateSigningRequestStatus.certificate: only CERTIFICATE PEM blocks are allowed': () =>
    certificate(pem('OTHER', 'MAA=')),
  'certificates.v1.CertificateSigningRequestStatus.certificate: updates may not modify existing certificate content':
    () => certificate(pem('CERTIFICATE', 'MAA='), pem('CERTIFICATE', 'MAIFAA==')),
};

const deleted = (options: Fields): string => said(withPod(), `DELETE ${NS}/pods/p`, options);
const MERGE = { contentType: 'application/apply-patch+yaml' };

function changed(fields: (stored: Fields) => Fields): string {
  const b = bench();
  const stored = bodyOf(ask(b, `POST ${NS}/configmaps`, named('c', { data: { a: 'b' } })));
  return said(b, `PUT ${NS}/configmaps/c`, { ...stored, metadata: { ...stored.metadata, ...fields(stored.metadata) } });
}

const META: Readonly<Record<string, Scene>> = {
  'meta.v1.DeleteOptions.preconditions: in the precondition': () => deleted({ preconditions: { uid: 'x' } }),
  'meta.v1.DeleteOptions.orphanDependents: orphanDependents and deletionPropagation cannot be both set': () =>
    deleted({ orphanDependents: true, propagationPolicy: 'Orphan' }),
  'meta.v1.DeleteOptions.propagationPolicy: Unsupported value': () => deleted({ propagationPolicy: 'Bogus' }),
  'meta.v1.DeleteOptions.dryRun: Unsupported value': () => deleted({ dryRun: ['Bogus'] }),
  'meta.v1.Preconditions.uid: does not match the UID in record': () => deleted({ preconditions: { uid: 'x' } }),
  'meta.v1.Preconditions.resourceVersion: does not match the ResourceVersion in record': () =>
    deleted({ preconditions: { resourceVersion: '1' } }),
  'meta.v1.ObjectMeta.namespace: namespaces "…" not found': () =>
    said(bench(), 'POST /api/v1/namespaces/none/configmaps', named('c')),
  'meta.v1.ObjectMeta.namespace: the namespace of the provided object does not match the namespace sent on the request':
    () => said(bench(), `POST ${NS}/configmaps`, { metadata: { name: 'c', namespace: 'kube-system' } }),
  'meta.v1.ObjectMeta.uid: Precondition failed: UID in precondition: …, UID in object meta: …': () =>
    changed(() => ({ uid: 'x' })),
  'meta.v1.ObjectMeta.resourceVersion: the object has been modified; please apply your changes to the latest version and try again':
    () => changed(() => ({ resourceVersion: '1' })),
  'meta.v1.ObjectMeta.managedFields: Apply failed with 1 conflict: conflict with "…"': () => {
    const b = bench();
    const body = (a: string): Fields => ({ apiVersion: 'v1', kind: 'ConfigMap', ...named('c', { data: { a } }) });
    ask(b, `PATCH ${NS}/configmaps/c`, body('b'), { ...MERGE, q: { fieldManager: 'one' } });
    return said(b, `PATCH ${NS}/configmaps/c`, body('c'), { ...MERGE, q: { fieldManager: 'two' } });
  },
  'meta.v1.OwnerReference.controller: Only one reference can have Controller set to true': () =>
    changed(() => ({
      ownerReferences: ['a', 'b'].map((uid) => ({ apiVersion: 'v1', kind: 'Pod', name: uid, uid, controller: true })),
    })),
  'networking.v1.IPAddress.metadata: must be a valid IP address': () =>
    said(bench(), 'POST /apis/networking.k8s.io/v1/ipaddresses', {
      ...named('x'),
      spec: { parentRef: { resource: 'services', name: 's', namespace: 'n' } },
    }),
  'core.v1.NamespaceStatus.phase: because it is being terminated': () => {
    const b = bench();
    ask(b, 'POST /api/v1/namespaces', named('gone'));
    ask(b, 'DELETE /api/v1/namespaces/gone');
    return said(b, 'POST /api/v1/namespaces/gone/configmaps', named('c'));
  },
  'events.v1.Event.metadata: does not match event.namespace': () => {
    const { metadata, regarding, ...event } = of('Event') as { metadata: Fields; regarding: Fields };
    const { namespace: _, ...node } = regarding;
    const body = { ...event, metadata: { ...metadata, namespace: 'mine' }, regarding: node };
    const b = bench();
    ask(b, 'POST /api/v1/namespaces', named('mine'));
    return said(b, 'POST /apis/events.k8s.io/v1/namespaces/mine/events', body);
  },
  'events.v1.Event.deprecatedSource: needs to be unset': () =>
    said(bench(), 'POST /apis/events.k8s.io/v1/namespaces/default/events', {
      ...of('Event'),
      deprecatedSource: { component: 'c' },
    }),
};

function claim(status: Fields, then?: Fields): string {
  const b = bench();
  const spec = { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'c' } }] } };
  const stored = bodyOf(ask(b, `POST ${DRA}`, named('c', { spec })));
  const first = bodyOf(ask(b, `PUT ${DRA}/c/status`, { ...stored, status }));
  return then ? said(b, `PUT ${DRA}/c/status`, { ...first, status: then }) : String(first.message);
}
const result = { request: 'r', driver: 'a.b', pool: 'p', device: 'd' };
const allocation = { devices: { results: [result] } };
const device = (more: Fields): Fields => ({
  allocation,
  devices: [{ driver: 'a.b', pool: 'p', device: 'd', ...more }],
});
const time = '2026-01-01T00:00:00Z';
const conditions = Array.from({ length: 9 }, (_, i) => ({
  type: `T${i}`,
  status: 'True',
  reason: 'r',
  message: '',
  lastTransitionTime: time,
}));

const CLAIMED: Readonly<Record<string, Scene>> = {
  'resource.v1.AllocatedDeviceStatus.device: must be an allocated device in the claim': () =>
    claim(device({ device: 'x' })),
  'resource.v1.ResourceClaimStatus.devices: must be an allocated device in the claim': () =>
    claim(device({ pool: 'x' })),
  'resource.v1.AllocatedDeviceStatus.conditions: must have at most 8 items': () => claim(device({ conditions })),
  'resource.v1.AllocatedDeviceStatus.data: must be a valid JSON object': () => claim(device({ data: 'x' })),
  'resource.v1.NetworkDeviceData.interfaceName: may not be more than 256 bytes': () =>
    claim(device({ networkData: { interfaceName: 'x'.repeat(257) } })),
  'resource.v1.NetworkDeviceData.ips: must be a valid address in CIDR form': () =>
    claim(device({ networkData: { ips: ['10.1.2.3'] } })),
  'resource.v1.NetworkDeviceData.hardwareAddress: may not be more than 128 bytes': () =>
    claim(device({ networkData: { hardwareAddress: 'x'.repeat(129) } })),
  'resource.v1.DeviceAllocationConfiguration.source: Unsupported value': () =>
    claim({
      allocation: {
        devices: { results: [result], config: [{ source: 'Bogus', opaque: { driver: 'a.b', parameters: {} } }] },
      },
    }),
  'resource.v1.DeviceRequestAllocationResult.shareID: uid must be in RFC 4122 normalized form': () =>
    claim({ allocation: { devices: { results: [{ ...result, shareID: 'AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA' }] } } }),
  'resource.v1.ResourceClaimConsumerReference.resource: Required value': () =>
    claim({ allocation, reservedFor: [{ name: 'p', uid: 'u' }] }),
  'resource.v1.ResourceClaimConsumerReference.name: Required value': () =>
    claim({ allocation, reservedFor: [{ resource: 'pods', uid: 'u' }] }),
  'resource.v1.ResourceClaimConsumerReference.uid: Duplicate value': () =>
    claim({ allocation, reservedFor: ['p', 'q'].map((name) => ({ resource: 'pods', name, uid: 'u' })) }),
  'resource.v1.ResourceClaimStatus.allocation: field is immutable': () =>
    claim(
      { allocation },
      {
        allocation: { devices: { results: [{ ...result, device: 'e' }] } },
      },
    ),
  'resource.v1.ResourceClaimStatus.reservedFor: may not be specified when `allocated` is not set': () =>
    claim({ reservedFor: [{ resource: 'pods', name: 'p', uid: 'u' }] }),
};

const level = (name: string, spec: Fields): string =>
  said(bench(), `POST ${FLOW}/prioritylevelconfigurations`, named(name, { spec }));

const FLOWS: Readonly<Record<string, Scene>> = {
  'flowcontrol.v1.ExemptPriorityLevelConfiguration.lendablePercent: must be between 0 and 100, inclusive': () => {
    const b = bench();
    const at = `${FLOW}/prioritylevelconfigurations/exempt`;
    ask(b, `POST ${FLOW}/prioritylevelconfigurations`, named('exempt', { spec: { type: 'Exempt', exempt: {} } }));
    return said(b, `PUT ${at}`, {
      ...bodyOf(ask(b, `GET ${at}`)),
      spec: { type: 'Exempt', exempt: { lendablePercent: 200 } },
    });
  },
  'flowcontrol.v1.FlowSchema.metadata: must equal the fixed value': () =>
    said(bench(), `POST ${FLOW}/flowschemas`, { ...of('FlowSchema'), ...named('catch-all') }),
  'flowcontrol.v1.PriorityLevelConfigurationSpec.exempt: must be nil if the type is Limited': () =>
    level('x', { type: 'Limited', limited: { limitResponse: { type: 'Reject' } }, exempt: {} }),
  'flowcontrol.v1.PriorityLevelConfigurationCondition.type: Duplicate value': () => {
    const b = bench();
    const stored = bodyOf(ask(b, `POST ${FLOW}/prioritylevelconfigurations`, of('PriorityLevelConfiguration')));
    const status = { conditions: ['A', 'A'].map((type) => ({ type, status: 'True' })) };
    return said(b, `PUT ${FLOW}/prioritylevelconfigurations/v/status`, { ...stored, status });
  },
};

const bind = (target: Fields): string => said(withPod(), `POST ${NS}/pods/p/binding`, named('p', { target }));

const BOUND: Readonly<Record<string, Scene>> = {
  'core.v1.Binding.target: Unsupported value': () => bind({ kind: 'Pod', name: 'n' }),
  'core.v1.Binding.target: Required value': () => bind({ kind: 'Node' }),
  'core.v1.Binding.kind: is already assigned to node': () => {
    const b = withPod();
    for (const name of ['m', 'n']) {
      const answer = ask(b, `POST ${NS}/pods/p/binding`, named('p', { target: { kind: 'Node', name } }));
      if (name === 'n') return String(bodyOf(answer).message);
    }
    return '';
  },
};

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const selected = { selector: { matchLabels: { a: 'b' } }, template };
const SETS = '/apis/apps/v1/namespaces/default/replicasets';

function scaled(body: Fields): string {
  const b = bench();
  ask(b, `POST ${SETS}`, named('s', { spec: selected }));
  return said(b, `PUT ${SETS}/s/scale`, body);
}

const WORKLOADS: Readonly<Record<string, Scene>> = {
  'autoscaling.v1.Scale.metadata: the object has been modified; please apply your changes to the latest version and try again':
    () => scaled({ metadata: { name: 's', namespace: 'default', resourceVersion: '1' }, spec: { replicas: 2 } }),
  'autoscaling.v1.ScaleSpec.replicas: must be greater than or equal to 0': () =>
    scaled({ metadata: { name: 's', namespace: 'default' }, spec: { replicas: -1 } }),
  'batch.v1.CronJob.metadata: must be no more than 52 characters': () =>
    said(bench(), 'POST /apis/batch/v1/namespaces/default/cronjobs', { ...of('CronJob'), ...named('x'.repeat(53)) }),
  'batch.v1.JobSpec.selector: `selector` not auto-generated': () =>
    said(bench(), 'POST /apis/batch/v1/namespaces/default/jobs', named('j', { spec: selected })),
  "core.v1.GitRepoVolumeSource.directory: must not contain '..'": () => {
    const volumes = [{ name: 'v', gitRepo: { repository: 'r', directory: '../x' } }];
    return said(withPod(), `POST ${NS}/pods`, named('q', { spec: { ...template.spec, volumes } }));
  },
  'core.v1.NodeSpec.externalID: may not be updated': () => {
    const b = bench();
    const stored = bodyOf(ask(b, 'POST /api/v1/nodes', named('n', { spec: { externalID: 'a' } })));
    return said(b, 'PUT /api/v1/nodes/n', { ...stored, spec: { externalID: 'b' } });
  },
  'core.v1.PodSpec.ephemeralContainers: ephemeral containers not allowed in pod template': () => {
    const spec = { ...template.spec, ephemeralContainers: [{ name: 'e', image: 'i' }] };
    return said(bench(), `POST ${SETS}`, named('s', { spec: { ...selected, template: { ...template, spec } } }));
  },
};

export const REFUSALS: Readonly<Record<string, Scene>> = {
  ...DEFINED,
  ...ASKED,
  ...SIGNED,
  ...META,
  ...CLAIMED,
  ...FLOWS,
  ...BOUND,
  ...WORKLOADS,
};
