// Models the checks of fieldRef and resourceFieldRef, by which a container learns of its pod (the downward API).
import type { ObjectFieldSelector, ResourceFieldSelector } from '../../../../model/generated/core.v1.ts';
import { formatQuantity } from '../../../../model/quantity.ts';
import { qualifiedName, quantity } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';

export const DOWNWARD_VOLUME_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

export const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** What ConvertDownwardAPIFieldLabel knows: a few more than either place takes. */
const CONVERTIBLE = new Set([
  ...DOWNWARD_VOLUME_FIELDS,
  ...ENV_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

/** `metadata.labels['app']` → [`metadata.labels`, `app`]. */
function splitSubscript(path: string): readonly [string, string | undefined] {
  const match = /^(.+?)\['(.*)'\]$/s.exec(path);
  return match ? [match[1] ?? '', match[2] ?? ''] : [path, undefined];
}

export function validateFieldRef(
  errs: Errors,
  path: Path,
  ref: Loose<ObjectFieldSelector>,
  supported: readonly string[],
): void {
  if (!ref.apiVersion) {
    errs.required(path.child('apiVersion'));
    return;
  }
  if (!ref.fieldPath) {
    errs.required(path.child('fieldPath'));
    return;
  }
  const at = path.child('fieldPath');
  const converted = convertLabel(ref.apiVersion, ref.fieldPath);
  if ('problem' in converted) {
    errs.invalid(at, ref.fieldPath, `error converting fieldPath: ${converted.problem}`);
    return;
  }
  const [field, subscript] = splitSubscript(converted.label);
  if (subscript === undefined) {
    if (!supported.includes(field)) errs.notSupported(at, field, supported);
  } else if (field === 'metadata.annotations') qualifiedName(errs, path, subscript.toLowerCase());
  else if (field === 'metadata.labels') qualifiedName(errs, path, subscript);
  else errs.invalid(path, field, 'does not support subscript');
}

function convertLabel(apiVersion: string, label: string): { label: string } | { problem: string } {
  if (apiVersion !== 'v1') return { problem: `unsupported pod version: ${apiVersion}` };
  const [field, subscript] = splitSubscript(label);
  if (subscript !== undefined) {
    const known = field === 'metadata.annotations' || field === 'metadata.labels';
    return known ? { label } : { problem: `field label does not support subscript: ${label}` };
  }
  // An old name of the same field.
  if (label === 'spec.host') return { label: 'spec.nodeName' };
  return CONVERTIBLE.has(label) ? { label } : { problem: `field label not supported: ${label}` };
}

const RESOURCE_FIELDS = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];

const CPU_DIVISORS = ['1m', '1'];
const SIZE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

const isHugePages = (resource: string): boolean => /^(requests|limits)\.hugepages-/.test(resource);

export function validateResourceFieldRef(
  errs: Errors,
  path: Path,
  ref: Loose<ResourceFieldSelector>,
  inVolume: boolean,
): void {
  const { resource = '', containerName = '' } = ref;
  if (inVolume && containerName === '') errs.required(path.child('containerName'));
  else if (resource === '') errs.required(path.child('resource'));
  else if (!RESOURCE_FIELDS.includes(resource) && !isHugePages(resource)) {
    errs.notSupported(path.child('resource'), resource, RESOURCE_FIELDS);
  }
  validateDivisor(errs, path, resource, ref.divisor);
}

function validateDivisor(errs: Errors, path: Path, resource: string, divisor: string | number | undefined): void {
  const amount = quantity(divisor);
  if (amount.nano === 0n) return;
  const what = isHugePages(resource) ? 'hugepages' : resource.slice(resource.indexOf('.') + 1);
  const allowed = what === 'cpu' ? CPU_DIVISORS : SIZE_DIVISORS;
  const name = { cpu: 'cpu', memory: 'memory', 'ephemeral-storage': 'local ephemeral storage', hugepages: 'hugepages' }[
    what
  ];
  if (!name || allowed.includes(formatQuantity(amount))) return;
  const values = what === 'cpu' ? '1m and 1' : SIZE_DIVISORS.join(', ');
  errs.invalid(
    path.child('divisor'),
    resource,
    `only divisor's values ${values} are supported with the ${name} resource`,
  );
}
