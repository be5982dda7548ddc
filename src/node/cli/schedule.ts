// `kube-anatomy schedule`: what kube-scheduler would do with pods on nodes, plugin by plugin, without a cluster.
import { readManifest } from '../../cluster/apply/text.ts';
import type { Node } from '../../model/generated/core.v1.ts';
import { isRecord, type KubeObject } from '../../model/object.ts';
import { RefusedError } from '../../model/refused.ts';
import type { Explained } from '../../simulator/scheduler/schedule-pods.ts';
import { asks, type Decided, scheduleFile } from '../../simulator/what-if/file.ts';
import { type Command, UsageError } from './args.ts';
import { readText } from './read.ts';

/** The items of a list as the API server sends it do not say what they are: the list does. */
function withKinds(text: string): string {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return text;
  }
  if (!isRecord(list) || !Array.isArray(list.items) || typeof list.kind !== 'string') return text;
  const { apiVersion, items } = list;
  const kind = list.kind.replace(/List$/, '');
  if (kind === '') return text;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: items.map((item) => ({ apiVersion, kind, ...item })),
  });
}

/** The objects of a YAML or JSON file, lists unpacked. */
function objectsIn(file: string): KubeObject[] {
  const { objects, problems } = readManifest(withKinds(readText(file)));
  const [problem] = problems;
  if (problem) throw new UsageError(`${file}:${problem.line}: ${problem.message.replace(/\.$/, '')}`);
  const seen = new Set<string>();
  return objects.map(({ object, line }) => {
    const o = object as unknown as KubeObject;
    if (!isRecord(o.metadata))
      throw new UsageError(`${file}:${line}: the ${o.kind} has no metadata: give it a name there`);
    const { name, namespace = 'default', generateName } = o.metadata;
    if (!name && !generateName) throw new UsageError(`${file}:${line}: the ${o.kind} has no metadata.name`);
    const key = `${o.apiVersion} ${o.kind} ${namespace}/${name}`;
    if (name && seen.has(key)) throw new UsageError(`${file}:${line}: the ${o.kind} ${name} is there twice`);
    seen.add(key);
    return o;
  });
}

/** Told on stderr, since the answer goes on without. */
function checkNode({ metadata, status }: Node, file: string): void {
  const { pods } = status?.allocatable ?? status?.capacity ?? {};
  if (pods === undefined)
    process.stderr.write(`${file}: Node ${metadata.name} has no status.allocatable.pods, so no pod fits on it\n`);
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
  for (const [claim, devices] of Object.entries(d.devices ?? {})) lines.push(`  ResourceClaim ${claim}: ${devices}`);
  if (d.message !== null && d.message !== d.detail.why) lines.push(`  ${d.message}`);
  if (d.victims.length > 0) lines.push(`  Preemption on ${d.nominated} would evict ${d.victims.join(', ')}.`);
  return lines.join('\n');
}

/** What is said of one object: its notes, then its pods. */
function blocks({ of, decisions, notes, refused }: Decided): string[] {
  if (refused !== undefined) return [`${of}: refused\n  ${refused}`];
  const about = notes.length > 0 || decisions.length === 0;
  const none = decisions.length === 0 ? ['It asks for no pods.'] : [];
  return [...(about ? [[of, ...none, ...notes].join('\n  ')] : []), ...decisions.map(text)];
}

/** What is there already has to be readable; of what is wanted each is refused by itself. */
function read<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw error instanceof RefusedError ? new UsageError(error.message) : error;
  }
}

export const schedule: Command = {
  name: 'schedule',
  positionals: ['PODS.yaml'],
  about: `Schedules pods, in order, onto nodes and prints each decision. Of Deployments and other kinds with a pod template, the pods
that their controllers would make. Other objects in either file (claims, Services, PriorityClasses, ResourceSlices, running pods)
count as there already. Exits with 1 where kube-apiserver would refuse an object.`,
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
    if (nodes.length === 0) throw new UsageError(`${values.nodes} holds no Node`);
    for (const n of nodes) checkNode(n, String(values.nodes));
    if (!wanted.some(asks)) throw new UsageError(`${file} holds no Pod without a node, and nothing that makes pods`);
    const rest = given.filter((o) => o.kind !== 'Node');
    const decided = read(() => scheduleFile({ seed: String(values.seed), nodes, given: rest, wanted }));
    const refused = decided.filter((d) => d.refused !== undefined);
    if (values.json !== true) process.stdout.write(`${decided.flatMap(blocks).join('\n\n')}\n`);
    else {
      const decisions = decided
        .flatMap((d) => d.decisions)
        .map(({ pod, chosen, filteredOut, weightedScores, total, message }) => ({
          pod,
          chosen,
          filteredOut,
          weightedScores,
          total,
          message,
        }));
      process.stdout.write(`${JSON.stringify({ decisions }, null, 1)}\n`);
      for (const d of refused) process.stderr.write(`${d.of}: ${d.refused}\n`);
    }
    return refused.length > 0 ? 1 : 0;
  },
};
