// LimitRanges: default requests and limits, and bounds to them. Models plugin/pkg/admission/limitranger/admission.go.
import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
} from '../../../model/generated/core.v1.ts';
import type { Status } from '../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { compareQuantities, formatQuantity, milliOf, type Quantity, quantity } from '../../../model/quantity.ts';
import { aggregate, forbidden } from '../../../model/status.ts';
import { podTotals, type Resources } from '../resources.ts';
import type { Mutation, Plugin, Review } from './chain.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

function rangesOf(r: Review): LimitRange[] {
  const found: LimitRange[] = [];
  for (const kv of r.ctx.core.store.range(`/registry/limitranges/${r.namespace}/`)) found.push(kv.value as LimitRange);
  return found;
}

const itemsOf = (range: LimitRange, type: string): LimitRangeItem[] =>
  (range.spec?.limits ?? []).filter((l) => l.type === type);

/** Adds what is missing of `defaults`; says what it added. */
function fill(values: Resources, defaults: Resources): { values: Resources; added: string[] } {
  const added = Object.keys(defaults ?? {}).filter((k) => values?.[k] === undefined);
  if (added.length === 0) return { values, added };
  return {
    values: { ...values, ...Object.fromEntries(added.map((k) => [k, defaults?.[k] ?? '0'])) },
    added: added.sort(),
  };
}

function withDefaults(c: Container, items: readonly LimitRangeItem[], word: string, notes: string[]): Container {
  let out = c;
  for (const item of items) {
    const requests = fill(out.resources?.requests, item.defaultRequest);
    const limits = fill(out.resources?.limits, item.default);
    if (requests.added.length > 0) notes.push(`${requests.added.join(', ')} request for ${word} ${c.name}`);
    if (limits.added.length > 0) notes.push(`${limits.added.join(', ')} limit for ${word} ${c.name}`);
    if (requests.added.length + limits.added.length === 0) continue;
    const resources = {
      ...out.resources,
      ...(requests.values ? { requests: requests.values } : {}),
      ...(limits.values ? { limits: limits.values } : {}),
    };
    out = { ...out, resources };
  }
  return out;
}

function mutate(r: Review): Mutation | undefined {
  const pod = r.object as Pod;
  const items = rangesOf(r).flatMap((range) => itemsOf(range, 'Container'));
  if (items.length === 0 || pod.spec === undefined) return undefined;
  const notes: string[] = [];
  const containers = (pod.spec.containers ?? []).map((c) => withDefaults(c, items, 'container', notes));
  const initContainers = pod.spec.initContainers?.map((c) => withDefaults(c, items, 'init container', notes));
  if (notes.length === 0) return undefined;
  const text = `LimitRanger plugin set: ${notes.join('; ')}`;
  const metadata = { ...pod.metadata, annotations: { ...pod.metadata?.annotations, [ANNOTATION]: text } };
  const spec = { ...pod.spec, containers, ...(initContainers ? { initContainers } : {}) };
  return { object: { ...pod, metadata, spec } as KubeObject, note: `set ${notes.join('; ')}` };
}

const less = (a: Quantity, b: Quantity): boolean => compareQuantities(a, b) < 0;

class Bounds {
  readonly errors: string[] = [];
  private readonly type: string;
  private readonly requests: Resources;
  private readonly limits: Resources;

  constructor(type: string, requests: Resources, limits: Resources) {
    this.type = type;
    this.requests = requests;
    this.limits = limits;
  }

  private each(bounds: Resources, check: (name: string, bound: Quantity, text: string) => void): void {
    for (const name of Object.keys(bounds ?? {}).sort()) {
      const q = quantity(bounds?.[name] ?? 0);
      check(name, q, formatQuantity(q));
    }
  }

  private read(values: Resources, name: string): [Quantity, string] | undefined {
    const value = values?.[name];
    if (value === undefined) return undefined;
    const q = quantity(value);
    return [q, formatQuantity(q)];
  }

  min(bounds: Resources): void {
    this.each(bounds, (name, bound, text) => {
      const head = `minimum ${name} usage per ${this.type} is ${text}`;
      const request = this.read(this.requests, name);
      const limit = this.read(this.limits, name);
      if (request === undefined) this.errors.push(`${head}.  No request is specified`);
      else if (less(request[0], bound)) this.errors.push(`${head}, but request is ${request[1]}`);
      else if (limit !== undefined && less(limit[0], bound)) this.errors.push(`${head}, but limit is ${limit[1]}`);
    });
  }

  max(bounds: Resources): void {
    this.each(bounds, (name, bound, text) => {
      const head = `maximum ${name} usage per ${this.type} is ${text}`;
      const request = this.read(this.requests, name);
      const limit = this.read(this.limits, name);
      if (limit === undefined) this.errors.push(`${head}.  No limit is specified`);
      else if (less(bound, limit[0])) this.errors.push(`${head}, but limit is ${limit[1]}`);
      else if (request !== undefined && less(bound, request[0]))
        this.errors.push(`${head}, but request is ${request[1]}`);
    });
  }

  maxRequest(bounds: Resources): void {
    this.each(bounds, (name, bound, text) => {
      const head = `maximum ${name} usage per ${this.type} is ${text}`;
      const request = this.read(this.requests, name);
      if (request === undefined) this.errors.push(`${head}.  No request is specified`);
      else if (less(bound, request[0])) this.errors.push(`${head}, but request is ${request[1]}`);
    });
  }

  ratio(bounds: Resources): void {
    this.each(bounds, (name, bound, text) => {
      const head = `${name} max limit to request ratio per ${this.type} is ${text}`;
      const request = this.read(this.requests, name);
      const limit = this.read(this.limits, name);
      if (request === undefined || request[0].nano === 0n)
        this.errors.push(`${head}, but no request is specified or request is 0`);
      else if (limit === undefined || limit[0].nano === 0n)
        this.errors.push(`${head}, but no limit is specified or limit is 0`);
      else {
        const ratio = milliOf(limit[0]) / milliOf(request[0]);
        if (ratio * 1000 > milliOf(bound)) this.errors.push(`${head}, but provided ratio is ${ratio.toFixed(6)}`);
      }
    });
  }
}

function podErrors(range: LimitRange, pod: Pod): string[] {
  const out: string[] = [];
  const check = (type: string, requests: Resources, limits: Resources): void => {
    for (const item of itemsOf(range, type)) {
      const bounds = new Bounds(type, requests, limits);
      bounds.min(item.min);
      bounds.max(item.max);
      bounds.ratio(item.maxLimitRequestRatio);
      out.push(...bounds.errors);
    }
  };
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  for (const c of containers) check('Container', c.resources?.requests, c.resources?.limits);
  if (itemsOf(range, 'Pod').length > 0) check('Pod', podTotals(pod, 'requests'), podTotals(pod, 'limits'));
  return out;
}

function claimErrors(range: LimitRange, claim: PersistentVolumeClaim): string[] {
  const out: string[] = [];
  for (const item of itemsOf(range, 'PersistentVolumeClaim')) {
    const bounds = new Bounds('PersistentVolumeClaim', claim.spec?.resources?.requests, undefined);
    bounds.min(item.min);
    bounds.maxRequest(item.max);
    out.push(...bounds.errors);
  }
  return out;
}

function validate(r: Review): Status | undefined {
  const isPod = r.resource.plural === 'pods';
  for (const range of rangesOf(r)) {
    const errors = isPod ? podErrors(range, r.object as Pod) : claimErrors(range, r.object as PersistentVolumeClaim);
    if (errors.length > 0) return forbidden({ group: '', resource: r.resource.plural }, r.name, aggregate(errors));
  }
  return undefined;
}

export const limitRanger: Plugin = {
  name: 'LimitRanger',
  handles: (r) => {
    if (r.resource.group !== '' || r.subresource !== '') return false;
    if (r.resource.plural === 'pods') return r.operation === 'CREATE';
    return r.resource.plural === 'persistentvolumeclaims' && (r.operation === 'CREATE' || r.operation === 'UPDATE');
  },
  mutate: (r) => (r.resource.plural === 'pods' ? mutate(r) : undefined),
  validate,
};
