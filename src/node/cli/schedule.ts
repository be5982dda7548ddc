// `kube-anatomy schedule`: what kube-scheduler would do with pods on nodes, plugin by plugin, without a cluster.
import { readManifest } from '../../cluster/apply/text.ts';
import type { Node, Pod } from '../../model/generated/core.v1.ts';
import { isRecord, type KubeObject } from '../../model/object.ts';
import { type Explained, schedulePods } from '../../simulator/scheduler/schedule-pods.ts';
import { type Command, UsageError } from './args.ts';
import { readText } from './read.ts';

/** The objects of a YAML or JSON file, lists unpacked. */
function objectsIn(file: string): KubeObject[] {
  const { objects, problems } = readManifest(readText(file));
  const [problem] = problems;
  if (problem) throw new UsageError(`${file}:${problem.line}: ${problem.message}`);
  return objects.map((o) => o.object as unknown as KubeObject).filter((o) => isRecord(o.metadata));
}

function text(d: Explained): string {
  const lines = [`${d.pod}: ${d.chosen ?? 'Pending'}`, `  ${d.detail.why}`];
  const width = Math.max(4, ...d.detail.nodes.map((n) => n.node.length));
  for (const n of d.detail.nodes) {
    const verdict =
      n.rejectedBy === undefined
        ? (n.scores ?? []).map((s) => `${s.plugin} ${s.weighted}`).join(' + ')
        : `${n.rejectedBy}: ${n.reasons?.join(', ')}`;
    lines.push(
      `  ${n.node.padEnd(width)} ${n.rejectedBy === undefined ? '✓' : '✗'} ${n.total === undefined ? '' : `${n.total} = `}${verdict}`,
    );
  }
  if (d.message !== null) lines.push(`  ${d.message}`);
  if (d.victims.length > 0) lines.push(`  Preemption on ${d.nominated} would evict ${d.victims.join(', ')}.`);
  return lines.join('\n');
}

export const schedule: Command = {
  name: 'schedule',
  positionals: ['PODS.yaml'],
  about: `Schedules pods, in order, onto nodes and prints each decision.
Objects other than Pods and Nodes in either file (claims, Services, PriorityClasses, running pods) count as there already.`,
  flags: {
    nodes: {
      type: 'string',
      value: 'FILE',
      help: "the nodes, as 'kubectl get nodes -o json' prints them",
      required: true,
    },
    json: { type: 'boolean', help: 'print the decisions as JSON' },
    seed: { type: 'string', value: 'S', help: 'breaks ties between equal nodes', default: '1' },
  },
  async run(values, [file = '']) {
    const given = objectsIn(String(values.nodes));
    const wanted = objectsIn(file);
    const nodes = given.filter((o) => o.kind === 'Node') as Node[];
    const pods = wanted.filter((o) => o.kind === 'Pod') as Pod[];
    if (nodes.length === 0) throw new UsageError(`${values.nodes} holds no Node`);
    if (pods.length === 0) throw new UsageError(`${file} holds no Pod`);
    const otherObjects = [...given.filter((o) => o.kind !== 'Node'), ...wanted.filter((o) => o.kind !== 'Pod')];
    const decisions = schedulePods(nodes, pods, { seed: String(values.seed), otherObjects });
    if (values.json !== true) process.stdout.write(`${decisions.map(text).join('\n\n')}\n`);
    else {
      const plain = decisions.map(({ pod, chosen, filteredOut, weightedScores, total, message }) => ({
        pod,
        chosen,
        filteredOut,
        weightedScores,
        total,
        message,
      }));
      process.stdout.write(`${JSON.stringify({ decisions: plain }, null, 1)}\n`);
    }
    return 0;
  },
};
