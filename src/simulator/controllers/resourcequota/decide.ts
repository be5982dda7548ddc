// What is used of a quota: pure. Models pkg/controller/resourcequota and pkg/quota/v1, v1.36.
import type { ResourceQuota, ResourceQuotaStatus } from '../../../model/generated/core.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { addQuantities, compareQuantities, formatQuantity, quantity, ZERO } from '../../../model/quantity.ts';
import { allResources, type ResourceInfo } from '../../../model/resources.ts';
import { matchesScopes, usageOf } from '../../apiserver/admission/quota/usage.ts';

const OF_PODS = /^(?:pods$|(?:requests|limits)\.(?!storage$)|cpu$|memory$|ephemeral-storage$|hugepages-)/;
const OF_CLAIMS = /^(?:persistentvolumeclaims$|requests\.storage$|.*\.storageclass\.storage\.k8s\.io\/)/;
const OF_SERVICES = /^services(?:$|\.)/;
const PLAIN = new Set(['configmaps', 'secrets', 'replicationcontrollers', 'resourcequotas']);

function counts(name: string, r: ResourceInfo): boolean {
  if (name === `count/${r.group === '' ? r.plural : `${r.plural}.${r.group}`}`) return true;
  if (r.group !== '') return false;
  if (r.plural === 'pods') return OF_PODS.test(name);
  if (r.plural === 'persistentvolumeclaims') return OF_CLAIMS.test(name);
  if (r.plural === 'services') return OF_SERVICES.test(name);
  return PLAIN.has(r.plural) && name === r.plural;
}

/** The resources that a quota has to look at. */
export function watchedBy(quota: ResourceQuota): ResourceInfo[] {
  const names = Object.keys(quota.spec?.hard ?? {});
  return allResources().filter((r) => r.namespaced && r.preferred && names.some((n) => counts(n, r)));
}

export function nextStatus(
  quota: ResourceQuota,
  objects: (r: ResourceInfo) => Iterable<KubeObject>,
): ResourceQuotaStatus {
  const hard = quota.spec?.hard ?? {};
  const used = new Map(Object.keys(hard).map((name) => [name, ZERO]));
  for (const r of watchedBy(quota))
    for (const o of objects(r)) {
      if (!matchesScopes(quota, r, o)) continue;
      for (const [name, amount] of usageOf(r, o)) {
        const sum = used.get(name);
        if (sum !== undefined) used.set(name, sum.nano === 0n ? amount : addQuantities(sum, amount));
      }
    }
  return { hard, used: Object.fromEntries([...used].map(([name, q]) => [name, formatQuantity(q)])) };
}

/** Kinds that may take more or less without being made anew. Models DefaultUpdateFilter in pkg/quota/v1/install. */
const CHANGING = new Set(['pods', 'services', 'persistentvolumeclaims']);

export function changesUsage(r: ResourceInfo, before: KubeObject, now: KubeObject): boolean {
  if (r.group !== '' || !CHANGING.has(r.plural)) return false;
  const [a, b] = [usageOf(r, before), usageOf(r, now)];
  return a.size !== b.size || [...a].some(([name, q]) => compareQuantities(q, b.get(name) ?? ZERO) !== 0);
}

type Amounts = ResourceQuotaStatus['hard'];

function sameAmounts(a: Amounts, b: Amounts): boolean {
  if (a === undefined || b === undefined) return a === b;
  const keys = Object.keys(b);
  return (
    keys.length === Object.keys(a).length &&
    keys.every((k) => a[k] !== undefined && compareQuantities(quantity(a[k]), quantity(b[k] ?? '0')) === 0)
  );
}

export function sameStatus(a: ResourceQuotaStatus | undefined, b: ResourceQuotaStatus): boolean {
  return sameAmounts(a?.hard, b.hard) && sameAmounts(a?.used, b.used);
}
