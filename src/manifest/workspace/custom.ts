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

const MAX_DEPTH = 20;

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

/** Every name in a part of a custom resource that leads to an object of a kind that is known. */
export function* customNames(value: unknown, depth = 0): Generator<CustomName> {
  if (depth > MAX_DEPTH) return;
  if (Array.isArray(value)) {
    for (const item of value) yield* customNames(item, depth + 1);
    return;
  }
  if (!isRecord(value)) return;
  for (const [field, held] of Object.entries(value)) {
    const named = Object.hasOwn(NAMES, field) ? NAMES[field] : undefined;
    if (named) yield { holder: value, field, rule: named };
    const holder = HOLDERS.find(([pattern]) => pattern.test(field));
    for (const item of holder ? [held].flat() : []) {
      const rule = isRecord(item) ? ruleOf(item, holder?.[1]) : undefined;
      if (isRecord(item) && rule) yield { holder: item, field: 'name', rule };
    }
    yield* customNames(held, depth + 1);
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
