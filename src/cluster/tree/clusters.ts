// Rows of the Clusters view: the simulator, each context of the kubeconfig, and what is wrong with the kubeconfig itself.
import type { ContextEntry, KubeconfigProblem } from '../kubeconfig.ts';
import type { SourceState } from '../source.ts';
import { join, md, type Row } from './row.ts';

export interface SimulatorFacts {
  readonly phase: 'stopped' | 'starting' | 'running' | 'crashed';
  readonly controlPlaneNodes: number;
  readonly nodes: number;
  readonly running: boolean;
  readonly speed: number;
  readonly serving?: string;
  readonly message?: string;
}

export interface ClustersInput {
  readonly simulator: SimulatorFacts;
  readonly contexts: readonly ContextEntry[];
  readonly current: string | undefined;
  readonly problems: readonly KubeconfigProblem[];
  readonly shown: string;
  stateOf(id: string): SourceState | undefined;
  nodesOf(id: string): number;
}

export function clusterRows(input: ClustersInput): Row[] {
  return [
    simulatorRow(input),
    ...input.contexts.map((c) => contextRow(c, input)),
    ...input.problems.map((p, i) => problemRow(p, i)),
  ];
}

function simulatorRow({ simulator: s, shown }: ClustersInput): Row {
  const base = { id: 'simulator', label: 'simulator', expand: 'no', context: `simulator.${s.phase}` } as const;
  const mark = shown === 'simulator' ? '\n\nShown in the Anatomy view' : '';
  switch (s.phase) {
    case 'stopped':
      return {
        ...base,
        icon: 'circle-outline',
        tone: 'off',
        description: 'stopped',
        tooltip: `A simulated cluster inside the editor${mark}`,
      };
    case 'starting':
      return { ...base, icon: 'sync', tone: 'busy', description: 'starting …' };
    case 'crashed':
      return { ...base, icon: 'error', tone: 'error', description: 'failed', tooltip: md(s.message ?? '') };
    case 'running': {
      const pace = s.running ? `×${s.speed} ▶` : 'paused ⏸';
      const description = join(`${s.controlPlaneNodes}+${s.nodes} nodes`, pace, s.serving && 'served');
      const tooltip = `A simulated cluster: ${s.controlPlaneNodes} control\\-plane and ${s.nodes} worker nodes${s.serving ? `  \nServed for kubectl at ${md(s.serving)}` : ''}${mark}`;
      const context = s.running ? 'simulator.running' : 'simulator.paused';
      return {
        ...base,
        context,
        icon: s.running ? 'pass-filled' : 'debug-pause',
        tone: s.running ? 'ok' : 'busy',
        description,
        tooltip,
      };
    }
  }
}

function contextRow(c: ContextEntry, input: ClustersInput): Row {
  const id = `context:${c.name}`;
  const state = input.stateOf(id) ?? { phase: 'disconnected' };
  const facts = [
    `**${md(c.name)}**${c.name === input.current ? ' \\(current context\\)' : ''}`,
    c.server && `server ${md(c.server)}`,
    `cluster ${md(c.cluster)}, user ${md(c.user)}`,
    c.exec && `Connect runs the credential plugin ${md(c.exec)}`,
    `from ${md(c.file)}, line ${c.line}`,
    input.shown === id && 'Shown in the Anatomy view',
  ].filter((x) => typeof x === 'string');
  const row = (look: Pick<Row, 'icon' | 'tone' | 'context'> & { description: string }, ...more: string[]): Row => ({
    ...look,
    id,
    label: c.name,
    expand: 'no',
    tooltip: [...more, facts.join('  \n')].join('\n\n'),
  });
  if (c.problem && state.phase !== 'connected') {
    return row(
      { icon: 'warning', tone: 'warning', context: 'context.broken', description: 'not usable' },
      md(c.problem),
    );
  }
  switch (state.phase) {
    case 'disconnected':
      return row({
        icon: 'circle-outline',
        tone: 'off',
        context: 'context.disconnected',
        description: join(c.name === input.current && 'current', 'not connected'),
      });
    case 'connecting':
      return row({ icon: 'sync', tone: 'busy', context: 'context.connecting', description: 'connecting …' });
    case 'failed':
      return row(
        { icon: 'error', tone: 'error', context: 'context.failed', description: state.message },
        `${md(state.message)}  \n${md(state.remedy)}`,
      );
    case 'connected': {
      const nodes = input.nodesOf(id);
      const description = state.stale
        ? `reconnecting … ${state.stale.message}`
        : `connected · ${nodes} node${nodes === 1 ? '' : 's'}`;
      const look = state.stale
        ? ({ icon: 'warning', tone: 'warning' } as const)
        : ({ icon: 'pass-filled', tone: 'ok' } as const);
      return row({ ...look, context: 'context.connected', description });
    }
  }
}

function problemRow(p: KubeconfigProblem, index: number): Row {
  const where = p.line === undefined ? p.file : `${p.file}:${p.line}`;
  return {
    id: `problem:${index}`,
    label: p.file.slice(Math.max(p.file.lastIndexOf('/'), p.file.lastIndexOf('\\')) + 1),
    description: join(p.line !== undefined && `line ${p.line}`, p.message),
    icon: 'warning',
    tone: 'warning',
    tooltip: `${md(where)}  \n${md(p.message)}\n\n${md(p.remedy)}`,
    context: 'problem',
    expand: 'no',
  };
}
