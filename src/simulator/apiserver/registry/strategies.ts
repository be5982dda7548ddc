// The strategies of all resources, by `group/plural`. Models pkg/registry/*/strategy.go (v1.36).

import { byObject } from '../../../model/remember.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import type { Context } from '../context.ts';
import { FINALIZER } from '../crd/names.ts';
import { isCustom } from '../crd/types.ts';
import { claims } from './claims.ts';
import { dropOfDriver, dropOfSlice } from './disabled.ts';
import { pods } from './pods.ts';
import { services } from './services.ts';
import { type Obj, part, type Strategy } from './strategy.ts';
import { daemonSets, jobs, statefulSets } from './workloads.ts';

const SPEC = ['spec'];

/** Models pkg/registry/core/namespace/strategy.go. */
function createNamespace(o: Obj): Obj {
  const spec = part(o, 'spec');
  const finalizers = (spec.finalizers as string[] | undefined) ?? [];
  const wanted = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];
  // A name that was generated was not there yet for the default of this label.
  const { name = '', labels } = o.metadata;
  const metadata = { ...o.metadata, labels: { ...labels, 'kubernetes.io/metadata.name': name } };
  return { ...o, metadata, spec: { ...spec, finalizers: wanted }, status: { phase: 'Active' } };
}

/** A namespace waits until the namespace controller has emptied it. Models namespace/storage.REST.Delete. */
function beginDeleteNamespace(o: Obj, ctx: Context): Obj | undefined {
  if (o.metadata.deletionTimestamp === undefined) {
    const metadata = { ...o.metadata, deletionTimestamp: ctx.now };
    return { ...o, metadata, status: { ...part(o, 'status'), phase: 'Terminating' } };
  }
  return ((part(o, 'spec').finalizers as string[] | undefined) ?? []).length > 0 ? o : undefined;
}

function endsDeleteNamespace(o: Obj): boolean {
  const { deletionTimestamp, finalizers = [] } = o.metadata;
  const own = (part(o, 'spec').finalizers as string[] | undefined) ?? [];
  return deletionTimestamp !== undefined && finalizers.length === 0 && own.length === 0;
}

const namespaces: Strategy = {
  create: createNamespace,
  beginDelete: beginDeleteNamespace,
  endsDelete: endsDeleteNamespace,
};

/** The only kind that gets a name when it has none. Models pkg/registry/core/limitrange/strategy.go. */
function createLimitRange(o: Obj, ctx: Context): Obj {
  return o.metadata.name ? o : { ...o, metadata: { ...o.metadata, name: ctx.core.random.uuid() } };
}

/** The storage version joins those in which objects may lie; none leaves. Models PrepareForCreate and PrepareForUpdate. */
function withStoredVersion(o: Obj): Obj {
  const versions = (part(o, 'spec').versions ?? []) as readonly { name?: string; storage?: boolean }[];
  const name = versions.find(({ storage }) => storage)?.name;
  const status = part(o, 'status');
  const stored = (status.storedVersions ?? []) as readonly string[];
  if (name === undefined || stored.includes(name)) return o;
  return { ...o, status: { ...status, storedVersions: [...stored, name] } };
}

/** A definition waits until its custom resources are gone. */
function beginDeleteDefinition(o: Obj, ctx: Context): Obj | undefined {
  const finalizers = o.metadata.finalizers ?? [];
  if (o.metadata.deletionTimestamp !== undefined) return finalizers.includes(FINALIZER) ? o : undefined;
  const condition = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: ctx.now,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  const status = part(o, 'status');
  const conditions = [...((status.conditions as object[] | null) ?? []), condition];
  const metadata = { ...o.metadata, deletionTimestamp: ctx.now, finalizers: [...finalizers, FINALIZER] };
  return { ...o, metadata, status: { ...status, conditions } };
}

function createVolume(o: Obj, ctx: Context): Obj {
  return { ...o, status: { phase: 'Pending', lastPhaseTransitionTime: ctx.now } };
}

/** The requester cannot say who it is; the server does. Models pkg/registry/certificates/certificates/strategy.go. */
function createSigningRequest(o: Obj, ctx: Context): Obj {
  const { name, uid, groups, extra } = ctx.user;
  const spec = { ...part(o, 'spec'), username: name, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
  return { ...o, spec };
}

/** Whatever an update says of the request, the server keeps what was asked for at first. */
function updateSigningRequest(now: Obj, old: Obj): Obj {
  return { ...now, spec: old.spec };
}

export const STRATEGIES: { readonly [resource: string]: Strategy } = {
  '/pods': pods,
  '/namespaces': namespaces,
  '/nodes': { statusOnCreate: 'keep' },
  '/persistentvolumes': { create: createVolume, returnsDeleted: true },
  '/persistentvolumeclaims': claims,
  '/services': services,
  '/serviceaccounts': { conditionalUpdate: true, returnsDeleted: true },
  '/endpoints': { createOnUpdate: true },
  '/events': { createOnUpdate: true },
  'events.k8s.io/events': { createOnUpdate: true },
  '/limitranges': { create: createLimitRange, createOnUpdate: true },
  '/podtemplates': { generation: ['template'], returnsDeleted: true },
  '/replicationcontrollers': { generation: SPEC, orphansByDefault: true },
  '/resourcequotas': { returnsDeleted: true },
  'apps/deployments': { generation: ['spec', 'metadata.annotations'], statusMetadata: 'labels' },
  'apps/replicasets': { generation: SPEC },
  'apps/statefulsets': statefulSets,
  'apps/daemonsets': daemonSets,
  'batch/jobs': jobs,
  'batch/cronjobs': { generation: SPEC },
  'policy/poddisruptionbudgets': { generation: SPEC, conditionalUpdate: true },
  'networking.k8s.io/ingresses': { generation: SPEC },
  'networking.k8s.io/ingressclasses': { generation: SPEC },
  'networking.k8s.io/networkpolicies': { generation: SPEC },
  'discovery.k8s.io/endpointslices': { generation: ['endpoints', 'ports', 'addressType'] },
  'coordination.k8s.io/leases': { createOnUpdate: true, conditionalUpdate: true },
  'rbac.authorization.k8s.io/roles': { createOnUpdate: true },
  'rbac.authorization.k8s.io/rolebindings': { createOnUpdate: true },
  'rbac.authorization.k8s.io/clusterroles': { createOnUpdate: true },
  'rbac.authorization.k8s.io/clusterrolebindings': { createOnUpdate: true },
  'scheduling.k8s.io/priorityclasses': { generation: ['value', 'globalDefault', 'preemptionPolicy'] },
  'certificates.k8s.io/certificatesigningrequests': { create: createSigningRequest, update: updateSigningRequest },
  'flowcontrol.apiserver.k8s.io/flowschemas': { generation: SPEC, statusMetadata: 'fixed' },
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': { generation: SPEC, statusMetadata: 'fixed' },
  'apiregistration.k8s.io/apiservices': { conditionalUpdate: true, statusMetadata: 'fixed' },
  'apiextensions.k8s.io/customresourcedefinitions': {
    create: withStoredVersion,
    update: withStoredVersion,
    beginDelete: beginDeleteDefinition,
    endsDelete: (o) => o.metadata.deletionTimestamp !== undefined && (o.metadata.finalizers ?? []).length === 0,
    generation: SPEC,
    conditionalUpdate: true,
    statusMetadata: 'fixed',
  },
  'node.k8s.io/runtimeclasses': { conditionalUpdate: true },
  'storage.k8s.io/csinodes': { conditionalUpdate: true },
  'storage.k8s.io/csidrivers': {
    create: (o) => dropOfDriver(o),
    update: dropOfDriver,
    conditionalUpdate: true,
    generation: SPEC,
  },
  'storage.k8s.io/volumeattachments': { conditionalUpdate: true },
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': { generation: ['webhooks'], conditionalUpdate: true },
  'admissionregistration.k8s.io/validatingwebhookconfigurations': { generation: ['webhooks'], conditionalUpdate: true },
  'admissionregistration.k8s.io/validatingadmissionpolicies': { generation: SPEC, conditionalUpdate: true },
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': { generation: SPEC, conditionalUpdate: true },
  'admissionregistration.k8s.io/mutatingadmissionpolicies': { generation: SPEC, conditionalUpdate: true },
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': { generation: SPEC, conditionalUpdate: true },
  'resource.k8s.io/resourceslices': { create: (o) => dropOfSlice(o), update: dropOfSlice, generation: SPEC },
};

/** Everything but metadata and status is what is wanted. Models registry/customresource/strategy.go. */
const CUSTOM: Strategy = { generation: 'all', conditionalUpdate: true, statusMetadata: 'fixed' };
const DEFAULT: Strategy = {};

export const strategyFor = byObject(
  (r: ResourceInfo): Strategy => (isCustom(r) ? CUSTOM : (STRATEGIES[`${r.group}/${r.plural}`] ?? DEFAULT)),
);
