// Everything that the texts of a workspace offer and ask of each other. Texts come and go a document at a time.
import type { LabelSelector } from '../../model/generated/meta.v1.ts';
import { resourceForKind } from '../../model/resources.ts';
import { matches, selectorOf } from '../../model/selectors.ts';
import type { Position, TextRange } from '../explanation.ts';
import {
  contains,
  type Definition,
  definitionsIn,
  type Handle,
  type Held,
  isInside,
  type Location,
  labelsDefinition,
  located,
  near,
  objectDefinition,
  podPorts,
  portsLike,
  unique,
} from './definitions.ts';
import type { DocumentFacts, KindName, KustomizationFact, ObjectFact, PodFact, Reference } from './facts.ts';
import { isNamed } from './kustomization.ts';

/** Facts of a document and the line at which it begins. */
export interface PlacedFacts {
  readonly facts: DocumentFacts;
  readonly line: number;
}

/** A use of a definition; of labels, the place of the entry that was asked about. */
type Use = Held<Reference> & { readonly range?: TextRange };

export class Workspace {
  private readonly texts = new Map<string, Handle[]>();
  private readonly objects = new Map<string, Set<Held<ObjectFact>>>();
  private readonly kinds = new Map<string, Set<Held<ObjectFact>>>();
  private readonly pods = new Set<Held<PodFact>>();
  /** Pods by each of their labels, as `key=value`. */
  private readonly labelledPods = new Map<string, Set<Held<PodFact>>>();
  private readonly customs = new Set<Held<ObjectFact>>();
  private readonly kustomizations = new Set<Held<KustomizationFact>>();
  private readonly named = new Map<string, Set<Held<Reference>>>();
  private readonly others = new Set<Held<Reference>>();
  private readonly added = new WeakMap<Handle, (() => void)[]>();

  /** Takes a text's documents as they are now; those whose facts are the same objects only move. */
  update(uri: string, documents: readonly PlacedFacts[]): void {
    const before = new Map<DocumentFacts, Handle[]>();
    for (const handle of this.texts.get(uri) ?? []) {
      const same = before.get(handle.facts);
      if (same) same.push(handle);
      else before.set(handle.facts, [handle]);
    }
    const handles: Handle[] = [];
    for (const { facts, line } of documents) {
      if (isEmpty(facts)) continue;
      const kept = before.get(facts)?.shift();
      const handle = kept ?? { uri, facts, line };
      handle.line = line;
      handles.push(handle);
      if (!kept) this.add(handle);
    }
    for (const gone of before.values()) for (const handle of gone) this.drop(handle);
    if (handles.length > 0) this.texts.set(uri, handles);
    else this.texts.delete(uri);
  }

  remove(uri: string): void {
    this.update(uri, []);
  }

  /** Every text that has a document in here. */
  uris(): Iterable<string> {
    return this.texts.keys();
  }

  /** Every document with something in it. */
  *handles(): Iterable<Handle> {
    for (const handles of this.texts.values()) yield* handles;
  }

  /** Whether any text holds an object of the kind. */
  hasKind({ group, kind }: KindName): boolean {
    return (this.kinds.get(`${group}/${kind}`)?.size ?? 0) > 0;
  }

  objectsOf({ group, kind }: KindName): ObjectFact[] {
    return [...(this.kinds.get(`${group}/${kind}`) ?? [])].map(({ fact }) => fact);
  }

  /** Objects of a kind and name. A namespace that is not written may be any. */
  find({ group, kind, name, namespace }: KindName & { name: string; namespace?: string }): Held<ObjectFact>[] {
    const all = [...(this.objects.get(`${group}/${kind}/${name}`) ?? [])];
    return all.filter(({ fact }) => !fact.namespaced || near(fact.namespace, namespace));
  }

  /** Pods and templates that a selector takes. */
  selected(selector: LabelSelector, namespace: string | undefined): Held<PodFact>[] {
    const wanted = selectorOf(selector);
    const [first] = Object.entries(selector.matchLabels ?? {});
    const pods = first ? (this.labelledPods.get(`${first[0]}=${first[1]}`) ?? []) : this.pods;
    return [...pods].filter(({ fact }) => near(fact.namespace, namespace) && matches(wanted, fact.labels));
  }

  /** Whether something is known of every pod that the workspace writes. */
  get knowsPods(): boolean {
    return this.pods.size > 0 && ![...this.pods].some(({ fact }) => fact.partial);
  }

  /** Whether a kustomization makes objects or names that stand in no manifest. */
  get generates(): boolean {
    return [...this.kustomizations].some(({ fact }) => fact.generates);
  }

  /** Whether there are custom resources, of which operators make pods, Secrets and more by rules of their own. */
  makesMore(namespace: string | undefined): boolean {
    return [...this.customs].some(({ fact }) => near(fact.namespace, namespace));
  }

  /** Whether a kustomization adds labels. */
  get relabels(): boolean {
    return [...this.kustomizations].some(({ fact }) => fact.relabels);
  }

  /** Whether a kustomization merges this text into an object. */
  isPatch(uri: string): boolean {
    return [...this.kustomizations].some(({ at, fact }) => fact.patches.some((path) => isNamed(at.uri, path, uri)));
  }

  /** Everything that a text names, in order. */
  referencesIn(uri: string): Held<Reference>[] {
    return (this.texts.get(uri) ?? []).flatMap((at) => at.facts.references.map((fact) => ({ at, fact })));
  }

  /** What the text at this place refers to; empty where it refers to nothing that is here. */
  definitions(uri: string, position: Position): Location[] {
    const found = this.referenceAt(uri, position);
    const definitions = found ? this.targets(found) : [this.definitionAt(uri, position)];
    return unique(definitions.flatMap((one) => (one ? [located(one.at, one.range)] : [])));
  }

  /** Everything that refers to what is at this place, or to what the text there refers to. */
  references(uri: string, position: Position, withDefinitions: boolean): Location[] {
    const found = this.referenceAt(uri, position);
    const own = found ? undefined : this.definitionAt(uri, position);
    const definitions = found ? this.targets(found) : own ? [own] : [];
    const uses = definitions.flatMap((definition) => this.uses(definition));
    const itself = found ? [located(found.at, found.fact.range)] : [];
    const defined = withDefinitions ? definitions.map(({ at, range }) => located(at, range)) : [];
    return unique([...defined, ...itself, ...uses.map(({ at, fact, range }) => located(at, range ?? fact.range))]);
  }

  /** What a reference stands for, as far as it is here. */
  targets({ at, fact }: Held<Reference>): Definition[] {
    switch (fact.to) {
      case 'object':
        return this.find(fact).map((held) => objectDefinition(held));
      case 'key':
        return this.find(fact).flatMap((held) => {
          const range = held.fact.keys?.get(fact.key);
          return range ? [{ is: 'key', at: held.at, range, object: held.fact, key: fact.key }] : [];
        });
      case 'labels':
        return this.labelled(at, fact);
      case 'service-port':
        return this.find({ group: '', kind: 'Service', name: fact.service, ...within(fact) }).flatMap(
          ({ at: place, fact: object }) =>
            portsLike(object.servicePorts, fact.port).map(
              (port): Definition => ({ is: 'service-port', at: place, range: port.range, object, port }),
            ),
        );
      case 'pod-port': {
        const pods = this.selected({ matchLabels: fact.labels }, fact.namespace);
        return pods.flatMap((held) => podPorts(held, fact.port));
      }
      case 'own-port': {
        const pod = at.facts.pods[fact.pod];
        return pod ? podPorts({ at, fact: pod }, fact.port) : [];
      }
      case 'part': {
        const pod = podOf(at, fact);
        const range = pod?.parts[fact.part].get(fact.name);
        return pod && range ? [{ is: 'part', part: fact.part, at, range, pod, name: fact.name }] : [];
      }
      case 'definition':
        return this.defining(fact);
    }
  }

  /** Where CustomResourceDefinitions name the kind that they define. */
  definingPlaces(kind: KindName): Location[] {
    return this.defining(kind).map(({ at, range }) => located(at, range));
  }

  private defining({ group, kind }: KindName): Definition[] {
    return [...(this.kinds.get('apiextensions.k8s.io/CustomResourceDefinition') ?? [])].flatMap(
      ({ at, fact: { defines } }) =>
        defines?.group === group && defines.kind === kind ? [{ is: 'kind', at, range: defines.range, defines }] : [],
    );
  }

  private labelled(at: Handle, fact: Extract<Reference, { to: 'labels' }>): Definition[] {
    const wanted = selectorOf(fact.selector);
    if (fact.of !== 'Pod') {
      const group = fact.of === 'ClusterRole' ? 'rbac.authorization.k8s.io' : '';
      return [...(this.kinds.get(`${group}/${fact.of}`) ?? [])]
        .filter((held) => matches(wanted, held.fact.labels))
        .map((held) => labelsDefinition(held.at, held.fact, held.fact.labelPlaces));
    }
    // An owner's selector is there for its own template; others that match are found as references.
    const own = fact.own ? at.facts.pods.find(({ owner }) => owner === fact.from) : undefined;
    if (own && matches(wanted, own.labels)) return [labelsDefinition(at, own.owner, own.labelPlaces, own)];
    const found = this.selected(fact.selector, fact.namespace);
    return found.map((held) => labelsDefinition(held.at, held.fact.owner, held.fact.labelPlaces, held.fact));
  }

  /** What refers to a definition; of labels, the entry that speaks of them. */
  uses(definition: Definition): Use[] {
    switch (definition.is) {
      case 'object': {
        const { object, at } = definition;
        const pods = at.facts.pods.filter(({ owner }) => owner === object);
        return [
          ...this.namedUses(object),
          ...pods.flatMap((pod) => this.selectorUses(object, pod).filter(({ fact }) => fact.from !== object)),
          ...(pods.length === 0 ? this.selectorUses(object, undefined) : []),
        ];
      }
      case 'key':
        return this.namedUses(definition.object).filter(({ fact }) => fact.to === 'key' && fact.key === definition.key);
      case 'labels':
        return this.selectorUses(definition.owner, definition.pod, definition.label);
      case 'service-port':
      case 'pod-port':
        return [...this.others, ...local(definition.at)].filter(
          (held) =>
            (held.fact.to === 'service-port' || held.fact.to === 'pod-port' || held.fact.to === 'own-port') &&
            this.targets(held).some((one) => 'port' in one && one.port === definition.port),
        );
      case 'part':
        return local(definition.at).filter(
          ({ at, fact }) =>
            fact.to === 'part' &&
            fact.part === definition.part &&
            fact.name === definition.name &&
            podOf(at, fact) === definition.pod,
        );
      case 'kind':
        return [...this.others].filter(
          ({ fact }) =>
            fact.to === 'definition' &&
            fact.group === definition.defines.group &&
            fact.kind === definition.defines.kind,
        );
    }
  }

  /** What names an object, or a key of it. */
  namedUses({ group, kind, name, namespace, namespaced }: ObjectFact): Held<Reference>[] {
    const all = [...(this.named.get(`${group}/${kind}/${name}`) ?? [])];
    return all.filter(({ fact }) => !namespaced || ('namespace' in fact ? near(fact.namespace, namespace) : true));
  }

  private selectorUses(owner: ObjectFact, pod: PodFact | undefined, label?: string): Use[] {
    const of = pod ? 'Pod' : owner.kind;
    const labels = pod?.labels ?? owner.labels;
    return [...this.others].flatMap((held) => {
      const { fact } = held;
      if (fact.to !== 'labels' || fact.of !== of) return [];
      if (of === 'Pod' && !fact.anyNamespace && !near(fact.namespace, pod?.namespace)) return [];
      if (!matches(selectorOf(fact.selector), labels)) return [];
      const term = fact.terms.find(({ key }) => key === label);
      const range = label === undefined ? fact.range : (fact.entries.get(label) ?? term?.range);
      return range ? [{ ...held, range }] : [];
    });
  }

  /** The reference at a place, the innermost where several are. */
  referenceAt(uri: string, position: Position): Held<Reference> | undefined {
    let best: Held<Reference> | undefined;
    for (const at of this.handlesAt(uri, position)) {
      for (const fact of at.facts.references) {
        if (!contains(fact.range, position, at.line)) continue;
        if (!best || isInside(fact.range, best.fact.range)) best = { at, fact };
      }
    }
    return best;
  }

  definitionAt(uri: string, position: Position): Definition | undefined {
    let best: Definition | undefined;
    for (const at of this.handlesAt(uri, position)) {
      for (const one of definitionsIn(at)) {
        if (!contains(one.range, position, at.line)) continue;
        if (!best || isInside(one.range, best.range)) best = one;
      }
    }
    return best;
  }

  /** The document at the place. */
  private handlesAt(uri: string, { line }: Position): Handle[] {
    const all = this.texts.get(uri) ?? [];
    const at = all.findLast((handle) => handle.line <= line);
    return at ? [at] : [];
  }

  private add(handle: Handle): void {
    const undo: (() => void)[] = [];
    const put = <T>(set: Set<Held<T>>, fact: T): void => {
      const held = { at: handle, fact };
      set.add(held);
      undo.push(() => void set.delete(held));
    };
    for (const object of handle.facts.objects) {
      put(setOf(this.kinds, `${object.group}/${object.kind}`), object);
      put(setOf(this.objects, `${object.group}/${object.kind}/${object.name}`), object);
      if (isCustom(object)) put(this.customs, object);
    }
    for (const pod of handle.facts.pods) {
      put(this.pods, pod);
      for (const [key, value] of Object.entries(pod.labels)) put(setOf(this.labelledPods, `${key}=${value}`), pod);
    }
    if (handle.facts.kustomization) put(this.kustomizations, handle.facts.kustomization);
    for (const reference of handle.facts.references) {
      if (reference.to === 'object' || reference.to === 'key') {
        put(setOf(this.named, `${reference.group}/${reference.kind}/${reference.name}`), reference);
      } else if (!isLocal(reference)) put(this.others, reference);
    }
    this.added.set(handle, undo);
  }

  private drop(handle: Handle): void {
    for (const undo of this.added.get(handle) ?? []) undo();
    this.added.delete(handle);
  }
}

function within({ namespace }: { readonly namespace?: string }): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

/** Custom resources of which nothing is made that others name or select. */
const MAKES_NOTHING =
  /^(ServiceMonitor|PodMonitor|PrometheusRule|Probe|ScaledObject|VerticalPodAutoscaler|HTTPRoute|GRPCRoute|TCPRoute|ReferenceGrant|VirtualService|DestinationRule|AuthorizationPolicy|PeerAuthentication|ClusterPolicy|VolumeSnapshotClass)$/;

function isCustom({ apiVersion, kind, group }: ObjectFact): boolean {
  if (resourceForKind(apiVersion, kind) || group === 'kustomize.config.k8s.io') return false;
  return !MAKES_NOTHING.test(kind);
}

/** What means something only inside its own document. */
function isLocal({ to }: Reference): boolean {
  return to === 'own-port' || to === 'part';
}

function podOf({ facts: { pods } }: Handle, { pod, from }: { pod?: number; from: ObjectFact }): PodFact | undefined {
  return pod === undefined ? pods.find(({ owner }) => owner === from) : pods[pod];
}

function local(at: Handle): Held<Reference>[] {
  return at.facts.references.filter(isLocal).map((fact) => ({ at, fact }));
}

function isEmpty({ objects, references, kustomization }: DocumentFacts): boolean {
  return objects.length === 0 && references.length === 0 && !kustomization;
}

function setOf<T>(sets: Map<string, Set<T>>, key: string): Set<T> {
  let set = sets.get(key);
  if (!set) {
    set = new Set();
    sets.set(key, set);
  }
  return set;
}
