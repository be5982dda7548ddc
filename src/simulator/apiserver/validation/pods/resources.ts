// Models the checks of requests, limits and claims, of containers and of whole pods.
import type { PodSpec, ResourceClaim, ResourceRequirements } from '../../../../model/generated/core.v1.ts';
import { compareQuantities, formatQuantity, type Quantity } from '../../../../model/quantity.ts';
import { dnsLabel, quantity, sortedKeys } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import {
  hugePagesMessage,
  isHugePages,
  isOvercommitAllowed,
  validateContainerResourceName,
  validateResourceName,
  validateResourceQuantity,
} from '../resourcenames.ts';

export type Amounts = { readonly [name: string]: string | number | undefined };

type NameRule = (errs: Errors, path: Path, name: string) => void;

export function validateResources(
  errs: Errors,
  path: Path,
  requirements: Loose<ResourceRequirements> | undefined,
  claims: ReadonlySet<string>,
  nameRule: NameRule = validateContainerResourceName,
): void {
  if (!requirements) return;
  const { limits, requests } = requirements;
  const names = [...sortedKeys(limits), ...sortedKeys(requests)];
  for (const name of sortedKeys(limits)) {
    validateAmount(errs, path.child('limits').key(name), name, quantity(limits?.[name]), nameRule);
  }
  for (const name of sortedKeys(requests)) {
    const amount = quantity(requests?.[name]);
    const at = path.child('requests').key(name);
    nameRule(errs, at, name);
    validateResourceQuantity(errs, at, name, amount);
    validateAgainstLimit(errs, path, name, amount, limits?.[name]);
    validateHugePages(errs, at, name, amount);
  }
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errs.forbidden(path, 'HugePages require cpu or memory');
  }
  if (requirements.claims) validateClaimNames(errs, path.child('claims'), requirements.claims, claims);
}

function validateAmount(errs: Errors, path: Path, name: string, amount: Quantity, nameRule: NameRule): void {
  nameRule(errs, path, name);
  validateResourceQuantity(errs, path, name, amount);
  validateHugePages(errs, path, name, amount);
}

function validateHugePages(errs: Errors, path: Path, name: string, amount: Quantity): void {
  if (!isHugePages(name)) return;
  const message = hugePagesMessage(name, amount);
  if (message) errs.invalid(path, formatQuantity(amount), message);
}

function validateAgainstLimit(
  errs: Errors,
  path: Path,
  name: string,
  request: Quantity,
  limit: string | number | undefined,
): void {
  const overcommit = isOvercommitAllowed(name);
  if (limit === undefined) {
    if (!overcommit) errs.required(path.child('limits'), 'Limit must be set for non overcommitable resources');
    return;
  }
  const most = quantity(limit);
  const order = compareQuantities(request, most);
  const rule = order !== 0 && !overcommit ? 'equal to' : order > 0 ? 'less than or equal to' : undefined;
  if (!rule) return;
  const detail = `must be ${rule} ${name} limit of ${formatQuantity(most)}`;
  errs.invalid(path.child('requests'), formatQuantity(request), detail);
}

function validateClaimNames(
  errs: Errors,
  path: Path,
  claims: readonly Loose<ResourceClaim>[],
  known: ReadonlySet<string>,
): void {
  const names = new Set<string>();
  for (const [i, { name = '', request = '' }] of claims.entries()) {
    const at = path.index(i);
    if (name === '') {
      errs.required(at);
      continue;
    }
    if (names.has(name)) errs.duplicate(at, name);
    else {
      if (request !== '') dnsLabel(errs, at.child('request'), request);
      const key = request === '' ? name : `${name}/${request}`;
      if (names.has(key)) errs.duplicate(at, key);
      else if (request === '') for (const n of names) if (n.startsWith(`${name}/`)) errs.duplicate(at, name);
      names.add(key);
    }
    if (known.has(name)) continue;
    const list = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
    errs.notFound(at, name, `must be one of the names in pod.spec.resourceClaims${list}`);
  }
}

type Spec = Loose<PodSpec>;

const POD_LEVEL = ['cpu', 'memory'];

function validatePodResourceName(errs: Errors, path: Path, name: string): void {
  if (!validateResourceName(errs, path, name)) return;
  if (!POD_LEVEL.includes(name) && !isHugePages(name)) errs.notSupported(path, name, POD_LEVEL);
}

/** spec.resources: requests and limits of the pod as a whole. */
export function validatePodResources(errs: Errors, path: Path, spec: Spec, claims: ReadonlySet<string>): void {
  const { resources } = spec;
  if (!resources) return;
  const at = path.child('resources');
  if (spec.os?.name === 'windows') {
    errs.forbidden(at, 'may not be set for a windows pod');
    return;
  }
  if (resources.claims) errs.forbidden(at.child('claims'), 'claims may not be set for Resources at pod-level');
  validateResources(errs, at, resources, claims, validatePodResourceName);
  validateConsistency(errs, at, spec, resources);
}

function validateConsistency(errs: Errors, path: Path, spec: Spec, pod: Loose<ResourceRequirements>): void {
  const requests = aggregate(spec, 'requests');
  for (const [name, sum] of [...requests].sort()) {
    const own = pod.requests?.[name];
    if (own === undefined || sum.nano <= quantity(own).nano) continue;
    const detail = `must be greater than or equal to aggregate container requests of ${formatQuantity(sum)}`;
    errs.invalid(path.child('requests').key(name), formatQuantity(quantity(own)), detail);
  }
  for (const [name, sum] of [...aggregate(spec, 'limits')].sort()) {
    const own = pod.limits?.[name];
    if (!isHugePages(name) || own === undefined || sum.nano <= quantity(own).nano) continue;
    const detail = `must be greater than or equal to aggregate container limits of ${formatQuantity(sum)}`;
    errs.invalid(path.child('limits').key(name), formatQuantity(quantity(own)), detail);
  }
  for (const [i, container] of (spec.containers ?? []).entries()) {
    for (const name of sortedKeys(container.resources?.limits)) {
      const own = pod.limits?.[name];
      const limit = quantity(container.resources?.limits?.[name]);
      if (own === undefined || limit.nano <= quantity(own).nano) continue;
      const detail = `must be less than or equal to pod limits of ${formatQuantity(quantity(own))}`;
      errs.invalid(path.child('containers').index(i).key(name).child('limits'), formatQuantity(limit), detail);
    }
  }
}

/** What the containers need together: sidecars and main containers at once, or the greediest init container. */
function aggregate(spec: Spec, kind: 'requests' | 'limits'): Map<string, Quantity> {
  const running = new Map<string, Quantity>();
  const peak = new Map<string, Quantity>();
  for (const init of spec.initContainers ?? []) {
    const own = init.resources?.[kind] ?? {};
    if (init.restartPolicy === 'Always') add(running, own);
    const now = init.restartPolicy === 'Always' ? running : add(new Map(running), own);
    for (const [name, amount] of now) if (amount.nano > (peak.get(name)?.nano ?? -1n)) peak.set(name, amount);
  }
  for (const container of spec.containers ?? []) add(running, container.resources?.[kind] ?? {});
  for (const [name, amount] of peak) if (amount.nano > (running.get(name)?.nano ?? -1n)) running.set(name, amount);
  return running;
}

function add(sums: Map<string, Quantity>, amounts: Amounts): Map<string, Quantity> {
  for (const [name, value] of Object.entries(amounts)) {
    const amount = quantity(value);
    const sum = sums.get(name);
    sums.set(name, sum ? { nano: sum.nano + amount.nano, format: sum.format } : amount);
  }
  return sums;
}
