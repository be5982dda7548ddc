// An API server over a copy of a cluster, on which an object can be made to see what becomes of it: admission, defaults and
// quotas have their say, and nobody hears of it.
import { Kernel } from '../../kernel/kernel.ts';
import { isRecord, type KubeObject } from '../../model/object.ts';
import { RefusedError } from '../../model/refused.ts';
import { type ResourceInfo, resourceForKind } from '../../model/resources.ts';
import { isStatus } from '../../model/status.ts';
import { type ApiServer, bootstrap, createApiServer } from '../apiserver/index.ts';
import { decodeValue } from '../apiserver/machinery/decode.ts';
import { applyDefaults } from '../apiserver/machinery/defaults/index.ts';
import { keyFor, objectsOf, prefixOf, withVersion } from '../apiserver/storage.ts';
import { Store } from '../store/index.ts';

const ADMIN = { type: 'certificate', commonName: 'kubernetes-admin', organizations: ['system:masters'] } as const;
/** Called over the network, which a question must not cause. */
const WEBHOOKS = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];
const WEBHOOKS_API = 'admissionregistration.k8s.io/v1';

export class Scratch {
  private readonly server: ApiServer;
  /** Of webhook configurations that were left out. */
  readonly unasked: readonly string[];

  private constructor(server: ApiServer) {
    this.server = server;
    this.unasked = WEBHOOKS.flatMap((kind) => {
      const found = this.all(WEBHOOKS_API, kind);
      for (const o of found) this.remove(o);
      return found.map((o) => o.metadata.name ?? '');
    });
  }

  /** A copy of a running cluster. */
  static of(server: ApiServer, seed: string): Scratch {
    return new Scratch(server.aside(seed));
  }

  /** What a new cluster has, and these objects as they are. */
  static with(objects: Iterable<KubeObject>, seed: string): Scratch {
    const kernel = new Kernel({ seed, epochMs: latest(objects) });
    const store = new Store(kernel);
    const server = createApiServer({ kernel, store, trace: { record: () => 0 }, node: '', allowPrivileged: true });
    bootstrap(server, { address: '192.0.2.1', port: 6443, serviceCidr: '10.96.0.0/16' });
    const scratch = new Scratch(server);
    for (const o of objects) if (!WEBHOOKS.includes(o.kind ?? '')) scratch.put(o);
    return scratch;
  }

  /** The wall time there, milliseconds since 1970. */
  get nowMs(): number {
    return this.server.core.kernel.wallMs;
  }

  /** Stores an object as it is. One of an unknown kind, or without a name, is left out. */
  put(o: KubeObject): void {
    const r = resourceForKind(o.apiVersion ?? '', o.kind ?? '');
    const { namespace = '', name = '' } = o.metadata;
    if (!r || name === '') return;
    const { store } = this.server.core;
    store.put(prefixOf(r), keyFor(r, namespace, name), withVersion(o, store.revision + 1));
    store.publish(0);
  }

  find<T extends KubeObject>(apiVersion: string, kind: string, namespace: string, name: string): T | undefined {
    const r = resourceForKind(apiVersion, kind);
    return r && (this.server.core.store.get(keyFor(r, namespace, name))?.value as T | undefined);
  }

  all<T extends KubeObject>(apiVersion: string, kind: string): T[] {
    const r = resourceForKind(apiVersion, kind);
    return r ? [...objectsOf<T>(this.server.core.store, r)] : [];
  }

  /** The object that is stored where this one would be. */
  same(o: KubeObject): KubeObject | undefined {
    const { namespace = '', name = '' } = o.metadata;
    return this.find(o.apiVersion ?? '', o.kind ?? '', namespace, name);
  }

  remove(o: KubeObject): void {
    const r = resourceForKind(o.apiVersion ?? '', o.kind ?? '');
    if (!r) return;
    const { store } = this.server.core;
    const { namespace = '', name = '' } = o.metadata;
    store.delete(prefixOf(r), keyFor(r, namespace, name), withVersion(o, store.revision + 1));
    store.publish(0);
  }

  /** As the API server stores it; `warned` gets what it warns of. Throws RefusedError with its words. */
  create<T extends KubeObject>(o: T, warned: (warning: string) => void = () => {}): T {
    const r = resourceForKind(o.apiVersion ?? '', o.kind ?? '');
    if (!r) throw new RefusedError(`The simulator knows no ${o.kind} of ${o.apiVersion}.`);
    const {
      code,
      body,
      warnings = [],
    } = this.server.handle({
      method: 'POST',
      path: pathOf(r, o),
      query: { fieldValidation: ['Warn'] },
      body: { value: o },
      userAgent: 'kubectl/v1.36.2 (linux/amd64)',
      credential: ADMIN,
    });
    if (code >= 300 || !isRecord(body)) throw refusal(o, body);
    for (const w of warnings) warned(w);
    return body as unknown as T;
  }
}

function pathOf(r: ResourceInfo, o: KubeObject): string {
  const root = r.group === '' ? '/api/v1' : `/apis/${o.apiVersion}`;
  return r.namespaced ? `${root}/namespaces/${o.metadata.namespace}/${r.plural}` : `${root}/${r.plural}`;
}

/**
 * An object as the API server reads it: of the right shape, and with its defaults. What it does not know of, and objects of
 * kinds that nobody knows, stay as they are. Throws RefusedError with its words.
 */
export function asRead<T extends KubeObject>(o: T): T {
  const { apiVersion = '', kind = '', metadata } = o;
  const r = resourceForKind(apiVersion, kind);
  if (!r) return o;
  const { value, error } = decodeValue(o, { group: r.group, version: r.version, kind });
  // Of a bad amount the server does not say which; whoever counts with it does.
  if (error !== undefined && /quantit/.test(error)) return o;
  if (error !== undefined) throw new RefusedError(`${kind} ${metadata.name ?? ''} cannot be read: ${error}`);
  return applyDefaults(value as T);
}

/** The latest moment that an object tells of: a snapshot says nothing else of when it was taken. */
function latest(objects: Iterable<KubeObject>): number {
  let most = 0;
  for (const { metadata } of objects) {
    const at = Date.parse(metadata.creationTimestamp ?? '');
    if (at > most) most = at;
  }
  return most;
}

function refusal({ kind, metadata }: KubeObject, body: unknown): RefusedError {
  const what = `${kind} ${metadata?.name ?? metadata?.generateName ?? ''}`.trim();
  const message = isStatus(body) ? (body.message ?? body.reason ?? '') : '';
  return new RefusedError(`kube-apiserver would refuse ${what}: ${message}`);
}
