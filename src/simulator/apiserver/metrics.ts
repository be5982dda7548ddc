// `/metrics`: the main series, in Prometheus' text format. Models staging/src/k8s.io/apiserver/pkg/endpoints/metrics.
import type { Answer, Context, Core } from './context.ts';

const TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Counts requests; everything else is read when somebody asks. */
export class Metrics {
  private readonly requests = new Map<string, number>();

  count(ctx: Context, answer: Answer): void {
    const { info } = ctx;
    const verb = info.isResource ? info.verb.toUpperCase() : ctx.request.method;
    const key = `${answer.code} ${ctx.dryRun ? 'All' : ''} ${info.group} ${info.resource} ${info.subresource} ${verb} ${info.version}`;
    this.requests.set(key, (this.requests.get(key) ?? 0) + 1);
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
    return [...this.requests].map(([key, n]) => {
      const [code = '', dryRun = '', group = '', resource = '', subresource = '', verb = '', version = ''] =
        key.split(' ');
      return [{ code, component: 'apiserver', dry_run: dryRun, group, resource, subresource, verb, version }, n];
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
