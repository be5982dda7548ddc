// `kube-anatomy trace`: applies a manifest in a fresh simulated cluster and prints what every component did.
import { applyManifest } from '../../cluster/apply/apply.ts';
import { findComponent } from '../../knowledge/components.ts';
import { RefusedError } from '../../model/refused.ts';
import { Cluster } from '../../simulator/cluster.ts';
import { FanOuts } from '../../trace/fanout.ts';
import { TraceIndex } from '../../trace/query.ts';
import type { Step } from '../../trace/step.ts';
import { duration, line, watchersText } from '../../trace/words.ts';
import type { Command } from './args.ts';
import { readText } from './read.ts';

const MINUTE = 60_000_000;

export const trace: Command = {
  name: 'trace',
  positionals: ['FILE.yaml'],
  about: `Applies a manifest in a fresh simulated cluster and prints the transcript.
Times are virtual, counted from the apply.`,
  flags: {
    json: { type: 'boolean', help: 'print the steps as a JSON array' },
    all: { type: 'boolean', help: 'upkeep too: heartbeats, informers, Events' },
    nodes: { type: 'number', value: 'N', help: 'worker nodes', default: 3, min: 0, max: 1000 },
    cloud: { type: 'boolean', help: 'a simulated cloud gives load balancers and disks' },
    seed: { type: 'string', value: 'S', help: 'the same seed and input give the same steps', default: '1' },
    minutes: {
      type: 'number',
      value: 'M',
      help: 'virtual time to watch at the most',
      default: 5,
      min: 0.01,
      max: 100_000,
    },
  },
  async run(values, [file = '']) {
    const cluster = new Cluster({
      seed: String(values.seed),
      nodes: Number(values.nodes),
      cloud: values.cloud === true,
    });
    cluster.settle(MINUTE);
    const from = cluster.now;
    const last = cluster.lastStep;
    const result = applyManifest(readText(file), 'default', {
      request: ({ discovery, ...r }) => cluster.request({ ...r, observer: discovery ?? false }),
    });
    const failed = result.objects.filter((o) => o.result === 'failed');
    if (failed.length > 0) throw new RefusedError(failed.map((o) => `${file}:${o.line}: ${o.message}`).join('\n'));
    if (result.objects.length === 0)
      throw new RefusedError(
        `${file} holds no Kubernetes object.`,
        'Every object needs apiVersion, kind and metadata.name.',
      );
    for (const w of result.warnings) process.stderr.write(`Warning: ${w}\n`);
    cluster.settle(Number(values.minutes) * MINUTE);
    const steps = cluster.stepsAfter(last).filter((s) => values.all === true || !s.routine);
    const names = { component: findComponent };
    const fans = new FanOuts(new TraceIndex(steps));
    const told = (s: Step): string => {
      const watchers = fans.of(s);
      return watchers.length === 0 ? '' : ` ${watchersText(names, watchers)}`;
    };
    process.stdout.write(
      values.json === true
        ? `${JSON.stringify(steps, null, 1)}\n`
        : steps.map((s) => `${duration(s.at - from).padStart(10)}  ${line(names, s)}${told(s)}\n`).join(''),
    );
    return 0;
  },
};
