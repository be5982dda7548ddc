// `/metrics`: the main series, in Prometheus' text format. Models staging/src/k8s.io/apiserver/pkg/endpoints/metrics.
import type { Answer, Context, Core } from './context.ts';

const TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Requests that count as one. */
interface Series {
  readonly code: number;
  readonly dryRun: boolean;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** As in RequestInfo; of what is no resource, the method. */
  readonly verb: string;
  count: number;
}

/** Counts requests; everything else is read when somebody asks. */
export class Metrics {
  /** By resource, so that the list to look through is short. */
  private readonly requests = new Map<string, Series[]>();

  count({ info, request, dryRun }: Context, { code }: Answer): void {
    const { group, version, resource, subresource } = info;
    const verb = info.isResource ? info.verb : request.method;
    let all = this.requests.get(resource);
    if (all === undefined) {
      all = [];
      this.requests.set(resource, all);
    }
    for (const s of all) {
      const same = s.verb === verb && s.subresource === subresource && s.code === code && s.dryRun === dryRun;
      if (!same || s.group !== group || s.version !== version) continue;
      s.count++;
      return;
    }
    all.push({ code, dryRun, group, version, resource, subresource, verb, count: 1 });
  }

  /** @param resources prefix of etcd's keys → name of the resource. */
  text(core: Core, resources: ReadonlyMap<string, string>): Answer {
    const lines = [
      ...family('apiserver_request_total', 'counter', this.requestLines()),
      ...family('apiserver_longrunning_requests', 'gauge', [[{ verb: 'WATCH' }, core.hub.size]]),
      ...family(
        'apiserver_resource_objects',
        'gauge',
        [...resources].map(([prefix, resource]) => [{ resource }, core.store.count(prefix)]),
      ),
      ...family('etcd_debugging_mvcc_current_revision', 'gauge', [[{}, core.store.revision]]),
      ...family('etcd_debugging_mvcc_compact_revision', 'gauge', [[{}, core.store.compactRevision]]),
      ...family('process_start_time_seconds', 'gauge', [[{}, core.kernel.epochMs / 1000]]),
    ];
    return { code: 200, text: `${lines.join('\n')}\n`, contentType: TYPE };
  }

  private requestLines(): [Record<string, string>, number][] {
    return [...this.requests.values()]
      .flat()
      .map(({ code, dryRun, group, resource, subresource, verb, version, count }) => {
        const shown = { group, resource, subresource, verb: verb.toUpperCase(), version };
        return [{ code: String(code), component: 'apiserver', dry_run: dryRun ? 'All' : '', ...shown }, count];
      });
  }
}

function family(name: string, type: string, series: readonly (readonly [object, number])[]): string[] {
  const lines = series.map(([labels, value]) => {
    const text = Object.entries(labels).map(([k, v]) => `${k}=${JSON.stringify(v)}`);
    return `${name}${text.length > 0 ? `{${text.join(',')}}` : ''} ${value}`;
  });
  return [`# TYPE ${name} ${type}`, ...lines.sort()];
}
