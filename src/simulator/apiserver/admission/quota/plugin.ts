// ResourceQuota: refuses what would take more than a namespace may have, and counts what it lets through.
// Models apiserver/pkg/admission/plugin/resourcequota.
import type { Pod, ResourceQuota } from '../../../../model/generated/core.v1.ts';
import type { Status } from '../../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../../model/object.ts';
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  type Quantity,
  quantity,
  subtractQuantities,
} from '../../../../model/quantity.ts';
import { forbidden } from '../../../../model/status.ts';
import { write } from '../../storage.ts';
import type { Plugin, Review } from '../chain.ts';
import { matchesScopes, missingConstraints, type Usage, usageOf } from './usage.ts';

const PREFIX = '/registry/resourcequotas/';
const ZERO = quantity(0);

/** What the write takes beyond what the object had. */
function delta(r: Review): Usage {
  if (r.object === undefined) return new Map();
  const now = usageOf(r.resource, r.object);
  if (r.operation !== 'UPDATE' || r.old === undefined) return now;
  const before = usageOf(r.resource, r.old);
  for (const [name, q] of now) now.set(name, subtractQuantities(q, before.get(name) ?? ZERO));
  return now;
}

function pretty(names: readonly string[], of: (name: string) => Quantity): string {
  return [...names]
    .sort()
    .map((n) => `${n}=${formatQuantity(of(n))}`)
    .join(',');
}

interface Charge {
  readonly quota: ResourceQuota;
  readonly names: readonly string[];
}

function check(r: Review, quota: ResourceQuota, asked: Usage): Charge | Status | undefined {
  const limited = Object.keys(quota.spec?.hard ?? {}).filter((name) => asked.has(name));
  const no = (why: string): Status => forbidden({ group: r.resource.group, resource: r.resource.plural }, r.name, why);
  const name = quota.metadata?.name ?? '';
  if (r.resource.plural === 'pods' && r.resource.group === '' && r.operation === 'CREATE') {
    const missing = missingConstraints(quota, r.object as Pod);
    if (missing.length > 0) return no(`failed quota: ${name}: must specify ${missing.join('; ')}`);
  }
  const charged = limited.filter((n) => (asked.get(n) ?? ZERO).nano > 0n);
  if (charged.length === 0) return undefined;
  const { hard, used } = quota.status ?? {};
  const unknown = charged.filter((n) => hard?.[n] === undefined || used?.[n] === undefined);
  if (unknown.length > 0) return no(`status unknown for quota: ${name}, resources: ${unknown.sort().join(',')}`);
  const usedOf = (n: string): Quantity => quantity(used?.[n] ?? 0);
  const hardOf = (n: string): Quantity => quantity(hard?.[n] ?? 0);
  const askedOf = (n: string): Quantity => asked.get(n) ?? ZERO;
  const over = charged.filter((n) => compareQuantities(addQuantities(usedOf(n), askedOf(n)), hardOf(n)) > 0);
  if (over.length === 0) return { quota, names: charged };
  return no(
    `exceeded quota: ${name}, requested: ${pretty(over, askedOf)}, used: ${pretty(over, usedOf)}, limited: ${pretty(over, hardOf)}`,
  );
}

function validate(r: Review): Status | undefined {
  const asked = delta(r);
  const charges: Charge[] = [];
  for (const kv of r.ctx.core.store.range(`${PREFIX}${r.namespace}/`)) {
    const quota = kv.value as ResourceQuota;
    if (!matchesScopes(quota, r.resource, r.object as KubeObject)) continue;
    const done = check(r, quota, asked);
    if (done === undefined) continue;
    if (!('quota' in done)) return done;
    charges.push(done);
  }
  for (const charge of charges) take(r, charge, asked);
  return undefined;
}

/** Counts the usage at once, so that the next request sees it. */
function take(r: Review, { quota, names }: Charge, asked: Usage): void {
  const info = r.ctx.core.resource('', 'resourcequotas', 'v1');
  if (info === undefined) return;
  const used = { ...quota.status?.used };
  for (const n of names) used[n] = formatQuantity(addQuantities(quantity(used[n] ?? 0), asked.get(n) ?? ZERO));
  write(r.ctx, info, { ...quota, status: { ...quota.status, used } } as KubeObject);
}

export const resourceQuota: Plugin = {
  name: 'ResourceQuota',
  handles: (r) => {
    if (r.namespace === '' || r.subresource !== '' || !r.resource.namespaced) return false;
    if (r.operation !== 'CREATE' && r.operation !== 'UPDATE') return false;
    return !r.ctx.core.store.range(`${PREFIX}${r.namespace}/`).next().done;
  },
  validate,
};
