// The simulator in process, tracing on: 1,000 pods of one Deployment on 100 nodes to all Running.
import type { Figure } from './figure.ts';
import { medianRollout } from './rollout.ts';

export default function simulator(): Figure[] {
  const { seconds, mib, steps, virtual } = medianRollout(3, 1_000, 100);
  return [
    { name: '1,000 pods on 100 nodes, wall', value: seconds, unit: 's', better: 'lower' },
    { name: '1,000 pods on 100 nodes, peak memory', value: mib, unit: 'MiB', better: 'lower' },
    { name: '1,000 pods on 100 nodes, steps', value: steps / seconds, unit: 'steps/s', better: 'higher' },
    { name: '1,000 pods on 100 nodes, cluster time', value: virtual, unit: 's', better: 'lower' },
  ];
}
