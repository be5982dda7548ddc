// What a behaviour is written against: a cluster that answers requests, whether in process on the virtual clock or over
// HTTPS. A behaviour is a sequence of API calls with what must come of them, as upstream's conformance spec of that title
// has it (kubernetes/kubernetes, test/e2e, v1.36).
import { allResources, apiVersionOf, type ResourceInfo } from '../../../src/model/resources.ts';

// biome-ignore lint/suspicious/noExplicitAny: behaviours read fields of many kinds
export type Loose = any;
export type Query = Readonly<Record<string, string>>;

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

export interface Reply {
  readonly code: number;
  readonly contentType: string;
  readonly body: Loose;
}

export interface Seen {
  readonly type: string;
  readonly object: Loose;
}

export interface Stream {
  readonly events: readonly Seen[];
  stop(): void;
}

export interface Server {
  call(call: Call): Promise<Reply>;
  watch(path: string, query: Query): Promise<Stream>;
  /** Seconds of the cluster's clock. */
  pause(seconds: number): Promise<void>;
  /** Seconds since 1970 by the cluster's clock. */
  now(): number;
  /** How many times as long as upstream a behaviour waits: real machines may be slow. */
  readonly patience: number;
}

export interface Spec {
  readonly title: string;
  readonly run: (t: Trial) => Promise<void>;
  /** Which level of PodSecurity the namespace is labelled with; default privileged. */
  readonly level?: 'baseline' | 'restricted' | 'privileged';
}

/** An answer that was not a success. */
export class Refused extends Error {
  readonly reply: Reply;
  constructor(call: Call, reply: Reply) {
    super(`${call.method} ${call.path}: ${reply.code} ${reply.body?.message ?? JSON.stringify(reply.body)}`);
    this.reply = reply;
  }
}

const PATCHES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export const POLL = 0.5;
export const WAIT = 60;

/** The objects of one kind, in one namespace or in all. */
export class Resource {
  private readonly t: Trial;
  private readonly apiVersion: string;
  private readonly kind: string;
  readonly path: string;

  constructor(t: Trial, apiVersion: string, plural: string, kind: string, namespace: string) {
    this.t = t;
    this.apiVersion = apiVersion;
    this.kind = kind;
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    this.path = `${root}${namespace === '' ? '' : `/namespaces/${namespace}`}/${plural}`;
  }

  private at(name: string, sub = ''): string {
    return `${this.path}/${name}${sub === '' ? '' : `/${sub}`}`;
  }

  private typed(object: Loose): Loose {
    return { apiVersion: this.apiVersion, kind: this.kind, ...object };
  }

  create(object: Loose, query: Query = {}): Promise<Loose> {
    return this.t.ask({ method: 'POST', path: this.path, body: this.typed(object), query });
  }

  createSub(name: string, sub: string, object: Loose): Promise<Loose> {
    return this.t.ask({ method: 'POST', path: this.at(name, sub), body: object });
  }

  get(name: string, sub = ''): Promise<Loose> {
    return this.t.ask({ method: 'GET', path: this.at(name, sub) });
  }

  list(query: Query = {}): Promise<Loose> {
    return this.t.ask({ method: 'GET', path: this.path, query });
  }

  async items(query: Query = {}): Promise<Loose[]> {
    return (await this.list(query)).items;
  }

  update(object: Loose, sub = ''): Promise<Loose> {
    return this.t.ask({ method: 'PUT', path: this.at(object.metadata.name, sub), body: this.typed(object) });
  }

  patch(name: string, type: keyof typeof PATCHES, body: unknown, sub = '', query: Query = {}): Promise<Loose> {
    return this.t.ask({ method: 'PATCH', path: this.at(name, sub), body, contentType: PATCHES[type], query });
  }

  remove(name: string, options?: object): Promise<Loose> {
    const body = options === undefined ? {} : { body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options } };
    return this.t.ask({ method: 'DELETE', path: this.at(name), ...body });
  }

  removeAll(query: Query = {}, options: object = {}): Promise<Loose> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...options };
    return this.t.ask({ method: 'DELETE', path: this.path, query, body });
  }

  watch(query: Query = {}): Promise<Stream> {
    return this.t.watch(this.path, query);
  }

  /** Reads, changes and writes, again after a conflict. */
  async change(name: string, change: (object: Loose) => void, sub = ''): Promise<Loose> {
    for (let tries = 0; ; tries++) {
      const object = structuredClone(await this.get(name));
      change(object);
      try {
        return await this.update(object, sub);
      } catch (e) {
        if (!(e instanceof Refused) || e.reply.code !== 409 || tries > 20) throw e;
      }
    }
  }

  /** Until the object is as the condition says; resolves with it. */
  until(name: string, what: string, is: (object: Loose) => boolean, seconds = WAIT): Promise<Loose> {
    return this.t.until(
      `${this.kind} ${name} ${what}`,
      async () => {
        const object = await this.get(name);
        return is(object) ? object : undefined;
      },
      seconds,
    );
  }

  async gone(name: string, seconds = WAIT): Promise<void> {
    await this.t.until(
      `${this.kind} ${name} to be gone`,
      async () => {
        const { code } = await this.t.reply({ method: 'GET', path: this.at(name) });
        return code === 404;
      },
      seconds,
    );
  }
}

export class Trial {
  readonly ns: string;
  readonly server: Server;
  private readonly streams: Stream[] = [];
  private readonly later: (() => Promise<unknown>)[] = [];

  constructor(server: Server, ns: string) {
    this.server = server;
    this.ns = ns;
  }

  reply(call: Call): Promise<Reply> {
    return this.server.call(call);
  }

  /** The body of a success; throws Refused. */
  async ask(call: Call): Promise<Loose> {
    const reply = await this.server.call(call);
    if (reply.code >= 400) throw new Refused(call, reply);
    return reply.body;
  }

  get(path: string, query: Query = {}): Promise<Loose> {
    return this.ask({ method: 'GET', path, query });
  }

  /** `of('apps/v1', 'deployments')`. @param namespace "" for all; the trial's own where it is not given. */
  of(apiVersion: string, plural: string, namespace?: string, kind?: string): Resource {
    const known = resource(apiVersion, plural);
    const inside = (known?.namespaced ?? true) ? (namespace ?? this.ns) : '';
    return new Resource(this, apiVersion, plural, kind ?? known?.kind ?? plural, inside);
  }

  async watch(path: string, query: Query = {}): Promise<Stream> {
    const stream = await this.server.watch(path, { watch: 'true', ...query });
    this.streams.push(stream);
    return stream;
  }

  pause(seconds: number): Promise<void> {
    return this.server.pause(seconds);
  }

  /** Asks again and again until the answer is neither undefined nor false. */
  async until<T>(
    what: string,
    ask: () => Promise<T | undefined | false> | T | undefined | false,
    seconds = WAIT,
  ): Promise<T> {
    const { patience } = this.server;
    for (const end = this.server.now() + seconds * patience; ; ) {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      if (this.server.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
      await this.pause(POLL);
    }
  }

  /** Until the watch has told of an event like that; resolves with its object. */
  event(stream: Stream, type: string, is: (object: Loose) => boolean = () => true, seconds = WAIT): Promise<Loose> {
    return this.until(
      `a ${type} event among ${JSON.stringify(stream.events.map((e) => `${e.type} ${e.object?.metadata?.name}`))}`,
      () => stream.events.find((e) => e.type === type && is(e.object))?.object,
      seconds,
    );
  }

  /** Done when the behaviour is over, whatever came of it. */
  cleanup(run: () => Promise<unknown>): void {
    this.later.push(run);
  }

  async end(): Promise<void> {
    for (const stream of this.streams) stream.stop();
    for (const run of this.later.reverse()) await run().catch(() => undefined);
    const namespaces = this.of('v1', 'namespaces');
    await this.reply({ method: 'DELETE', path: `${namespaces.path}/${this.ns}` });
    await namespaces.gone(this.ns, 300);
  }
}

function resource(apiVersion: string, plural: string): ResourceInfo | undefined {
  return allResources().find((r) => r.plural === plural && apiVersionOf(r) === apiVersion);
}

/** A namespace as upstream's framework makes it: labelled, and with its ServiceAccount and root certificate there. */
export async function begin(server: Server, name: string, level = 'privileged'): Promise<Trial> {
  const t = new Trial(server, name);
  const labels = {
    'e2e-framework': 'behaviours',
    'e2e-run': '00000000-0000-4000-8000-000000000000',
    'pod-security.kubernetes.io/audit': level,
    'pod-security.kubernetes.io/audit-version': 'latest',
    'pod-security.kubernetes.io/enforce': level,
    'pod-security.kubernetes.io/enforce-version': 'latest',
    'pod-security.kubernetes.io/warn': level,
    'pod-security.kubernetes.io/warn-version': 'latest',
  };
  await t.of('v1', 'namespaces').create({ metadata: { name, labels } });
  const accounts = await t.of('v1', 'serviceaccounts').watch({
    fieldSelector: 'metadata.name=default',
    allowWatchBookmarks: 'true',
    sendInitialEvents: 'true',
    resourceVersionMatch: 'NotOlderThan',
  });
  await t.event(accounts, 'ADDED');
  accounts.stop();
  await t.until('the root certificate', async () => {
    const { code, body } = await t.reply({ method: 'GET', path: `${t.of('v1', 'configmaps').path}/kube-root-ca.crt` });
    return code === 200 && body.data['ca.crt'] !== undefined;
  });
  return t;
}

/** Tries a behaviour in a namespace of its own, which is gone when this is over. */
export async function hold(server: Server, { run, level }: Spec, name: string): Promise<void> {
  const t = await begin(server, name, level);
  try {
    await run(t);
  } catch (e) {
    await t.end().catch(() => undefined);
    throw e;
  }
  await t.end();
}

/** Expects a refusal with this code, and returns its Status. */
export async function refused(asked: Promise<unknown>, code: number, reason?: string): Promise<Loose> {
  let done: unknown;
  try {
    done = await asked;
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    const { body } = e.reply;
    if (e.reply.code !== code || (reason !== undefined && body.reason !== reason))
      throw new Error(`expected ${code} ${reason ?? ''}, not ${e.message}`);
    return body;
  }
  throw new Error(`expected ${code} ${reason ?? ''}, not ${JSON.stringify(done)?.slice(0, 300)}`);
}
