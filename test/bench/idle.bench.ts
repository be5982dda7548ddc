// What it takes to do nothing: five minutes of a cluster's time in which 1,000 nodes only say that they are there.
import { Cluster } from '../../src/simulator/cluster.ts';
import { type Figure, median } from './figure.ts';

const SECOND = 1_000_000;
const MIB = 1024 * 1024;

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / MIB;
}

export default async function idle(): Promise<Figure[]> {
  const cluster = new Cluster({ nodes: 1_000, runtime: 'fake' });
  // Past the first compaction and the first five minutes, after which nothing more should pile up.
  cluster.runUntil(660 * SECOND);
  const before = heap();
  const steps = cluster.lastStep;
  const count = 5;
  const seconds = await median(count, () => {
    const from = performance.now();
    cluster.runUntil(cluster.now + 300 * SECOND);
    return (performance.now() - from) / 1000;
  });
  const name = '5 minutes of 1,000 idle nodes';
  return [
    { name: `${name}, wall`, value: seconds, unit: 's', target: 5, better: 'lower' },
    { name: `${name}, steps`, value: (cluster.lastStep - steps) / count, unit: '', better: 'lower' },
    { name: `${name}, memory that stays`, value: (heap() - before) / count, unit: 'MiB', better: 'lower' },
  ];
}
