// A cluster with hollow nodes in this process, on its virtual clock.
import path from 'node:path';
import { openApiFrom } from '../../../src/node/openapi.ts';
import { yaml } from '../../../src/node/yaml.ts';
import type { ApiRequest, WatchEvent } from '../../../src/simulator/apiserver/index.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import type { RuntimeMode } from '../../../src/simulator/kubelet/kubelet.ts';
import type { Call, Query, Reply, Server, Stream } from './trial.ts';

/** µs: a request takes about this long. */
const REQUEST = 2_000;
const OPENAPI = path.join(import.meta.dirname, '../../../src/node/generated');
const SECOND = 1_000_000;

const grouped = (query: Query | undefined): Record<string, string[]> =>
  Object.fromEntries(Object.entries(query ?? {}).map(([name, value]) => [name, [value]]));

export class InProcess implements Server {
  readonly cluster: Cluster;
  readonly patience = 1;

  constructor(seed: string, runtime: RuntimeMode = 'fake') {
    this.cluster = new Cluster({
      seed,
      nodes: 3,
      nodePrefix: 'node',
      registerControlPlane: false,
      nodeCpu: '1',
      nodeMemory: '3840Mi',
      runtime,
      openapi: openApiFrom(OPENAPI),
      yaml,
    });
    this.cluster.runUntil(30 * SECOND);
  }

  private handle({ method, path, query, body, contentType, accept }: Call): ReturnType<Cluster['server']['handle']> {
    const request: ApiRequest = {
      method,
      path,
      query: grouped(query),
      ...(body === undefined ? {} : { body: { raw: typeof body === 'string' ? body : JSON.stringify(body) } }),
      ...(body === undefined ? {} : { contentType: contentType ?? 'application/json' }),
      accept: accept ?? 'application/vnd.kubernetes.protobuf, */*',
      userAgent: 'e2e.test/v1.36.2 (linux/amd64) kubernetes/0000000',
      credential: { type: 'certificate', commonName: 'kubernetes-admin', organizations: ['system:masters'] },
    };
    const response = this.cluster.server.handle(request);
    this.cluster.runUntil(this.cluster.now + REQUEST);
    return response;
  }

  async call(call: Call): Promise<Reply> {
    const { code, contentType, body, text } = this.handle(call);
    return { code, contentType, body: body === undefined ? text : JSON.parse(JSON.stringify(body)) };
  }

  async watch(path: string, query: Query): Promise<Stream> {
    const { code, body, watch } = this.handle({ method: 'GET', path, query });
    if (watch === undefined) throw new Error(`watch ${path}: ${code} ${JSON.stringify(body)}`);
    const events: WatchEvent[] = [];
    watch.start({ event: (e) => events.push(e), end: () => undefined });
    return { events, stop: () => watch.stop() };
  }

  async pause(seconds: number): Promise<void> {
    this.cluster.runUntil(this.cluster.now + seconds * SECOND);
  }

  now(): number {
    return this.cluster.wallMs / 1000;
  }
}
