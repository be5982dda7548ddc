// What a manifest names and no manifest of the workspace holds. Much may live only in a cluster, so nothing is said of kinds
// that the workspace does not keep, and never more than that it is not here.
import type { DiagnosticFamily, ManifestDiagnostic, Severity } from '../diagnostic.ts';
import { isSubstituted } from '../placeholder.ts';
import { type Held, located } from './definitions.ts';
import type { KindName, Reference } from './facts.ts';
import type { Workspace } from './workspace.ts';

/** Objects that every cluster has, or that something makes. Keys are `group/Kind`. */
const GIVEN: Readonly<Record<string, RegExp>> = {
  '/Namespace': /^(default|kube-system|kube-public|kube-node-lease)$/,
  '/ServiceAccount': /^default$/,
  '/ConfigMap': /^kube-root-ca\.crt$/,
  '/Service': /^kubernetes$/,
  'scheduling.k8s.io/PriorityClass': /^system-(cluster|node)-critical$/,
  'rbac.authorization.k8s.io/ClusterRole': /^(cluster-admin|admin|edit|view|system:.*)$/,
  'rbac.authorization.k8s.io/Role': /^(system:|extension-apiserver-authentication-reader$)/,
};

type Said = Pick<ManifestDiagnostic, 'message' | 'component' | 'words'> & {
  readonly family?: DiagnosticFamily;
  readonly severity?: Severity;
};

export function unresolved(workspace: Workspace, uri: string): ManifestDiagnostic[] {
  const chart = isAmongTemplates(workspace, uri);
  return workspace.referencesIn(uri).flatMap((held) => {
    if (held.fact.from.partial || (chart && held.fact.to === 'object')) return [];
    const said = sayOf(workspace, held);
    if (!said) return [];
    const { range } = located(held.at, held.fact.range);
    return [{ family: 'reference', severity: 'information', ...said, range, fixes: [] }];
  });
}

/** A chart makes objects of its templates, and of other charts, by names that stand nowhere. */
function isAmongTemplates(workspace: Workspace, uri: string): boolean {
  const chart = /^.*\/templates\//.exec(uri)?.[0];
  if (chart === undefined) return false;
  for (const { uri: other, facts } of workspace.handles()) {
    if (other.startsWith(chart) && facts.objects.some(({ partial }) => partial)) return true;
  }
  return false;
}

function sayOf(workspace: Workspace, held: Held<Reference>): Said | undefined {
  const { fact } = held;
  if (fact.to === 'object') return fact.optional ? undefined : ofObject(workspace, fact);
  if (fact.to === 'key') return fact.optional ? undefined : ofKey(workspace, fact);
  if (fact.to === 'service-port') return ofServicePort(workspace, fact);
  if (fact.to === 'pod-port') return ofTargetPort(workspace, fact);
  return fact.to === 'labels' ? ofSelector(workspace, fact) : undefined;
}

function ofObject(workspace: Workspace, fact: Extract<Reference, { to: 'object' }>): Said | undefined {
  const { group, kind, name } = fact;
  const id = `${group}/${kind}`;
  // A certificate's Secret is written by whoever issues it.
  if (isSubstituted(name) || GIVEN[id]?.test(name) || (fact.from.kind === 'Ingress' && kind === 'Secret'))
    return undefined;
  const missed = Object.hasOwn(MISSED, id) ? MISSED[id] : undefined;
  // Of other kinds, such as Nodes and PersistentVolumes, most are made by something else.
  if (!missed) return undefined;
  if (mayBeMade(workspace, fact, name) || workspace.find(fact).length > 0) return undefined;
  const words = SILENT.test(fact.from.kind) ? undefined : missed.words?.(name);
  return {
    message: `No manifest of this workspace holds the ${kind} \`${name}\`. If the cluster has none either, it will be missed.`,
    component: kind === 'Service' ? (SERVED[fact.from.kind] ?? missed.component) : missed.component,
    ...(words !== undefined && { words }),
  };
}

/** Kinds whose names are looked up only where they are needed, or which give rights to nobody without a word. */
const SILENT = /^(ServiceAccount|RoleBinding|ClusterRoleBinding|FlowSchema)$/;

/** Whether an object of the kind may be here although it is not found: none is kept here, or one's name is not known. */
function mayBeMade(workspace: Workspace, kind: KindName & { readonly namespace?: string }, name: string): boolean {
  if (!workspace.hasKind(kind) || workspace.generates || workspace.makesMore(kind.namespace)) return true;
  if (kind.kind === 'PersistentVolumeClaim' && /-\d+$/.test(name)) return true;
  return workspace
    .objectsOf(kind)
    .some((object) => (object.partial && object.name === '') || isSubstituted(object.name));
}

/** Who misses an object where the cluster has none either, and in which words, where these are known. */
const MISSED: Readonly<Record<string, { readonly component: string; readonly words?: (name: string) => string }>> = {
  '/ConfigMap': { component: 'kubelet', words: (name) => `configmap "${name}" not found` },
  '/Secret': { component: 'kubelet' },
  '/Service': { component: 'kube-apiserver' },
  '/ServiceAccount': {
    component: 'kube-apiserver',
    words: (name) => `error looking up service account …/${name}: serviceaccount "${name}" not found`,
  },
  '/PersistentVolumeClaim': {
    component: 'kube-scheduler',
    words: (name) => `persistentvolumeclaim "${name}" not found`,
  },
  'scheduling.k8s.io/PriorityClass': {
    component: 'kube-apiserver',
    words: (name) => `no PriorityClass with name ${name} was found`,
  },
  'node.k8s.io/RuntimeClass': {
    component: 'kube-apiserver',
    words: (name) => `pod rejected: RuntimeClass "${name}" not found`,
  },
  'networking.k8s.io/IngressClass': { component: 'ingress-controller' },
  'storage.k8s.io/StorageClass': { component: 'persistent-volume-binder' },
  'apps/Deployment': { component: 'horizontal-pod-autoscaler' },
  'apps/StatefulSet': { component: 'horizontal-pod-autoscaler' },
  'apps/ReplicaSet': { component: 'horizontal-pod-autoscaler' },
  'rbac.authorization.k8s.io/Role': { component: 'kube-apiserver' },
  'rbac.authorization.k8s.io/ClusterRole': { component: 'kube-apiserver' },
};

/** Who looks for a Service that an object of a kind names. */
const SERVED: Readonly<Record<string, string>> = { Ingress: 'ingress-controller', StatefulSet: 'coredns' };

function ofKey(workspace: Workspace, fact: Extract<Reference, { to: 'key' }>): Said | undefined {
  const found = workspace.find(fact);
  if (found.length === 0 || workspace.generates) return undefined;
  const has = found.some(
    ({ fact: object }) => object.partial || object.keys === undefined || object.keys.has(fact.key),
  );
  if (has) return undefined;
  return {
    severity: 'warning',
    message: `The ${fact.kind} \`${fact.name}\` of this workspace has no key \`${fact.key}\`.`,
    component: 'kubelet',
    words: `couldn't find key ${fact.key} in ${fact.kind} …/${fact.name}`,
  };
}

/** Who asks a Service for its port, and what comes of one that it has not. */
const ASKED: Readonly<Record<string, Said>> = {
  Ingress: {
    message: 'kube-apiserver accepts that; an ingress controller finds nothing to send to.',
    component: 'ingress-controller',
  },
};
const ASKED_BY_SERVER: Said = {
  message: 'kube-apiserver takes the object, and finds nobody to ask when it is needed.',
  component: 'kube-apiserver',
};

/** What kube-apiserver says then. Models k8s.io/apiserver/pkg/util/proxy. */
function serverWords({ port, service }: { readonly port: string | number; readonly service: string }): string {
  return `no service port ${port} found for service ${JSON.stringify(service)}`;
}

function ofServicePort(workspace: Workspace, fact: Extract<Reference, { to: 'service-port' }>): Said | undefined {
  const at = fact.namespace === undefined ? {} : { namespace: fact.namespace };
  const services = workspace.find({ group: '', kind: 'Service', name: fact.service, ...at });
  const open = services.some(({ fact: { partial, servicePorts = [] } }) => partial || servicePorts.length === 0);
  if (services.length === 0 || open) return undefined;
  const meets = services.some(({ fact: { servicePorts = [] } }) =>
    servicePorts.some(({ name, port }) => fact.port === (typeof fact.port === 'number' ? port : name)),
  );
  if (meets) return undefined;
  const asked = ASKED[fact.from.kind] ?? ASKED_BY_SERVER;
  return {
    family: 'port',
    severity: 'warning',
    message: `The Service \`${fact.service}\` of this workspace has no port \`${fact.port}\`. ${asked.message}`,
    component: asked.component,
    ...(asked === ASKED_BY_SERVER && { words: serverWords(fact) }),
  };
}

/** A port by number reaches what listens there, declared or not; one by name has to be declared. */
function ofTargetPort(workspace: Workspace, fact: Extract<Reference, { to: 'pod-port' }>): Said | undefined {
  if (typeof fact.port === 'number' || fact.from.kind !== 'Service') return undefined;
  const pods = workspace.selected({ matchLabels: fact.labels }, fact.namespace);
  if (pods.length === 0 || pods.some(({ fact: pod }) => pod.partial)) return undefined;
  if (pods.some(({ fact: pod }) => pod.ports.some(({ name }) => name === fact.port))) return undefined;
  return {
    family: 'port',
    severity: 'warning',
    message: `No container of the selected pods declares a port called \`${fact.port}\`, so the EndpointSlices leave this port out and nobody answers on it. kube-apiserver accepts that.`,
    component: 'endpointslice-controller',
  };
}

/** Only of Services and budgets, which are there for pods that somebody writes. */
function ofSelector(workspace: Workspace, fact: Extract<Reference, { to: 'labels' }>): Said | undefined {
  if (fact.of !== 'Pod' || fact.own || !/^(Service|PodDisruptionBudget)$/.test(fact.from.kind)) return undefined;
  const terms = Object.keys(fact.selector.matchLabels ?? {}).length;
  if (terms === 0 || !workspace.knowsPods || workspace.relabels) return undefined;
  if (workspace.selected(fact.selector, fact.namespace).length > 0 || workspace.makesMore(fact.namespace))
    return undefined;
  return {
    family: 'selector',
    message: `No pod or template of this workspace carries these labels.`,
    component: fact.from.kind === 'Service' ? 'endpointslice-controller' : 'disruption-controller',
  };
}
