// Models pkg/apis/core/helper: which resource names are standard, native, extended, and where each may be used.
import { formatQuantity, parseQuantity, type Quantity } from '../../../model/quantity.ts';
import { isWholeNumber, nonNegativeQuantity } from './common.ts';
import type { Errors, Path } from './field.ts';
import { isQualifiedName } from './names.ts';

const CONTAINER = new Set(['cpu', 'memory', 'ephemeral-storage']);

const OBJECT_COUNTS = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
];

const QUOTA = new Set([
  ...CONTAINER,
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  ...OBJECT_COUNTS,
]);

const STANDARD = new Set([...QUOTA, 'storage']);

/** Counts of objects, which cannot be fractions. */
const INTEGER = new Set([...OBJECT_COUNTS]);

export const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isQuotaHugePages = (name: string): boolean => isHugePages(name) || name.startsWith('requests.hugepages-');

/** Without a domain, or under kubernetes.io. */
export const isNativeResource = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

export const isStandardResource = (name: string): boolean => STANDARD.has(name) || isQuotaHugePages(name);

export const isStandardQuotaResource = (name: string): boolean => QUOTA.has(name) || isQuotaHugePages(name);

export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith('requests.')) return false;
  return isQualifiedName(`requests.${name}`).length === 0;
}

/** Whether a limit may be above its request. */
export const isOvercommitAllowed = (name: string): boolean => isNativeResource(name) && !isHugePages(name);

const isInteger = (name: string): boolean => INTEGER.has(name) || isExtendedResource(name);

/** Whether the name is sound; what follows is not asked of a malformed one. */
export function validateResourceName(errs: Errors, path: Path, name: string): boolean {
  if (CONTAINER.has(name)) return true;
  const messages = isQualifiedName(name);
  errs.each(path, name, messages);
  if (messages.length > 0) return false;
  if (name.includes('/') || isStandardResource(name)) return true;
  errs.invalid(path, name, 'must be a standard resource type or fully qualified');
  return false;
}

export function validateContainerResourceName(errs: Errors, path: Path, name: string): void {
  if (CONTAINER.has(name)) return;
  validateResourceName(errs, path, name);
  if (!name.includes('/')) {
    if (!isHugePages(name)) errs.invalid(path, name, 'must be a standard resource for containers');
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errs.invalid(path, name, "doesn't follow extended resource name standard");
  }
}

export function validateQuotaResourceName(errs: Errors, path: Path, name: string): void {
  validateResourceName(errs, path, name);
  if (!name.includes('/') && !isStandardQuotaResource(name)) {
    errs.invalid(path, name, 'must be a standard resource for quota');
  }
}

export function validateResourceQuantity(errs: Errors, path: Path, name: string, amount: Quantity): void {
  nonNegativeQuantity(errs, path, amount);
  if (isInteger(name) && !isWholeNumber(amount)) errs.invalid(path, formatQuantity(amount), 'must be an integer');
}

/** The message when the amount is no multiple of the page size that the name tells. */
export function hugePagesMessage(name: string, amount: Quantity): string | undefined {
  const page = parseQuantity(name.slice('hugepages-'.length));
  if (page && page.nano > 0n && amount.nano % page.nano === 0n) return undefined;
  return `${formatQuantity(amount)} is not positive integer multiple of ${name}`;
}
