// A small cluster whose containers start at once, played on the virtual clock: what controllers write and say.
import { readManifest } from '../../../src/cluster/apply/text.ts';
import type { Event } from '../../../src/model/generated/core.v1.ts';
import type { KubeList, KubeObject } from '../../../src/model/object.ts';
import { resourceForKind } from '../../../src/model/resources.ts';
import { Cluster } from '../../../src/simulator/cluster.ts';
import type { ClusterOptions } from '../../../src/simulator/options.ts';

const SECOND = 1_000_000;

export class Played {
  readonly cluster: Cluster;

  constructor(options: Partial<ClusterOptions> = {}) {
    this.cluster = new Cluster({ runtime: 'fake', nodes: 3, nodeCpu: '1', nodeMemory: '3840Mi', ...options });
    this.run(60);
  }

  run(seconds: number): void {
    this.cluster.runUntil(this.cluster.now + seconds * SECOND);
  }

  /** Creates each object of a manifest, in `default` where it names no namespace. */
  create(text: string): void {
    for (const { object } of readManifest(text).objects) {
      const o = object as unknown as KubeObject;
      const r = resourceForKind(o.apiVersion ?? '', o.kind ?? '');
      if (r === undefined) throw new Error(`no resource for ${o.kind}`);
      const root = r.group === '' ? '/api/v1' : `/apis/${o.apiVersion}`;
      const within = r.namespaced ? `/namespaces/${o.metadata.namespace ?? 'default'}` : '';
      this.ask('POST', `${root}${within}/${r.plural}`, o);
    }
  }

  patch(path: string, body: object, subresource = ''): void {
    const contentType = 'application/merge-patch+json';
    const { code, body: answer } = this.cluster.request({
      method: 'PATCH',
      path: path + subresource,
      body,
      contentType,
    });
    if (code >= 300) throw new Error(`PATCH ${path}: ${code} ${JSON.stringify(answer)}`);
  }

  delete(path: string): void {
    this.ask('DELETE', path);
  }

  get<T extends KubeObject>(path: string): T | undefined {
    const { code, body } = this.cluster.request({ method: 'GET', path, observer: true });
    return code === 200 ? (body as T) : undefined;
  }

  list<T extends KubeObject>(path: string): readonly T[] {
    return (this.cluster.request({ method: 'GET', path, observer: true }).body as KubeList<T>).items;
  }

  /** `Normal Reason: message`, counted where it came more than once, in the order of their first time. */
  events(source: string): string[] {
    return this.list<Event>('/api/v1/events')
      .filter((e) => (e.source?.component || e.reportingComponent) === source)
      .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map((e) => `${e.type} ${e.reason}: ${e.message}${(e.count ?? 1) > 1 ? ` x${e.count}` : ''}`);
  }

  private ask(method: 'POST' | 'DELETE', path: string, value?: object): void {
    const { code, body } = this.cluster.request({ method, path, ...(value ? { body: value } : {}) });
    if (code < 200 || code >= 300) throw new Error(`${method} ${path}: ${code} ${JSON.stringify(body)}`);
  }
}
