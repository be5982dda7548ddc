// The rows of nodes, volumes, access and the rest of a cluster. Models pkg/printers/internalversion/printers.go.
import type {
  MutatingAdmissionPolicy,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../model/generated/admissionregistration.v1.ts';
import type { APIService } from '../../../model/generated/apiregistration.v1.ts';
import type { CertificateSigningRequest } from '../../../model/generated/certificates.v1.ts';
import type { Lease } from '../../../model/generated/coordination.v1.ts';
import type {
  ComponentStatus,
  ConfigMap,
  Event,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  ResourceQuota,
  Secret,
} from '../../../model/generated/core.v1.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '../../../model/generated/flowcontrol.v1.ts';
import type { RuntimeClass } from '../../../model/generated/node.v1.ts';
import type { RoleBinding, Subject } from '../../../model/generated/rbac.v1.ts';
import type { ResourceClaim, ResourceSlice } from '../../../model/generated/resource.v1.ts';
import type { PriorityClass } from '../../../model/generated/scheduling.v1.ts';
import type {
  CSIDriver,
  CSINode,
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../../../model/generated/storage.v1.ts';
import { accessModes, type Cell, humanDuration, NONE, since, UNKNOWN, UNSET } from './format.ts';
import { age, type Printers } from './printer.ts';

const ROLE = 'node-role.kubernetes.io/';

function roles(n: Node): string {
  const found = new Set<string>();
  for (const [k, v] of Object.entries(n.metadata?.labels ?? {})) {
    if (k.startsWith(ROLE) && k.length > ROLE.length) found.add(k.slice(ROLE.length));
    else if (k === 'kubernetes.io/role' && v !== '') found.add(v);
  }
  return [...found].sort().join(',') || NONE;
}

function node(n: Node, now: number): Cell[] {
  const ready = (n.status?.conditions ?? []).find((c) => c.type === 'Ready');
  const status = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (n.spec?.unschedulable) status.push('SchedulingDisabled');
  const info = n.status?.nodeInfo;
  const address = (type: string): string => n.status?.addresses?.find((a) => a.type === type)?.address ?? NONE;
  const texts = [info?.osImage, info?.kernelVersion, info?.containerRuntimeVersion].map((t) => t || UNKNOWN);
  return [
    status.join(','),
    roles(n),
    age(n, now),
    info?.kubeletVersion ?? '',
    address('InternalIP'),
    address('ExternalIP'),
    ...texts,
  ];
}

function event(e: Event, now: number): Cell[] {
  const first = e.firstTimestamp ? since(e.firstTimestamp, now) : since(e.eventTime, now);
  const last = e.series ? since(e.series.lastObservedTime, now) : e.lastTimestamp ? since(e.lastTimestamp, now) : first;
  const { kind = '', name = '', fieldPath = '' } = e.involvedObject;
  const component = e.source?.component || e.reportingComponent || '';
  const instance = e.source?.host || e.reportingInstance || '';
  const source = instance === '' ? component : `${component}, ${instance}`;
  const target = name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
  const count = e.series ? (e.series.count ?? 0) : e.count || 1;
  return [
    last,
    e.type ?? '',
    e.reason ?? '',
    target,
    fieldPath,
    source,
    (e.message ?? '').trim(),
    first,
    count,
    e.metadata?.name ?? '',
  ];
}

function volume(v: PersistentVolume, now: number): Cell[] {
  const { spec, status, metadata } = v;
  const claim = spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '';
  const phase = metadata?.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating';
  return [
    String(spec?.capacity?.storage ?? ''),
    accessModes(spec?.accessModes),
    spec?.persistentVolumeReclaimPolicy ?? '',
    phase,
    claim,
    spec?.storageClassName ?? '',
    spec?.volumeAttributesClassName ?? UNSET,
    status?.reason ?? '',
    age(v, now),
    spec?.volumeMode ?? UNSET,
  ];
}

function claim(c: PersistentVolumeClaim, now: number): Cell[] {
  const { spec, status, metadata } = c;
  const phase = metadata?.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating';
  const bound = Boolean(spec?.volumeName);
  return [
    phase,
    spec?.volumeName ?? '',
    bound ? String(status?.capacity?.storage ?? '0') : '',
    bound ? accessModes(status?.accessModes) : '',
    spec?.storageClassName ?? '',
    spec?.volumeAttributesClassName ?? UNSET,
    age(c, now),
    spec?.volumeMode ?? UNSET,
  ];
}

function quota(q: ResourceQuota, now: number): Cell[] {
  const columns: { request: string[]; limit: string[] } = { request: [], limit: [] };
  for (const name of Object.keys(q.status?.hard ?? {}).sort()) {
    const text = `${name}: ${String(q.status?.used?.[name] ?? '0')}/${String(q.status?.hard?.[name] ?? '0')}`;
    (name.startsWith('limits.') ? columns.limit : columns.request).push(text);
  }
  return [columns.request.join(', '), columns.limit.join(', '), age(q, now)];
}

function subjects(list: readonly Subject[] | undefined, kind: string): string {
  const of = (list ?? []).filter((s) => s.kind === kind);
  return of.map((s) => (kind === 'ServiceAccount' ? `${s.namespace ?? ''}/${s.name}` : s.name)).join(', ');
}

function roleBinding(b: RoleBinding, now: number): Cell[] {
  const role = `${b.roleRef.kind}/${b.roleRef.name}`;
  return [
    role,
    age(b, now),
    subjects(b.subjects, 'User'),
    subjects(b.subjects, 'Group'),
    subjects(b.subjects, 'ServiceAccount'),
  ];
}

function signingRequest(c: CertificateSigningRequest, now: number): Cell[] {
  const has = (type: string): boolean => (c.status?.conditions ?? []).some((x) => x.type === type);
  let status = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  if (has('Failed')) status += ',Failed';
  if (c.status?.certificate) status += ',Issued';
  const { expirationSeconds, signerName, username } = c.spec;
  const duration = expirationSeconds === undefined ? NONE : humanDuration(expirationSeconds);
  return [age(c, now), signerName || NONE, username ?? '', duration, status];
}

function driver(d: CSIDriver, now: number): Cell[] {
  const { spec } = d;
  const tokens = (spec.tokenRequests ?? []).map((t) => t.audience).join(',');
  const modes = (spec.volumeLifecycleModes ?? []).join(',');
  return [
    spec.attachRequired ?? true,
    spec.podInfoOnMount ?? false,
    spec.storageCapacity ?? false,
    tokens || UNSET,
    spec.requiresRepublish ?? false,
    modes || UNSET,
    age(d, now),
  ];
}

function priorityLevel(p: PriorityLevelConfiguration, now: number): Cell[] {
  const { limited, type = '' } = p.spec ?? {};
  const queuing = limited?.limitResponse?.queuing;
  const shares = limited?.nominalConcurrencyShares;
  return [
    type,
    shares ?? NONE,
    queuing?.queues ?? NONE,
    queuing?.handSize ?? NONE,
    queuing?.queueLengthLimit ?? NONE,
    age(p, now),
  ];
}

function flowSchema(f: FlowSchema, now: number): Cell[] {
  const dangling = (f.status?.conditions ?? []).find((c) => c.type === 'Dangling')?.status ?? '?';
  const { priorityLevelConfiguration: level, matchingPrecedence = 0, distinguisherMethod } = f.spec ?? {};
  return [level?.name ?? '', matchingPrecedence, distinguisherMethod?.type ?? NONE, age(f, now), dangling];
}

function apiService(a: APIService, now: number): Cell[] {
  const { service } = a.spec ?? {};
  const name = service ? `${service.namespace ?? ''}/${service.name ?? ''}` : 'Local';
  const c = (a.status?.conditions ?? []).find((x) => x.type === 'Available');
  const available = c === undefined ? 'Unknown' : c.status === 'True' ? 'True' : `${c.status} (${c.reason ?? ''})`;
  return [name, available, age(a, now)];
}

function paramKind(k: { readonly apiVersion?: string; readonly kind?: string } | undefined): string {
  if (k === undefined) return UNSET;
  return k.apiVersion ? `${k.apiVersion}/${k.kind ?? ''}` : (k.kind ?? '');
}

function policyBinding(b: ValidatingAdmissionPolicyBinding, now: number): Cell[] {
  const ref = b.spec?.paramRef;
  const name = ref === undefined ? UNSET : (ref.name ?? '*');
  return [b.spec?.policyName ?? '', ref?.namespace ? `${ref.namespace}/${name}` : name, age(b, now)];
}

function resourceClaim(c: ResourceClaim, now: number): Cell[] {
  const states: string[] = [];
  if (c.metadata?.deletionTimestamp !== undefined) states.push('deleted');
  if (c.status?.allocation === undefined) {
    if (states.length === 0) states.push('pending');
  } else states.push((c.status.reservedFor ?? []).length > 0 ? 'allocated,reserved' : 'allocated');
  return [states.join(','), age(c, now)];
}

const webhooks = (w: { readonly webhooks?: readonly unknown[]; readonly metadata?: object }, now: number): Cell[] => [
  (w.webhooks ?? []).length,
  age(w, now),
];
const sizes = (...maps: ({ readonly [k: string]: unknown } | undefined)[]): number =>
  maps.reduce((n, m) => n + Object.keys(m ?? {}).length, 0);
const defaulted = (o: { readonly metadata?: { readonly annotations?: { readonly [k: string]: string } } }): boolean =>
  o.metadata?.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';

export { defaulted as isDefaultClass };

function component({ conditions = [] }: ComponentStatus): Cell[] {
  const found = conditions.find((c) => c.type === 'Healthy');
  const status = found === undefined ? 'Unknown' : found.status === 'True' ? 'Healthy' : 'Unhealthy';
  return [status, found?.message ?? '', found?.error ?? ''];
}

export const CLUSTER: Printers = {
  '/componentstatuses': component,
  '/nodes': node,
  '/namespaces': (n: Namespace, now) => [n.status?.phase ?? '', age(n, now)],
  '/configmaps': (c: ConfigMap, now) => [sizes(c.data, c.binaryData), age(c, now)],
  '/secrets': (s: Secret, now) => [s.type ?? '', sizes(s.data), age(s, now)],
  '/serviceaccounts': (s, now) => [age(s, now)],
  '/persistentvolumes': volume,
  '/persistentvolumeclaims': claim,
  '/resourcequotas': quota,
  '/events': event,
  'events.k8s.io/events': event,
  'rbac.authorization.k8s.io/rolebindings': roleBinding,
  'rbac.authorization.k8s.io/clusterrolebindings': roleBinding,
  'certificates.k8s.io/certificatesigningrequests': signingRequest,
  'coordination.k8s.io/leases': (l: Lease, now) => [l.spec?.holderIdentity ?? '', age(l, now)],
  'node.k8s.io/runtimeclasses': (r: RuntimeClass, now) => [r.handler, age(r, now)],
  'scheduling.k8s.io/priorityclasses': (p: PriorityClass, now) => [
    p.value ?? 0,
    p.globalDefault ?? false,
    age(p, now),
    p.preemptionPolicy ?? '',
  ],
  'storage.k8s.io/storageclasses': (s: StorageClass, now) => [
    s.provisioner,
    s.reclaimPolicy ?? 'Delete',
    s.volumeBindingMode ?? 'Immediate',
    s.allowVolumeExpansion ?? false,
    age(s, now),
  ],
  'storage.k8s.io/volumeattributesclasses': (v: VolumeAttributesClass, now) => [v.driverName, age(v, now)],
  'storage.k8s.io/volumeattachments': (v: VolumeAttachment, now) => [
    v.spec.attacher,
    v.spec.source.persistentVolumeName ?? '',
    v.spec.nodeName,
    v.status?.attached ?? false,
    age(v, now),
  ],
  'storage.k8s.io/csinodes': (n: CSINode, now) => [(n.spec.drivers ?? []).length, age(n, now)],
  'storage.k8s.io/csidrivers': driver,
  'flowcontrol.apiserver.k8s.io/flowschemas': flowSchema,
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': priorityLevel,
  'apiregistration.k8s.io/apiservices': apiService,
  'resource.k8s.io/deviceclasses': (d, now) => [age(d, now)],
  'resource.k8s.io/resourceclaimtemplates': (d, now) => [age(d, now)],
  'resource.k8s.io/resourceclaims': resourceClaim,
  'resource.k8s.io/resourceslices': (s: ResourceSlice, now) => [
    s.spec?.nodeName ?? '',
    s.spec?.driver ?? '',
    s.spec?.pool.name ?? '',
    age(s, now),
  ],
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': webhooks,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhooks,
  'admissionregistration.k8s.io/validatingadmissionpolicies': (p: ValidatingAdmissionPolicy, now) => [
    (p.spec?.validations ?? []).length,
    paramKind(p.spec?.paramKind),
    age(p, now),
  ],
  'admissionregistration.k8s.io/mutatingadmissionpolicies': (p: MutatingAdmissionPolicy, now) => [
    (p.spec?.mutations ?? []).length,
    paramKind(p.spec?.paramKind),
    age(p, now),
  ],
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': policyBinding,
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': policyBinding,
};
