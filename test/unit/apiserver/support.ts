// One API server over an empty or fresh store, with callers to ask it.
import { Kernel } from '../../../src/kernel/kernel.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import {
  type ApiRequest,
  type ApiResponse,
  type ApiServer,
  bootstrap,
  type Credential,
  createApiServer,
  type WatchEvent,
} from '../../../src/simulator/apiserver/index.ts';
import { Store } from '../../../src/simulator/store/index.ts';
import { TraceLog } from '../../../src/trace/log.ts';

export const ADMIN: Credential = {
  type: 'certificate',
  commonName: 'kubernetes-admin',
  organizations: ['system:masters'],
};

export interface Bench {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly trace: TraceLog;
  readonly server: ApiServer;
}

export function bench(seed = 'test'): Bench {
  const kernel = new Kernel({ seed, epochMs: Date.UTC(2026, 0, 1) });
  const store = new Store(kernel);
  const trace = new TraceLog();
  const server = createApiServer({ kernel, store, trace, node: 'control-plane-1' });
  bootstrap(server, { address: '192.0.2.1', port: 6443, serviceCidr: '10.96.0.0/16' });
  return { kernel, store, trace, server };
}

type Ask = Partial<ApiRequest> & { readonly q?: Record<string, string> };

/** `ask(b, 'POST /api/v1/namespaces', body)`. */
export function ask(b: Bench, line: string, body?: unknown, more: Ask = {}): ApiResponse {
  const [method = 'GET', path = '/'] = line.split(' ');
  const { q, ...rest } = more;
  const query = q === undefined ? {} : { query: Object.fromEntries(Object.entries(q).map(([k, v]) => [k, [v]])) };
  return b.server.handle({
    method: method as ApiRequest['method'],
    path,
    userAgent: 'test/v1',
    credential: ADMIN,
    ...query,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? { raw: body } : { value: body } }),
    ...rest,
  });
}

// biome-ignore lint/suspicious/noExplicitAny: tests read fields of many kinds
export const bodyOf = (r: ApiResponse): any => r.body;

export function configMap(
  name: string,
  data: Record<string, string> = {},
): KubeObject & { data: Record<string, string> } {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

export function pod(name: string, more: object = {}): KubeObject & { spec: object } {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(more as { metadata?: object }).metadata },
    spec: { containers: [{ name: 'main', image: 'nginx:1.27' }], ...(more as { spec?: object }).spec },
  };
}

/** Starts a watch and collects what it tells. */
export function collect(
  b: Bench,
  path: string,
  q: Record<string, string> = {},
): { events: WatchEvent[]; ended: boolean; stop(): void } {
  const response = ask(b, `GET ${path}`, undefined, { q: { watch: 'true', ...q } });
  const seen = { events: [] as WatchEvent[], ended: false, stop: () => response.watch?.stop() };
  response.watch?.start({
    event: (e) => seen.events.push(e),
    end: () => {
      seen.ended = true;
    },
  });
  return seen;
}

export const shape = (events: readonly WatchEvent[]): string[] =>
  events.map((e) => `${e.type} ${(e.object as KubeObject).metadata.name ?? ''}`);
