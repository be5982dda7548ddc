// Opening a trace: a file of our own, whole or cut off, or a bare list of steps.
import { findComponent } from '../knowledge/components.ts';
import { isRecord, type Json } from '../model/object.ts';
import { RefusedError } from '../model/refused.ts';
import { parseSteps } from '../trace/parse.ts';
import { TRACE_FORMAT, TRACE_VERSION, type TraceFile } from './flow-file.ts';
import { salvage } from './flow-file-salvage.ts';
import { parseToFlow } from './flow-parse.ts';
import { topologyOf } from './flow-topology.ts';

const REMEDY =
  'Choose a file that the flow panel exported as a trace, that `kube-anatomy trace --json` printed, or an audit log (audit.k8s.io/v1, a JSON object on each line).';

export interface OpenedTrace extends TraceFile {
  readonly kind: 'file' | 'audit';
  /** Sentences on what could not be read; the rest is usable. */
  readonly problems: readonly string[];
}

/** Throws a RefusedError when the text holds no trace. */
export function readTrace(text: string): OpenedTrace {
  const whole = parse(text);
  const rest = whole === undefined ? salvage(text) : undefined;
  const value = whole ?? rest?.value;
  const broken = rest?.problems ?? [];
  if (Array.isArray(value)) return ofSteps(value, broken);
  if (!isRecord(value) || value.format !== TRACE_FORMAT)
    throw new RefusedError(
      whole === undefined
        ? 'The file is not JSON, or was cut off near its beginning.'
        : 'The file is JSON, but not a trace.',
      REMEDY,
    );
  if (value.version !== TRACE_VERSION)
    throw new RefusedError(
      `The trace has version ${JSON.stringify(value.version)}; this version of Kube Anatomy reads ${TRACE_VERSION}.`,
      'Install a newer version of the extension.',
    );
  return ofFile(value, broken);
}

/** `broken`: where the file breaks. */
function ofFile(value: Json, broken: readonly string[]): OpenedTrace {
  const list = Array.isArray(value.steps) ? value.steps : [];
  const { steps, problems } = parseSteps(list);
  // The shapes of everything but the steps are those of the message that carries them to the panel.
  const shape = parseToFlow({
    type: 'init',
    protocol: 1,
    source: { id: '', name: value.source, kind: 'file' },
    topology: value.topology,
    objects: value.objects,
    steps: [],
    autoplay: false,
    epochMs: value.epochMs,
  });
  if (!shape.ok || shape.message.type !== 'init')
    throw new RefusedError('The trace is damaged: its list of machines or of objects cannot be read.', REMEDY);
  const { source, topology, objects = [], epochMs } = shape.message;
  const epoch = epochMs === undefined ? {} : { epochMs };
  const told = [...broken, ...problems];
  return { kind: 'file', source: source.name, ...epoch, topology, objects, steps, problems: told };
}

/** Steps alone, as the command line prints them: the machines are those that acted or that the scheduler looked at. */
function ofSteps(list: readonly unknown[], broken: readonly string[]): OpenedTrace {
  const { steps, problems } = parseSteps(list);
  if (steps.length === 0) throw new RefusedError('The file is a list, but holds no step of a trace.', REMEDY);
  const machines = new Map<string, Set<string>>();
  const machine = (name: string): Set<string> => {
    const on = machines.get(name) ?? new Set();
    machines.set(name, on);
    return on;
  };
  for (const { actor, detail } of steps) {
    if (actor.node !== undefined) machine(actor.node).add(actor.component);
    if (detail?.type === 'schedule') for (const { node } of detail.nodes) machine(node);
  }
  const isMaster = (name: string): boolean =>
    [...machine(name)].some((id) => findComponent(id) !== undefined && findComponent(id)?.group !== 'node');
  const names = [...machines.keys()].toSorted();
  const masters = names.filter(isMaster);
  // Of one everything is there; of several, what else runs on which nobody told.
  const acted = (name: string): string[] => [
    ...new Set([...machine(name)].map((id) => findComponent(id)?.process ?? id)),
  ];
  const several = masters.length > 1;
  const topology = topologyOf([
    ...(masters.length > 0 ? masters : ['control plane']).map((name) => ({
      name,
      controlPlane: true,
      ...(several ? { components: acted(name) } : {}),
    })),
    ...names.filter((name) => !isMaster(name)).map((name) => ({ name, controlPlane: false })),
  ]);
  return { kind: 'file', source: 'trace', topology, objects: [], steps, problems: [...broken, ...problems] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
