// Random crowded nodes: who preemption takes, against a plain second reading of upstream's rules (v1.36): all pods of lower
// priority go, those that matter most come back while the pod still fits, and of the nodes the least harmed is taken.
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/kernel/random.ts';
import type { Node, Pod } from '../../../src/model/generated/core.v1.ts';
import type { PodDisruptionBudget } from '../../../src/model/generated/policy.v1.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { schedulePods } from '../../../src/simulator/scheduler/schedule-pods.ts';
import { node, pod, requests } from './support.ts';

const ROUNDS = 150;

const cpu = (p: Pod): number => Number.parseInt(String(p.spec?.containers[0]?.resources?.requests?.cpu), 10);
const priority = (p: Pod): number => p.spec?.priority ?? 0;
const started = (p: Pod): string => p.status?.startTime ?? '';
const important = (a: Pod, b: Pod): number => priority(b) - priority(a) || (started(a) < started(b) ? -1 : 1);

interface Harm {
  readonly node: string;
  readonly victims: readonly Pod[];
  readonly violations: number;
}

/** Undefined where the pod does not fit even without them, or where nobody has to go. */
function harmOn(
  n: Node,
  there: readonly Pod[],
  preemptor: Pod,
  budgets: readonly PodDisruptionBudget[],
): Harm | undefined {
  const lower = there.filter((p) => priority(p) < priority(preemptor)).sort(important);
  let free = Number.parseInt(String(n.status?.allocatable?.cpu), 10) - cpu(preemptor);
  for (const p of there) if (!lower.includes(p)) free -= cpu(p);
  if (free < 0 || lower.length === 0) return undefined;
  const left = budgets.map((b) => b.status?.disruptionsAllowed ?? 0);
  const protectedPods = lower.filter((p) => {
    let violates = false;
    budgets.forEach((b, i) => {
      if (b.spec?.selector?.matchLabels?.app !== p.metadata.labels?.app) return;
      left[i] = (left[i] ?? 0) - 1;
      violates ||= (left[i] ?? 0) < 0;
    });
    return violates;
  });
  const victims: Pod[] = [];
  let violations = 0;
  for (const p of [...protectedPods, ...lower.filter((x) => !protectedPods.includes(x))]) {
    if (cpu(p) <= free) free -= cpu(p);
    else {
      victims.push(p);
      if (protectedPods.includes(p)) violations++;
    }
  }
  return victims.length === 0
    ? undefined
    : { node: n.metadata.name ?? '', victims: victims.sort(important), violations };
}

/** The less, the better; each counts where those before it are equal. */
const measures: readonly ((h: Harm) => number | string)[] = [
  (h) => h.violations,
  (h) => Math.max(...h.victims.map(priority)),
  (h) => h.victims.reduce((sum, p) => sum + priority(p) + 2 ** 31, 0),
  (h) => h.victims.length,
];

function leastHarm(all: readonly Harm[]): readonly Harm[] {
  let left = all;
  for (const of of measures) {
    const best = left.map(of).sort((a, b) => Number(a) - Number(b))[0];
    left = left.filter((h) => of(h) === best);
  }
  const earliest = (h: Harm): string =>
    h.victims
      .filter((p) => priority(p) === priority(h.victims[0] as Pod))
      .map(started)
      .sort()[0] ?? '';
  const last = left.map(earliest).sort().at(-1);
  return left.filter((h) => earliest(h) === last);
}

describe('preemption on random nodes', () => {
  it.each(Array.from({ length: ROUNDS }, (_, i) => `seed-${i}`))('takes whom upstream would take: %s', (seed) => {
    const random = new Random(seed);
    const one = <T>(of: readonly T[]): T => of[random.int(of.length)] as T;
    const nodes = ['a', 'b', 'c', 'd'].map((n) =>
      node(n, { allocatable: { cpu: '1000m', memory: '64Gi', pods: '99' } }),
    );
    const running: Pod[] = [];
    for (const n of nodes) {
      let free = 1000;
      for (let i = 0; free >= 100; i++) {
        const size = Math.min(free, one([100, 200, 300, 500]));
        free -= size;
        running.push(
          pod(`${n.metadata.name}${i}`, {
            nodeName: n.metadata.name ?? '',
            priority: one([-5, 0, 10, 20, 100]),
            labels: { app: one(['x', 'y', 'z']) },
            ...requests(`${size}m`),
            status: { phase: 'Running', startTime: `2026-01-01T00:00:${10 + random.int(50)}Z` },
          }),
        );
      }
    }
    const budgets = ['x', 'y'].map((app) => ({
      apiVersion: 'policy/v1' as const,
      kind: 'PodDisruptionBudget' as const,
      metadata: { name: app, namespace: 'default' },
      spec: { selector: { matchLabels: { app } } },
      status: { currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: random.int(2), expectedPods: 1 },
    }));
    const preemptor = pod('p', { priority: one([5, 15, 50, 1000]), ...requests(`${one([200, 400, 700, 1000])}m`) });
    const otherObjects = [...running, ...budgets] as unknown as KubeObject[];
    const [d] = schedulePods(nodes, [preemptor], { seed, otherObjects });
    const on = (n: Node): Pod[] => running.filter((p) => p.spec?.nodeName === n.metadata.name);
    const best = leastHarm(nodes.flatMap((n) => harmOn(n, on(n), preemptor, budgets) ?? []));
    const shown = best.map((h) => [h.node, h.victims.map((v) => `default/${v.metadata.name}`)]);
    if (shown.length === 0) expect([d?.nominated, d?.victims]).toEqual([undefined, []]);
    else expect(shown).toContainEqual([d?.nominated, d?.victims]);
  });
});
