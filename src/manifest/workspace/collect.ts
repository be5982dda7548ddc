// One document → its facts: follows the schema through each object and notes what is named on the way.
import { isRecord } from '../../model/object.ts';
import { resourceOf } from '../../model/resources.ts';
import {
  type FieldSchema,
  fieldOf,
  schemaForKind,
  type TypeSchema,
  typeById,
  type ValueSchema,
} from '../../model/schema.ts';
import type { TextRange } from '../explanation.ts';
import { type FoundObject, objectsOf } from '../objects.ts';
import { type PlainObject, UNKNOWN } from '../plain.ts';
import type { ReadPiece } from '../read-piece.ts';
import { customNames } from './custom.ts';
import { claimsOf, expressionTerms, listOf, objectFact, podFact } from './describe.ts';
import type { DocumentFacts, ObjectFact, PodFact, PodPart, Reference } from './facts.ts';
import { generatedObjects, kustomizationOf } from './kustomization.ts';
import {
  DEFAULT_CONTAINER,
  groupOf,
  IMPLIED_KINDS,
  NAMES,
  type NameRule,
  PARTS,
  REFERENCES,
  SELECTORS,
  SERVICE_NAME,
  type SelectorRule,
} from './naming.ts';
import { Places } from './places.ts';
import { labelsOf, selectorFrom } from './selector.ts';

/** More than any manifest has; aliases may point to what holds them. */
const MAX_VISITS = 200_000;
const MAX_DEPTH = 60;

export function collectFacts(source: ReadPiece): DocumentFacts {
  const places = new Places(source);
  const facts = new Collector(places).all(objectsOf(source.root));
  const root = places.reader.read(source.root);
  const kustomization = isRecord(root) ? kustomizationOf(root, places) : undefined;
  if (!isRecord(root) || !kustomization) return facts;
  return { ...facts, objects: [...facts.objects, ...generatedObjects(root, places)], kustomization };
}

/** The facts of one object of many, with lines that count from `firstLine`. */
export function collectObject(source: ReadPiece, found: FoundObject, firstLine: number): DocumentFacts {
  return new Collector(new Places(source, firstLine)).all([found]);
}

interface Scope {
  readonly object: ObjectFact;
  /** Index of the pod that the walk is in. */
  readonly pod?: number;
  /** Volumes that a StatefulSet adds to its pods. */
  readonly claims?: ReadonlyMap<string, TextRange>;
  readonly depth: number;
}

class Collector {
  private readonly places: Places;
  private readonly objects: ObjectFact[] = [];
  private readonly pods: PodFact[] = [];
  private readonly references: Reference[] = [];
  private visits = 0;

  constructor(places: Places) {
    this.places = places;
  }

  all(found: readonly FoundObject[]): DocumentFacts {
    for (const one of found) this.object(one);
    const { objects, pods, references } = this;
    return { objects, pods, references };
  }

  private object({ node, object: { apiVersion, kind } }: FoundObject): void {
    const value = this.places.reader.read(node);
    if (!isRecord(value)) return;
    const object = objectFact(this.places, value, apiVersion, kind);
    this.objects.push(object);
    if (kind === 'EndpointSlice' && isRecord(value.metadata) && isRecord(value.metadata.labels)) {
      this.name(
        value.metadata.labels,
        SERVICE_NAME,
        { group: '', kind: 'Service', optional: true },
        { object, depth: 0 },
      );
    }
    const type = schemaForKind(apiVersion, kind);
    const scope: Scope = { object, depth: 0 };
    if (!type) this.custom(value, scope);
    else this.walk(value, type, type.id === 'core.v1.Pod' ? { ...scope, pod: this.pod(value, scope) } : scope);
  }

  private pod(holder: PlainObject, scope: Scope): number {
    const { object, claims } = scope;
    const pod = this.pods.push(podFact(this.places, holder, object, claims)) - 1;
    const annotations = isRecord(holder.metadata) ? holder.metadata.annotations : undefined;
    if (isRecord(annotations)) this.part(annotations, DEFAULT_CONTAINER, 'container', { ...scope, pod });
    return pod;
  }

  /** Of a kind that is not built in the metadata is known, and its definition may stand somewhere. */
  private custom(value: PlainObject, scope: Scope): void {
    this.walk(value.metadata, typeById('meta.v1.ObjectMeta'), scope);
    const { group, kind } = scope.object;
    for (const field of ['kind', 'apiVersion']) {
      const range = this.places.rangeAt(value, field);
      if (range) this.references.push({ to: 'definition', group, kind, range, from: scope.object });
    }
    if (this.likeWorkload(value.spec, scope)) return;
    for (const { holder, field, rule } of customNames(value.spec)) {
      if (++this.visits > MAX_VISITS) return;
      this.name(holder, field, rule, scope);
    }
  }

  /** Custom resources that make pods keep a selector and a template where Deployments keep theirs. */
  private likeWorkload(spec: unknown, scope: Scope): boolean {
    const template = isRecord(spec) ? spec.template : undefined;
    if (!isRecord(spec) || !isRecord(template) || !isRecord(template.spec)) return false;
    if (!Array.isArray(template.spec.containers)) return false;
    this.walk(template, typeById('core.v1.PodTemplateSpec'), scope);
    if (isRecord(spec.selector) && isRecord(spec.selector.matchLabels)) {
      this.selector(spec, 'selector', { of: 'Pod', own: true }, scope);
    }
    return true;
  }

  private walk(value: unknown, type: TypeSchema | undefined, scope: Scope): void {
    if (!isRecord(value) || !type || scope.depth > MAX_DEPTH || ++this.visits > MAX_VISITS) return;
    const inside = this.inside(value, type, scope);
    const reference = REFERENCES[type.id];
    if (reference) this.typed(value, reference, value.kind, scope);
    BY_TYPE[type.id]?.(this, value, inside);
    for (const [name, held] of Object.entries(value)) {
      const field = fieldOf(type, name);
      if (!field || held === UNKNOWN) continue;
      this.field(value, `${type.id}.${name}`, field, inside);
      this.value(held, field, inside);
    }
  }

  private inside(value: PlainObject, type: TypeSchema, scope: Scope): Scope {
    const deeper = { ...scope, depth: scope.depth + 1 };
    if (type.id === 'core.v1.PodTemplateSpec') return { ...deeper, pod: this.pod(value, scope) };
    return type.id === 'apps.v1.StatefulSetSpec' ? { ...deeper, claims: claimsOf(this.places, value) } : deeper;
  }

  private value(value: unknown, schema: ValueSchema, scope: Scope): void {
    if (schema.kind === 'object') this.walk(value, schema.object, scope);
    else if (schema.kind === 'list' && schema.items) {
      for (const item of listOf(value)) this.value(item, schema.items, scope);
    }
  }

  private field(holder: PlainObject, id: string, { name }: FieldSchema, scope: Scope): void {
    const value = holder[name];
    const named = NAMES[id];
    if (named) this.name(holder, name, named, scope);
    const part = PARTS[id];
    if (part) this.part(holder, name, part, scope);
    const selector = SELECTORS[id];
    if (selector) this.selector(holder, name, selector, scope);
    const kind = IMPLIED_KINDS[id];
    if (kind === undefined) return;
    for (const item of Array.isArray(value) ? value : [value]) {
      if (isRecord(item) && item.kind === undefined) this.typed(item, 'apiVersion', kind, scope);
    }
  }

  private name(holder: PlainObject, field: string, rule: NameRule, scope: Scope): void {
    const value = holder[field];
    if (!Array.isArray(value)) this.named(holder, field, value, rule, holder, scope);
    else for (const [index, name] of value.entries()) this.named(value, index, name, rule, holder, scope);
  }

  /** @param beside holds what is said of the object besides its name */
  private named(
    holder: object,
    at: string | number,
    name: unknown,
    rule: NameRule,
    beside: PlainObject,
    { object }: Scope,
  ): void {
    const range = this.places.rangeAt(holder, at);
    if (!range || typeof name !== 'string' || name === '') return;
    const { group, kind } = rule;
    const isCluster = group === '' && /^(Namespace|Node|PersistentVolume)$/.test(kind);
    const said = typeof beside.namespace === 'string' ? beside.namespace : object.namespace;
    const where = said === undefined || isCluster ? {} : { namespace: said };
    const optional = rule.optional === true || beside.optional === true;
    this.references.push({ to: 'object', group, kind, name, ...where, optional, range, from: object });
  }

  /** A reference with its kind beside the name, or one whose kind is implied. */
  private typed(holder: PlainObject, from: 'apiGroup' | 'apiVersion', kind: unknown, scope: Scope): void {
    if (typeof kind !== 'string') return;
    const said = holder[from];
    const written = typeof said === 'string' ? said : '';
    // A subject's group is left out for ServiceAccounts, which are of the core.
    const group = from === 'apiVersion' ? groupOf(written) : kind === 'ServiceAccount' ? '' : written;
    this.name(holder, 'name', { group, kind }, scope);
  }

  key(holder: PlainObject, of: { kind: string; name: unknown; optional: unknown }, { object }: Scope): void {
    const range = this.places.rangeAt(holder, 'key');
    const { key } = holder;
    const { kind, name } = of;
    if (!range || typeof key !== 'string' || typeof name !== 'string') return;
    const at = object.namespace === undefined ? {} : { namespace: object.namespace };
    const optional = of.optional === true;
    this.references.push({ to: 'key', group: '', kind, name, ...at, key, optional, range, from: object });
  }

  /** A port that an Ingress asks of a Service. */
  servicePort(backend: PlainObject, { object }: Scope): void {
    const port = isRecord(backend.port) ? backend.port : {};
    if (typeof backend.name !== 'string') return;
    const at = object.namespace === undefined ? {} : { namespace: object.namespace };
    for (const field of ['name', 'number']) {
      const found = this.port(port, field);
      if (found) this.references.push({ to: 'service-port', service: backend.name, ...at, ...found, from: object });
    }
  }

  targetPorts(spec: PlainObject, { object }: Scope): void {
    if (!isRecord(spec.selector) || Object.keys(spec.selector).length === 0) return;
    const labels = labelsOf(spec.selector);
    const at = object.namespace === undefined ? {} : { namespace: object.namespace };
    for (const item of listOf(spec.ports)) {
      const found = isRecord(item) && this.port(item, item.targetPort === undefined ? 'port' : 'targetPort');
      if (found) this.references.push({ to: 'pod-port', labels, ...at, ...found, from: object });
    }
  }

  probePort(value: PlainObject, { object, pod }: Scope): void {
    const found = this.port(value, 'port');
    if (found && pod !== undefined) this.references.push({ to: 'own-port', pod, ...found, from: object });
  }

  part(holder: PlainObject, field: string, part: PodPart, { object, pod }: Scope): void {
    const range = this.places.rangeAt(holder, field);
    const name = holder[field];
    if (!range || typeof name !== 'string' || name === '') return;
    this.references.push({ to: 'part', part, ...(pod !== undefined && { pod }), name, range, from: object });
  }

  /** The objects that a rule of RBAC speaks of by name. */
  ruled(rule: PlainObject, scope: Scope): void {
    const groups = listOf(rule.apiGroups).filter((group) => typeof group === 'string');
    const plurals = listOf(rule.resources).map((resource) => String(resource).split('/')[0] ?? '');
    const kinds = groups.flatMap((group) => [...new Set(plurals)].map((plural) => resourceOf(group, plural)?.kind));
    for (const [index, kind] of kinds.entries()) {
      const group = groups[Math.floor(index / new Set(plurals).size)] ?? '';
      if (kind !== undefined) this.name(rule, 'resourceNames', { group, kind, optional: true }, scope);
    }
  }

  /** The port at which kube-apiserver asks a Service. */
  askedPort(value: PlainObject, { object }: Scope): void {
    const found = this.port(value, 'port');
    const { name, namespace } = value;
    if (!found || typeof name !== 'string') return;
    const at = typeof namespace === 'string' ? { namespace } : {};
    this.references.push({ to: 'service-port', service: name, ...at, ...found, from: object });
  }

  /** Ports by name are those of the pods that the policy is for. */
  policyPorts(spec: PlainObject, { object }: Scope): void {
    const { podSelector } = spec;
    const labels = labelsOf(isRecord(podSelector) ? podSelector.matchLabels : undefined);
    if (Object.keys(labels).length === 0) return;
    const at = object.namespace === undefined ? {} : { namespace: object.namespace };
    for (const port of listOf(spec.ingress).flatMap((rule) => listOf(isRecord(rule) ? rule.ports : undefined))) {
      const found = isRecord(port) && typeof port.port === 'string' ? this.port(port, 'port') : undefined;
      if (found) this.references.push({ to: 'pod-port', labels, ...at, ...found, from: object });
    }
  }

  private port(holder: PlainObject, field: string): { port: string | number; range: TextRange } | undefined {
    const range = this.places.rangeAt(holder, field);
    const port = holder[field];
    return range && (typeof port === 'string' || typeof port === 'number') ? { port, range } : undefined;
  }

  private selector(holder: PlainObject, field: string, rule: SelectorRule, scope: Scope): void {
    const value = holder[field];
    const key = this.places.keyRange(holder, field);
    const whole = this.places.rangeAt(holder, field);
    if (!key || !whole) return;
    const anywhere = rule.of !== 'Pod' || (rule.unless?.some((beside) => holder[beside] !== undefined) ?? false);
    if (isRecord(value)) this.selecting(value, rule, { start: key.start, end: whole.end }, anywhere, scope);
    for (const item of listOf(value)) {
      if (isRecord(item)) this.selecting(item, rule, this.places.rangeOf(item), anywhere, scope);
    }
  }

  private selecting(value: PlainObject, rule: SelectorRule, range: TextRange, anywhere: boolean, scope: Scope): void {
    const { object } = scope;
    const selector = selectorFrom(value, rule.plain === true);
    if (!selector) return;
    const labels = rule.plain ? value : value.matchLabels;
    this.references.push({
      to: 'labels',
      of: rule.of,
      ...(!anywhere && object.namespace !== undefined && { namespace: object.namespace }),
      anyNamespace: anywhere,
      selector,
      entries: isRecord(labels) ? this.places.entriesOf(labels) : new Map(),
      terms: rule.plain ? [] : expressionTerms(this.places, value),
      own: rule.own === true,
      range,
      from: object,
    });
  }
}

type TypeRule = (collector: Collector, value: PlainObject, scope: Scope) => void;

function keyOf(kind: string): TypeRule {
  return (collector, value, scope) => collector.key(value, { kind, name: value.name, optional: value.optional }, scope);
}

function itemsOf(kind: string): TypeRule {
  return (collector, value, scope) => {
    const of = { kind, name: value.name ?? value.secretName, optional: value.optional };
    for (const item of listOf(value.items)) if (isRecord(item)) collector.key(item, of, scope);
  };
}

const probePort: TypeRule = (collector, value, scope) => collector.probePort(value, scope);
const askedPort: TypeRule = (collector, value, scope) => collector.askedPort(value, scope);

/** What a type as a whole says. */
const BY_TYPE: Readonly<Record<string, TypeRule>> = {
  'core.v1.ConfigMapKeySelector': keyOf('ConfigMap'),
  'core.v1.SecretKeySelector': keyOf('Secret'),
  'core.v1.ConfigMapVolumeSource': itemsOf('ConfigMap'),
  'core.v1.ConfigMapProjection': itemsOf('ConfigMap'),
  'core.v1.SecretVolumeSource': itemsOf('Secret'),
  'core.v1.SecretProjection': itemsOf('Secret'),
  'networking.v1.IngressServiceBackend': (collector, value, scope) => collector.servicePort(value, scope),
  'core.v1.ServiceSpec': (collector, value, scope) => collector.targetPorts(value, scope),
  'core.v1.HTTPGetAction': probePort,
  'core.v1.TCPSocketAction': probePort,
  'rbac.v1.PolicyRule': (collector, value, scope) => collector.ruled(value, scope),
  'networking.v1.NetworkPolicySpec': (collector, value, scope) => collector.policyPorts(value, scope),
  'admissionregistration.v1.ServiceReference': askedPort,
  'apiextensions.v1.ServiceReference': askedPort,
  'apiregistration.v1.ServiceReference': askedPort,
};
