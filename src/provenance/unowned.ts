// Fields in no manager's set. Admission, strategies and the binding write after field ownership has been worked out, and the
// server's own metadata is never in a set; so the object does not say who wrote them. Where upstream leaves only one
// possibility, it is told; where it does not, nothing is claimed.
// Models k8s.io/apiserver/pkg/endpoints/handlers/create.go (ownership before admission), plugin/pkg/admission, and the
// strategies in pkg/registry.
import { isRecord, type KubeObject } from '../model/object.ts';
import { equal } from '../model/paths.ts';
import type { Owner } from './managers.ts';
import { type Place, storedDefault } from './place.ts';

export interface Unowned {
  /** Id of the component; undefined where nobody can be named. */
  readonly component: string | undefined;
  /** The part of it, in its own term: `admission Priority`, `defaulting`, `Binding`. */
  readonly step?: string;
  /** A sentence about why nobody owns it and where it comes from. */
  readonly text: string;
}

interface Rule {
  readonly path: RegExp;
  readonly component?: string;
  readonly step: string;
  readonly text: string;
  readonly when?: (object: KubeObject, value: unknown) => boolean;
}

const SERVER = 'kube-apiserver';

/** The metadata that the server keeps by itself, for every kind. */
const METADATA: Readonly<Record<string, string>> = {
  uid: 'Made by the API server when the object was created.',
  resourceVersion: 'The revision of etcd at the last write.',
  generation: 'Counted by the API server: one more at each change of the spec.',
  creationTimestamp: 'Set by the API server when the object was created.',
  deletionTimestamp: 'Set by the API server at DELETE.',
  deletionGracePeriodSeconds: 'Set by the API server at DELETE.',
};

const POD: readonly Rule[] = [
  {
    path: /^spec\.nodeName$/,
    component: 'kube-scheduler',
    step: 'Binding',
    text: 'The node that the scheduler chose. A Binding goes through a subresource that leaves no trace in managedFields.',
    when: (object) => specOf(object).schedulerName === 'default-scheduler' && !isMirror(object),
  },
  {
    path: /^status\.conditions\[type="PodScheduled"\]/,
    step: 'Binding',
    text: 'Set by the API server together with the Binding, which leaves no trace in managedFields.',
    when: (object) => typeof specOf(object).nodeName === 'string',
  },
  {
    path: /^status\.conditions\[type="DisruptionTarget"\]/,
    step: 'eviction subresource',
    text: 'Set by the API server as it granted an eviction.',
    when: (object) => conditionOf(object, 'DisruptionTarget')?.reason === 'EvictionByEvictionAPI',
  },
  {
    path: /^spec\.serviceAccountName$/,
    step: 'admission ServiceAccount',
    text: 'The pod named no service account, so the plugin filled one in.',
  },
  {
    path: /^spec\.serviceAccount$/,
    step: 'conversion',
    text: 'The former name of serviceAccountName, which the API server keeps the same.',
  },
  {
    path: /^spec\.volumes\[name="kube-api-access-/,
    step: 'admission ServiceAccount',
    text: 'The volume with the service account’s token, added to each pod that does not opt out.',
  },
  {
    path: /volumeMounts\[mountPath="\/var\/run\/secrets\/kubernetes\.io\/serviceaccount"\]/,
    step: 'admission ServiceAccount',
    text: 'Mounts the service account’s token, in each container that mounts nothing there itself.',
  },
  {
    path: /^spec\.tolerations/,
    step: 'admission DefaultTolerationSeconds',
    text: 'Lets the pod stay 300 s on a node that is not ready or not reachable.',
    when: hasDefaultTolerations,
  },
  {
    path: /^spec\.(priority|preemptionPolicy|priorityClassName)$/,
    step: 'admission Priority',
    text: 'Worked out from the pod’s PriorityClass, or from the default where it names none.',
  },
  {
    path: /^spec\.overhead/,
    step: 'admission RuntimeClass',
    text: 'What the RuntimeClass says that its sandbox needs.',
  },
  { path: /^status\.qosClass$/, step: 'pod strategy', text: 'Worked out from the resources when the pod was created.' },
  {
    path: /^status\.phase$/,
    step: 'pod strategy',
    text: 'Set when the pod was created.',
    when: (_, value) => value === 'Pending',
  },
];

const BY_KIND: Readonly<Record<string, readonly Rule[]>> = {
  'v1/Pod': POD,
  'v1/Service': [
    {
      path: /^spec\.(clusterIPs?\b|ipFamilies|ipFamilyPolicy|healthCheckNodePort|ports\[.*\]\.nodePort$)/,
      step: 'Service registry',
      text: 'The Service asked for none, so the API server allocated it.',
    },
  ],
  'v1/Node': [
    {
      path: /^status\./,
      component: 'kubelet',
      step: 'registration',
      text: 'Sent when the kubelet registered the node: a status that comes with a creation is in nobody’s set.',
    },
  ],
  'v1/PersistentVolumeClaim': [
    {
      path: /^metadata\.finalizers\[="kubernetes\.io\/pvc-protection"\]/,
      step: 'admission StorageObjectInUseProtection',
      text: 'Keeps the claim while a pod uses it.',
    },
    {
      path: /^spec\.storageClassName$/,
      step: 'admission DefaultStorageClass',
      text: 'The claim named no class, so the plugin filled the default one in.',
    },
  ],
  'v1/PersistentVolume': [
    {
      path: /^metadata\.finalizers\[="kubernetes\.io\/pv-protection"\]/,
      step: 'admission StorageObjectInUseProtection',
      text: 'Keeps the volume while a claim is bound to it.',
    },
  ],
  'batch/v1/Job': [
    {
      path: /^spec\.(selector|template\.metadata\.labels\.(batch\.kubernetes\.io\/)?(controller-uid|job-name)$)/,
      step: 'job strategy',
      text: 'The Job’s own uid and name as labels, so that no two Jobs share pods.',
    },
  ],
};

/**
 * Where a field that nobody owns comes from. `path` as in a step's changes: `spec.volumes[name="x"].name`.
 * @param owners all managers of the object
 */
export function unowned(
  path: string,
  value: unknown,
  place: Place,
  object: KubeObject,
  owners: readonly Owner[],
): Unowned | undefined {
  const { apiVersion, kind } = object;
  const metadata = /^metadata\.(\w+)$/.exec(path)?.[1];
  if (metadata !== undefined && Object.hasOwn(METADATA, metadata))
    return { component: SERVER, text: METADATA[metadata] ?? '' };
  const address = addressPart(path, object);
  if (address) return address;
  const rules = BY_KIND[`${apiVersion}/${kind}`] ?? [];
  const rule = rules.find((one) => one.path.test(path) && (one.when?.(object, value) ?? true));
  if (rule) return { component: rule.component ?? SERVER, step: rule.step, text: rule.text };
  if (isNothing(value))
    return { component: undefined, text: 'Empty: nobody wrote it, and the API shows the field all the same.' };
  return written(place) ?? defaulted(value, place, owners) ?? otherVersion(apiVersion, owners);
}

/** What every request names: it is in no set, because it cannot change. */
function addressPart(path: string, { metadata }: KubeObject): Unowned | undefined {
  if (path === 'metadata.name' && metadata.generateName && metadata.name?.startsWith(metadata.generateName))
    return { component: SERVER, step: 'create', text: 'Made from generateName and five random characters.' };
  const named = /^(apiVersion|kind|metadata\.(name|namespace))$/.test(path);
  return named ? { component: undefined, text: 'Named by the request that created the object.' } : undefined;
}

/** The record says that the API server itself writes the field, past any field manager. */
function written({ record }: Place): Unowned | undefined {
  const writer = record?.writtenBy?.find(({ component }) => component === SERVER);
  return writer && { component: SERVER, text: `Written by the API server ${writer.when}` };
}

/** Server-side apply owns what was sent and nothing besides: what has its default's value was filled in. */
function defaulted(value: unknown, place: Place, owners: readonly Owner[]): Unowned | undefined {
  const stored = storedDefault(place);
  if (stored?.value === undefined || !equal(stored.value, value)) return undefined;
  if (!owners.some(({ operation }) => operation === 'Apply')) return undefined;
  const text = 'Nobody sent it: it has the value that the API server fills in where the field is left out.';
  return { component: SERVER, step: 'defaulting', text };
}

/** Sets of fields are kept in the version in which they were sent, whose fields may be called otherwise. */
function otherVersion(apiVersion: string | undefined, owners: readonly Owner[]): Unowned | undefined {
  const other = owners.find((owner) => owner.apiVersion !== apiVersion);
  if (!other || owners.some((owner) => owner.apiVersion === apiVersion)) return undefined;
  const text = `${other.manager} wrote the object as ${other.apiVersion}, where this field may have another name.`;
  return { component: undefined, text };
}

function isNothing(value: unknown): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function part(object: KubeObject, name: string): { readonly [key: string]: unknown } {
  const found = (object as unknown as { readonly [key: string]: unknown })[name];
  return isRecord(found) ? found : {};
}

const specOf = (object: KubeObject): { readonly [key: string]: unknown } => part(object, 'spec');

function conditionOf(object: KubeObject, type: string): { readonly [key: string]: unknown } | undefined {
  const { conditions } = part(object, 'status');
  return Array.isArray(conditions)
    ? conditions.find((one): one is { readonly [key: string]: unknown } => isRecord(one) && one.type === type)
    : undefined;
}

/** A static pod's image in the API: its kubelet names the node. */
function isMirror({ metadata }: KubeObject): boolean {
  return metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
}

/** The list is in nobody's set only if no request had one; then it is what the plugin adds. */
function hasDefaultTolerations(object: KubeObject): boolean {
  const { tolerations } = specOf(object);
  const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
  return Array.isArray(tolerations) && tolerations.every((one) => isRecord(one) && keys.includes(String(one.key)));
}
