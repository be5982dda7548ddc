// An audit log as a trace for the panel: its steps, and the machines and callers that it names.
import { findComponent } from '../../knowledge/components.ts';
import { RefusedError } from '../../model/refused.ts';
import type { FlowComponent, Topology } from '../../protocol/flow.ts';
import type { OpenedTrace } from '../../protocol/flow-file-read.ts';
import { topologyOf } from '../../protocol/flow-topology.ts';
import { readAudit } from '../../provenance/audit.ts';
import type { Step } from '../../trace/step.ts';

/** Throws a RefusedError where the log holds no request that was answered. */
export function auditTrace(text: string): OpenedTrace {
  const { steps, epochMs, objects, nodes, problems } = readAudit(text);
  if (steps.length === 0)
    throw new RefusedError(
      problems[0] === undefined
        ? 'The audit log holds no request that was answered.'
        : `The audit log cannot be read: ${problems[0]}`,
      'Record the stage ResponseComplete, in the format audit.k8s.io/v1.',
    );
  return {
    kind: 'audit',
    source: 'audit log',
    topology: topologyFrom(nodes, steps),
    objects,
    steps,
    problems,
    epochMs,
  };
}

/** Machines by name; the control plane's own is not in a log. */
function topologyFrom(nodes: readonly string[], steps: readonly Step[]): Topology {
  const machines = nodes.map((name) => ({ name, controlPlane: false }));
  return withCallers(topologyOf([{ name: 'control plane', controlPlane: true }, ...machines]), steps);
}

/** Who is not known by name is drawn outside, as a caller. */
export function withCallers(topology: Topology, steps: readonly Step[]): Topology {
  const ids = new Set(steps.map(({ actor }) => actor.component));
  return { ...topology, components: [...topology.components, ...[...ids].flatMap(unknownCaller)] };
}

function unknownCaller(id: string): FlowComponent[] {
  if (findComponent(id)) return [];
  const [, , namespace, name] = id.split(':');
  const known = namespace !== undefined && name !== undefined ? `${name} (${namespace})` : id;
  return [{ id, name: known, role: `Calls the API server as ${id}.`, group: 'outside', colour: 'user' }];
}
