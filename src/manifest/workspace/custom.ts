// What custom resources name, by the conventions that their authors keep: `secretName`, `configMapRef`, `backendRefs`. It is good
// enough to lead there, and for no more: nothing is concluded from a name that leads nowhere.
import { isRecord } from '../../model/object.ts';
import type { PlainObject } from '../plain.ts';
import { groupOf, type NameRule } from './naming.ts';

export interface CustomName {
  readonly holder: PlainObject;
  readonly field: string;
  readonly rule: NameRule;
}

const core = (kind: string): NameRule => ({ group: '', kind, optional: true });
const SECRET = core('Secret');
const CONFIG_MAP = core('ConfigMap');
const SERVICE = core('Service');

/** Fields that hold a name. */
const NAMES: Readonly<Record<string, NameRule>> = {
  serviceAccountName: core('ServiceAccount'),
  secretName: SECRET,
  configMapName: CONFIG_MAP,
  claimName: core('PersistentVolumeClaim'),
  storageClassName: { group: 'storage.k8s.io', kind: 'StorageClass', optional: true },
  priorityClassName: { group: 'scheduling.k8s.io', kind: 'PriorityClass', optional: true },
  runtimeClassName: { group: 'node.k8s.io', kind: 'RuntimeClass', optional: true },
  ingressClassName: { group: 'networking.k8s.io', kind: 'IngressClass', optional: true },
};

/** Fields that hold an object with a name, which may say its kind. */
const HOLDERS: readonly (readonly [RegExp, NameRule | undefined])[] = [
  [/^(secretKeyRef|secretRef|\w+SecretRef)$/, SECRET],
  [/^(configMapKeyRef|configMapRef)$/, CONFIG_MAP],
  [/^backendRefs?$/, SERVICE],
  [/Refs?$/, undefined],
];

/** More than any custom resource has. */
const MAX_VISITS = 100_000;

/** Every name in a part of a custom resource that leads to an object of a kind that is known. */
export function customNames(value: unknown): CustomName[] {
  // What aliases stand for is looked at once, however often it is used.
  const seen = new Set<object>();
  const names: CustomName[] = [];
  const queue: unknown[] = [value];
  for (const one of queue) {
    if (typeof one !== 'object' || one === null || seen.has(one) || seen.size > MAX_VISITS) continue;
    seen.add(one);
    if (isRecord(one)) names.push(...namesIn(one));
    for (const held of Object.values(one)) if (typeof held === 'object') queue.push(held);
  }
  return names;
}

function* namesIn(value: PlainObject): Generator<CustomName> {
  for (const [field, held] of Object.entries(value)) {
    const named = Object.hasOwn(NAMES, field) ? NAMES[field] : undefined;
    if (named) yield { holder: value, field, rule: named };
    const holder = HOLDERS.find(([pattern]) => pattern.test(field));
    for (const item of holder ? [held].flat() : []) {
      const rule = isRecord(item) ? ruleOf(item, holder?.[1]) : undefined;
      if (isRecord(item) && rule) yield { holder: item, field: 'name', rule };
    }
  }
}

function ruleOf(item: PlainObject, implied: NameRule | undefined): NameRule | undefined {
  const { kind, group, apiGroup, apiVersion } = item;
  if (typeof kind !== 'string') return implied;
  const said = [group, apiGroup].find((one) => typeof one === 'string');
  if (said !== undefined) return { group: String(said), kind, optional: true };
  if (typeof apiVersion === 'string') return { group: groupOf(apiVersion), kind, optional: true };
  return kind === implied?.kind || /^(Service|Secret|ConfigMap|ServiceAccount)$/.test(kind) ? core(kind) : undefined;
}
