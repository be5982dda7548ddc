// A live cluster as steps: what an observer with list and watch sees changes from one version of an object to the next. Who
// did it and why is deduced, and every step says so; what nobody wrote down stays unknown.
import type { ManagedFieldsEntry } from '../model/generated/meta.v1.ts';
import { isRecord, type KubeObject } from '../model/object.ts';
import { resourceForKind, splitApiVersion } from '../model/resources.ts';
import type { FieldChange, ObjectRef, RequestInfo, Step } from '../trace/step.ts';
import { valueText } from '../trace/words.ts';
import { Causes } from './causes.ts';
import { ownersOf, refOf } from './refs.ts';
import { changedFields } from './shown.ts';
import { Wanted } from './wanted.ts';
import { bound, creatorOf, deleterOf, disruptionOf, type Gone, modifierOf, removerOf, type Writer } from './writer.ts';

export interface SeenChange {
  /** When it was seen, µs since the trace began. */
  readonly at: number;
  /** Plural, lower case. */
  readonly resource: string;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  /** managedFields of `after` where that has them without their sets of fields. */
  readonly managers?: readonly ManagedFieldsEntry[];
}

interface Deed {
  readonly writer: Writer;
  readonly verb: 'create' | 'update' | 'delete';
  readonly method: 'POST' | 'WRITE' | 'DELETE';
  readonly subresource?: string;
  readonly changed: readonly FieldChange[];
}

/** What a kubelet's last DELETE does to a pod at the moment before it is gone: told with that. */
const LAST_WORD = /^metadata\.deletion(GracePeriodSeconds|Timestamp)$/;
/** Dates, counts and the revision, which change with everything else. */
const BOOKKEEPING = /^metadata\.(resourceVersion|generation|managedFields)|[tT]ime(stamp)?$/;
const MOST_TOLD = 3;

export class Inference {
  private readonly causes = new Causes();
  private readonly gone = new Set<string>();
  private readonly terminating = new Set<string>();
  private readonly told = new Set<string>();
  private readonly wanted = new Wanted();
  /** Pods that the eviction API has marked and not yet deleted, by uid, as they were before. */
  private readonly marked = new Map<string, KubeObject>();
  private id = 0;

  /** Takes in an object that was there before the first change. */
  know(object: KubeObject): void {
    this.wanted.note(object);
  }

  /** The step that explains what was seen; undefined where nothing changed that is told. */
  take({ at, resource, before, after, managers }: SeenChange): Step | undefined {
    const object = after ?? before;
    if (!object) return undefined;
    const { uid = '' } = object.metadata;
    if (before && after && isEvicted(after) && !isEvicted(before) && !isToGo(after)) {
      this.marked.set(uid, before);
      return undefined;
    }
    const full = after && managers ? { ...after, metadata: { ...after.metadata, managedFields: managers } } : after;
    const deed = this.deed((after && this.marked.get(uid)) ?? before, full);
    this.marked.delete(uid);
    if (after) this.wanted.note(after);
    else this.wanted.forget(uid);
    if (!deed) return undefined;
    const id = ++this.id;
    const ref = refOfObject(object, resource);
    const write = {
      component: deed.writer.component,
      ref,
      owners: ownersOf(object),
      creates: deed.verb === 'create' && !deed.subresource,
    };
    const causes = isHeartbeat(deed, ref) ? [] : this.causes.of(write);
    this.causes.note({ ...write, id });
    if (deed.verb === 'delete') this.noteDeletion(id, deed, object);
    const { component, node } = deed.writer;
    return {
      id,
      at,
      actor: { component, ...(node === undefined ? {} : { node }) },
      kind: 'request',
      action: deed.verb,
      object: ref,
      request: requestOf(deed, ref, object, at),
      changed: deed.changed,
      ...(after?.metadata.resourceVersion === undefined ? {} : { resourceVersion: after.metadata.resourceVersion }),
      causes,
      fidelity: 'inferred',
      ...(isHeartbeat(deed, ref) ? { routine: true as const } : {}),
      text: sentence(deed, ref),
    };
  }

  /** An Event that was there before: it is not told again. */
  skipEvent(event: KubeObject): void {
    this.told.add(keyOfEvent(event));
  }

  /** What a component said of an object in a Kubernetes Event (v1 Event): that it was said is observed. */
  takeEvent(event: KubeObject, at: number): Step | undefined {
    const { involvedObject, reason, message, source, reportingComponent, type } = event as unknown as {
      readonly [field: string]: unknown;
    };
    const { kind, apiVersion, namespace, name, uid } = isRecord(involvedObject)
      ? (involvedObject as { [f: string]: string })
      : {};
    const key = keyOfEvent(event);
    if (typeof reason !== 'string' || kind === undefined || name === undefined || this.told.has(key)) return undefined;
    this.told.add(key);
    const id = ++this.id;
    const from = isRecord(source) ? source : {};
    const said = typeof from.component === 'string' && from.component !== '' ? from.component : reportingComponent;
    const ref = refOf({
      group: splitApiVersion(apiVersion ?? 'v1').group,
      resource: resourceForKind(apiVersion ?? 'v1', kind)?.plural ?? `${kind.toLowerCase()}s`,
      kind,
      name,
      namespace,
      uid,
    });
    const component = sayer(typeof said === 'string' ? said : '');
    const host = typeof from.host === 'string' && from.host !== '' ? { node: from.host } : {};
    return {
      id,
      at,
      actor: { component, ...host },
      kind: 'system',
      action: reason,
      object: ref,
      causes: this.causes.of({ component: `event of ${component}`, ref, owners: [], creates: false }),
      fidelity: 'observed',
      text: `${type === 'Warning' ? 'warned' : 'said'} ${reason}: ${typeof message === 'string' ? message.trim() : ''}`,
    };
  }

  private deed(before: KubeObject | undefined, after: KubeObject | undefined): Deed | undefined {
    const gone: Gone = {
      owner: (uid) => this.gone.has(uid),
      namespace: (name) => this.terminating.has(name),
      mayDelete: (uid) => this.wanted.mayDelete(uid),
    };
    if (!after) {
      if (!before) return undefined;
      const changed = [{ path: 'metadata.name', before: before.metadata.name }];
      return { writer: removerOf(before, gone), verb: 'delete', method: 'DELETE', changed };
    }
    const changed = changedFields(before, after);
    if (!before) return { writer: creatorOf(after), verb: 'create', method: 'POST', changed };
    if (changed.length === 0) return undefined;
    if (isToGo(before) && changed.every(({ path }) => LAST_WORD.test(path))) return undefined;
    if (isToGo(after) && !isToGo(before)) {
      const writer = deleterOf(after, gone);
      if (isEvicted(after)) return { writer, verb: 'create', method: 'POST', subresource: 'eviction', changed };
      return { writer, verb: 'delete', method: 'DELETE', changed };
    }
    if (bound(before, after))
      return {
        writer: modifierOf(before, after, changed),
        verb: 'create',
        method: 'POST',
        subresource: 'binding',
        changed,
      };
    const telling = changed.filter(({ path }) => !BOOKKEEPING.test(path));
    const status = telling.length > 0 && telling.every(({ path }) => path.startsWith('status'));
    const subresource = status ? { subresource: 'status' } : {};
    return { writer: modifierOf(before, after, changed), verb: 'update', method: 'WRITE', ...subresource, changed };
  }

  private noteDeletion(id: number, { writer }: Deed, { kind, metadata }: KubeObject): void {
    if (metadata.uid !== undefined) this.gone.add(metadata.uid);
    if (kind === 'Namespace' && metadata.name !== undefined) this.terminating.add(metadata.name);
    this.causes.noteDeletion(id, writer.component);
  }
}

const isToGo = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

/** The API server marks a pod before it deletes it, as one answer to one eviction. Models pkg/registry/core/pod/storage/eviction.go. */
const isEvicted = (object: KubeObject): boolean => disruptionOf(object) === 'EvictionByEvictionAPI';

function refOfObject({ apiVersion = 'v1', kind = '', metadata }: KubeObject, resource: string): ObjectRef {
  const { name = '', namespace, uid } = metadata;
  return refOf({ group: splitApiVersion(apiVersion).group, resource, kind, name, namespace, uid });
}

function requestOf(
  { writer, verb, method, subresource }: Deed,
  ref: ObjectRef,
  object: KubeObject,
  at: number,
): RequestInfo {
  const root = ref.group === '' ? '/api' : '/apis';
  const namespace = ref.namespace === undefined ? '' : `/namespaces/${ref.namespace}`;
  const collection = `${root}/${object.apiVersion ?? 'v1'}${namespace}/${ref.resource}`;
  // What is in a namespace that goes is deleted as a whole, kind by kind.
  const whole = verb === 'delete' && writer.component === 'namespace-controller' && ref.kind !== 'Namespace';
  const path = whole ? collection : `${collection}/${ref.name}`;
  return {
    verb: whole ? 'deletecollection' : verb,
    method,
    path: subresource === undefined ? path : `${path}/${subresource}`,
    ...(subresource === undefined ? {} : { subresource }),
    code: verb === 'create' ? 201 : 200,
    user: `not known (${writer.component})`,
    sentAt: at,
    stages: [],
  };
}

function sentence({ writer, verb, method, subresource, changed }: Deed, ref: ObjectRef): string {
  const target = [ref.resource, ref.name, subresource].filter((part) => part !== undefined).join('/');
  const telling = changed.filter(({ path }) => !BOOKKEEPING.test(path));
  const told = telling.slice(0, MOST_TOLD).map(({ path, after }) => `${path} ${valueText(after, 40)}`);
  const more = telling.length > told.length ? ` and ${telling.length - told.length} more` : '';
  const what = verb === 'update' && told.length > 0 ? `: ${told.join(', ')}${more}` : '';
  const asked = verb === 'delete' && changed.every(({ path }) => path !== 'metadata.name') ? ', which is to go' : '';
  return `${method === 'WRITE' ? 'wrote' : method} ${target}${asked}${what}. Deduced from ${writer.evidence}.`;
}

/** A kubelet that only says once more that its node is as it was, or what differs is a date. */
function isHeartbeat({ changed, verb }: Deed, ref: ObjectRef): boolean {
  return ref.kind === 'Node' && verb === 'update' && changed.every(({ path }) => BOOKKEEPING.test(path));
}

/** One for each time that it is counted. */
function keyOfEvent(event: KubeObject): string {
  const { count } = event as unknown as { readonly count?: unknown };
  return `${event.metadata.uid ?? event.metadata.name} ${String(count ?? 1)}`;
}

/** Components as they call themselves in Events. */
const SAYERS: { readonly [name: string]: string } = {
  'default-scheduler': 'kube-scheduler',
  'daemonset-controller': 'daemon-set-controller',
  controllermanager: 'disruption-controller',
  'taint-eviction-controller': 'taint-eviction-controller',
};

function sayer(name: string): string {
  return SAYERS[name] ?? (name === '' ? 'unknown' : name);
}
