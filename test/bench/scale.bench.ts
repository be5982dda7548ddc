// 10,000 pods of one Deployment on 1,000 nodes, tracing on, and how the cost of a pod grows on the way there.
import type { Figure } from './figure.ts';
import { medianRollout, type Rollout, rollOut } from './rollout.ts';

const NODES = 1_000;
const SMALL = 1_000;
const SIZES = [SMALL, 3_000] as const;
const LARGE = 10_000;

const name = (pods: number): string => `${pods.toLocaleString('en-US')} pods on 1,000 nodes`;

/** Milliseconds of wall time a pod, without what it takes until the nodes are there. */
const costOf = ({ seconds, boot, pods }: Rollout): number => ((seconds - boot) * 1000) / pods;

export default function scale(): Figure[] {
  const small = SIZES.map((pods) => medianRollout(3, pods, NODES));
  const large = medianRollout(3, LARGE, NODES);
  const proxied = rollOut(LARGE, NODES, 'proxy');
  const growth = costOf(large) / costOf(small[0] ?? large);
  return [
    { name: `${name(LARGE)}, wall`, value: large.seconds, unit: 's', target: 10, better: 'lower' },
    { name: `${name(LARGE)}, peak memory`, value: large.mib, unit: 'MiB', target: 600, better: 'lower' },
    { name: 'the same with a kube-proxy on each node, wall', value: proxied.seconds, unit: 's', better: 'lower' },
    { name: 'the same with a kube-proxy on each node, memory', value: proxied.mib, unit: 'MiB', better: 'lower' },
    { name: `${name(LARGE)}, cluster time`, value: large.virtual, unit: 's', better: 'lower' },
    { name: '1,000 nodes to be there, wall', value: large.boot, unit: 's', better: 'lower' },
    ...[...small, large].map((r): Figure => {
      return { name: `${name(r.pods)}, a pod`, value: costOf(r), unit: 'ms', better: 'lower' };
    }),
    {
      name: 'cost of a pod, 10,000 against 1,000',
      value: growth,
      unit: 'times',
      // n log n: the cost of one grows as log n.
      target: Math.log(LARGE) / Math.log(SMALL),
      better: 'lower',
    },
  ];
}
