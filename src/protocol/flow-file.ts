// A trace as a file: everything a flow panel needs to show it again anywhere. One step stands on each line, so that what is
// left of a file that was cut off can still be shown.
import type { Step } from '../trace/step.ts';
import type { FlowObject, Topology } from './flow.ts';

export const TRACE_FORMAT = 'kube-anatomy-trace';
export const TRACE_VERSION = 1;

export interface TraceFile {
  /** Of the source that the steps came from: `simulator`. */
  readonly source: string;
  readonly topology: Topology;
  readonly objects: readonly FlowObject[];
  readonly steps: readonly Step[];
  /** What clocks showed at 0 µs, milliseconds since 1970; absent where it is not known. */
  readonly epochMs?: number;
}

export function writeTrace({ source, topology, objects, steps, epochMs }: TraceFile): string {
  const epoch = epochMs === undefined ? {} : { epochMs };
  const head = { format: TRACE_FORMAT, version: TRACE_VERSION, source, ...epoch, topology, objects };
  const open = JSON.stringify(head).slice(0, -1);
  return `${open},"steps":[\n${steps.map((step) => JSON.stringify(step)).join(',\n')}\n]}\n`;
}
