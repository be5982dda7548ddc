// Wrong objects that take more than one field: which sample, what is changed in it, and which words of a record it brings.
import type { Wrong } from './wrong-case.ts';
import { WORKLOAD_WRONG } from './wrong-workloads.ts';

const wrong = (kind: string, error: string, change: Readonly<Record<string, unknown>>): Wrong => ({
  kind,
  error,
  change,
});
const changed = (kind: string, path: string, value: string, error = 'field is immutable'): Wrong => ({
  kind,
  error,
  change: { [path]: value },
  update: true,
});

const ROOT = 'spec/versions/0/schema/openAPIV3Schema';
const FIELDS = `${ROOT}/properties/spec/properties`;
const SCALE = 'spec/versions/0/subresources/scale';
const numbered = <T>(count: number, prefix: string, value: T): Record<string, T> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, value]));

const definition = (error: string, change: Readonly<Record<string, unknown>>): Wrong =>
  wrong('CustomResourceDefinition', error, change);
const SELECTABLE = 'spec/versions/0/selectableFields';
const loop = { rule: 'self.all(a, a.all(b, b.contains("x")))' };
const lists = {
  type: 'array',
  items: { type: 'array', items: { type: 'string' } },
  'x-kubernetes-validations': [loop],
};

const DEFINITIONS: readonly Wrong[] = [
  definition('kind and listKind may not be the same', { 'spec/names/listKind': 'Wide', 'spec/names/kind': 'Wide' }),
  definition('must contain unique version names', {
    'spec/versions/1': { name: 'v1', served: true, storage: false, schema: { openAPIV3Schema: { type: 'object' } } },
  }),
  definition('must not be empty for specified object fields', { [`${FIELDS}/text/type`]: undefined }),
  definition('must be object at the root', { [`${ROOT}/type`]: 'string' }),
  definition('additionalProperties and properties are mutual exclusive', {
    [`${FIELDS}/map/properties`]: { a: { type: 'string' } },
  }),
  definition('must be object if x-kubernetes-map-type is specified', {
    [`${FIELDS}/text/x-kubernetes-map-type`]: 'atomic',
  }),
  definition('estimated rule cost exceeds budget', { [`${FIELDS}/lists`]: lists }),
  definition('may not be set if oldSelf is not used in rule', {
    [`${ROOT}/properties/spec/x-kubernetes-validations`]: [{ rule: 'self.number > 1', optionalOldSelf: true }],
  }),
  definition('message must be specified if rule contains line breaks', {
    [`${ROOT}/properties/spec/x-kubernetes-validations`]: [{ rule: 'self.number\n > 1', message: '' }],
  }),
  definition('must not be set in top-level metadata', {
    [`${ROOT}/properties/metadata`]: { type: 'object', default: { name: 'x' } },
  }),
  definition("OpenAPIV3Schema 'schema' is not supported", {
    [`${FIELDS}/text/$schema`]: 'http://json-schema.org/schema#',
  }),
  definition('nullable cannot be true at the root', { [`${ROOT}/nullable`]: true }),
  definition('must be array if x-kubernetes-list-type is specified', {
    [`${FIELDS}/text/x-kubernetes-list-type`]: 'set',
  }),
  definition('must be map if x-kubernetes-list-map-keys is non-empty', {
    [`${FIELDS}/list/x-kubernetes-list-type`]: 'atomic',
  }),
  definition('must have a default or be a required property', { [`${FIELDS}/list/items/required`]: undefined }),
  definition('items must be a schema object and not an array', { [`${FIELDS}/list/items`]: [{ type: 'string' }] }),
  definition('must not be used at the root', {
    [ROOT]: { type: 'object', additionalProperties: { type: 'string' } },
  }),
  definition('must be false if x-kubernetes-int-or-string is true', {
    [`${FIELDS}/either/x-kubernetes-preserve-unknown-fields`]: true,
  }),
  definition('must be empty to be structural', { [`${FIELDS}/chosen/allOf`]: [{ type: 'object' }] }),
  definition('must be object if x-kubernetes-embedded-resource is true', { [`${FIELDS}/whole/type`]: 'string' }),
  definition('should be a json path under .spec', { [`${SCALE}/specReplicasPath`]: '.status.x' }),
  definition('should be a json path under .status', { [`${SCALE}/statusReplicasPath`]: '.spec.x' }),
  definition('should be a json path under either .spec or .status', { [`${SCALE}/labelSelectorPath`]: '.other.x' }),
  definition('must have at most 8 items', {
    [SELECTABLE]: Array.from({ length: 9 }, (_, i) => ({ jsonPath: `.spec.f${i}` })),
    [FIELDS]: numbered(9, 'f', { type: 'string' }),
  }),
  definition('must point to a field of type string, boolean or integer', { [SELECTABLE]: [{ jsonPath: '.spec.map' }] }),
  definition('must not point to fields in metadata', {
    [SELECTABLE]: [{ jsonPath: '.metadata.name' }],
    [`${ROOT}/properties/metadata`]: { type: 'object', properties: { name: { type: 'string' } } },
  }),
  definition('should not be set when strategy is not set to Webhook', { 'spec/conversion/strategy': 'None' }),
  definition('can only be set for deprecated versions', { 'spec/versions/0/deprecated': false }),
];

const devices = (error: string, device: object): Wrong =>
  wrong('ResourceSlice', error, { 'spec/devices': [{ name: 'd', ...device }] });
const shared = (error: string, value: string, requestPolicy: object): Wrong =>
  devices(error, { allowMultipleAllocations: true, capacity: { m: { value, requestPolicy } } });
const claim = (error: string, request: object): Wrong =>
  wrong('ResourceClaim', error, { 'spec/devices/requests/0': { name: 'a', ...request } });
const opaque = (error: string, parameters: unknown): Wrong =>
  wrong('ResourceClaim', error, { 'spec/devices/config': [{ opaque: { driver: 'a.b', parameters } }] });

const DEVICES: readonly Wrong[] = [
  wrong('ResourceSlice', 'only one of `sharedCounters` or `devices` is allowed', {
    'spec/sharedCounters': [{ name: 'c', counters: { m: { value: '1' } } }],
  }),
  wrong('ResourceSlice', 'Duplicate value', { 'spec/devices': [{ name: 'd' }, { name: 'd' }] }),
  wrong('ResourceSlice', 'must have at most 32 items', {
    'spec/devices': undefined,
    'spec/sharedCounters': [{ name: 'c', counters: numbered(33, 'm', { value: '1' }) }],
  }),
  devices('the total number of attributes and capacities must not exceed 32', {
    attributes: numbered(33, 'a', { int: 1 }),
  }),
  devices('allowMultipleAllocations must be true', {
    capacity: { m: { value: '1', requestPolicy: { default: '1' } } },
  }),
  shared('exactly one policy can be specified', '4', { default: '1', validValues: ['1'], validRange: { min: '1' } }),
  shared('default is less than min', '4', { default: '1', validRange: { min: '2' } }),
  shared('max is larger than capacity value', '4', { default: '1', validRange: { min: '1', max: '9' } }),
  shared('value is not a multiple of a given step', '9', { default: '2', validRange: { min: '1', step: '2' } }),
  devices('Required value', { taints: [{ key: '', effect: 'NoSchedule' }] }),
  devices('bindingFailureConditions are required to use bindingConditions', { bindingConditions: ['A'] }),
  devices('bindingFailureConditions must not overlap with bindingConditions', {
    bindingConditions: ['A'],
    bindingFailureConditions: ['A'],
  }),
  devices('can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec', { nodeName: 'n' }),
  claim("must not be specified when allocationMode is 'All'", {
    exactly: { deviceClassName: 'c', allocationMode: 'All', count: 2 },
  }),
  claim('must be empty for operator `Exists`', {
    exactly: { deviceClassName: 'c', tolerations: [{ key: 'a', operator: 'Exists', value: 'v' }] },
  }),
  claim('Duplicate value', {
    firstAvailable: [
      { name: 'x', deviceClassName: 'c' },
      { name: 'x', deviceClassName: 'c' },
    ],
  }),
  opaque('must be a valid JSON object', [1]),
  opaque('may not be more than 10240 bytes', { a: 'x'.repeat(11_000) }),
  changed('ResourceClaim', 'spec/devices/requests/0/name', 'z'),
  changed('ResourceClaimTemplate', 'spec/spec/devices/requests/0/name', 'z'),
  changed('ResourceSlice', 'spec/driver', 'z.z'),
];

const API: readonly Wrong[] = [
  wrong('PriorityLevelConfiguration', "type must be 'Exempt' if and only if name is 'exempt'", {
    spec: { type: 'Exempt' },
  }),
  wrong('FlowSchema', "group is forbidden when subject kind is not 'Group'", {
    'spec/rules/0/subjects/0/group': { name: 'g' },
  }),
  wrong('FlowSchema', 'at least one of resourceRules and nonResourceRules has to be non-empty', {
    'spec/rules/0/resourceRules': undefined,
    'spec/rules/0/nonResourceRules': undefined,
  }),
  wrong('FlowSchema', 'resource rules that are not cluster scoped must supply at least one namespace', {
    'spec/rules/0/resourceRules/0/clusterScope': false,
    'spec/rules/0/resourceRules/0/namespaces': undefined,
  }),
  wrong('FlowSchema', 'wildcard can only do suffix matching', {
    'spec/rules/0/nonResourceRules/0/nonResourceURLs': ['/a/*/b'],
  }),
  wrong('APIService', 'only v1 may have an empty group and it better be legacy kube', {
    'spec/group': '',
    'spec/version': 'v2',
  }),
  wrong('APIService', 'may not be true if caBundle is present', {
    'spec/insecureSkipTLSVerify': true,
    'spec/caBundle': 'YQ==',
  }),
  wrong('APIService', 'local APIServices may not have a caBundle', {
    'spec/service': undefined,
    'spec/caBundle': 'YQ==',
  }),
  wrong('ValidatingAdmissionPolicy', "if '*' is present, must not specify other resources without subresources", {
    'spec/matchConstraints/resourceRules/0/resources': ['*', 'pods'],
  }),
  wrong('ValidatingAdmissionPolicy', 'compilation failed', {
    'spec/variables': [
      { name: 'a', expression: 'variables.b' },
      { name: 'b', expression: 'true' },
    ],
  }),
  wrong('ValidatingAdmissionPolicy', 'Duplicate value', {
    'spec/auditAnnotations': [
      { key: 'k', valueExpression: '"v"' },
      { key: 'k', valueExpression: '"w"' },
    ],
  }),
  wrong('ValidatingAdmissionPolicyBinding', 'must not contain both Deny and Warn', {
    'spec/validationActions': ['Deny', 'Warn'],
  }),
  wrong('ValidatingAdmissionPolicyBinding', 'name and selector are mutually exclusive', {
    'spec/paramRef': { name: 'x', selector: {}, parameterNotFoundAction: 'Deny' },
  }),
  wrong('MutatingAdmissionPolicy', 'must not be specified when patchType is ApplyConfiguration', {
    'spec/mutations/1/jsonPatch': { expression: '[]' },
  }),
  wrong('CertificateSigningRequest', 'the legacy signerName is not allowed via this API version', {
    'spec/signerName': 'kubernetes.io/legacy-unknown',
  }),
  wrong('Role', 'namespaced rules cannot apply to non-resource URLs', {
    rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }],
  }),
  changed('RoleBinding', 'roleRef/name', 'z', 'cannot change roleRef'),
];

const VOLUMES_AND_NETWORK: readonly Wrong[] = [
  wrong('CSIDriver', 'serviceAccountTokenInSecrets is set but no tokenRequests are specified', {
    'spec/serviceAccountTokenInSecrets': true,
    'spec/tokenRequests': undefined,
  }),
  wrong('CSIDriver', 'Duplicate value', { 'spec/tokenRequests': [{ audience: 'x' }, { audience: 'x' }] }),
  wrong('CSINode', 'Duplicate value', {
    'spec/drivers': [
      { name: 'a.b', nodeID: 'n' },
      { name: 'a.b', nodeID: 'm' },
    ],
  }),
  wrong('PersistentVolume', 'Local volume requires node affinity', {
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], local: { path: '/p' } },
  }),
  changed('PersistentVolume', 'spec/nfs/server', 'z', 'spec.persistentvolumesource is immutable after creation'),
  changed(
    'PersistentVolumeClaim',
    'spec/storageClassName',
    'z',
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
  ),
  changed('VolumeAttachment', 'spec/nodeName', 'z'),
  changed('VolumeAttributesClass', 'driverName', 'z.z', 'updates to driverName are forbidden.'),
  changed('VolumeAttributesClass', 'parameters/a', 'z', 'updates to parameters are forbidden.'),
  changed('CSIStorageCapacity', 'nodeTopology/matchLabels/a', 'z'),
  changed('IngressClass', 'spec/controller', 'z.z/z'),
  changed('Service', 'spec/clusterIP', '10.96.77.77', 'may not change once set'),
  wrong('IngressClass', "`parameters.scope` is set to 'Cluster'", {
    'spec/parameters': { kind: 'K', name: 'n', scope: 'Cluster', namespace: 'x' },
  }),
  wrong('NetworkPolicy', 'must be a strict subset of `cidr`', {
    'spec/ingress/0/from/1': { ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/8'] } },
  }),
  wrong('Endpoints', 'may not be in the loopback range', { 'subsets/0/addresses/0/ip': '127.0.0.1' }),
  wrong('Endpoints', 'Required value', { 'subsets/0/ports': [{ name: 'a', port: 1 }, { port: 2 }] }),
  wrong('Service', 'may only be set for externally-accessible services', { 'spec/externalTrafficPolicy': 'Local' }),
  wrong('Service', 'Required value', { 'spec/ports': [{ port: 1, name: '' }, { port: 2 }] }),
  wrong('Service', 'this cluster is not configured for dual-stack services', {
    'spec/ipFamilyPolicy': 'RequireDualStack',
  }),
  wrong('Service', 'provided port is not in the valid range', {
    'spec/type': 'NodePort',
    'spec/ports/0/nodePort': 80,
  }),
  wrong('Service', "may not be used when `type` is 'ClusterIP'", {
    spec: { ports: [{ port: 80, nodePort: 30_001 }] },
  }),
];

export const WRONG_CASES: readonly Wrong[] = [
  ...DEFINITIONS,
  ...DEVICES,
  ...API,
  ...VOLUMES_AND_NETWORK,
  ...WORKLOAD_WRONG,
];
