// Runs a simulation twice from one step on, without and with a change. A fork is a replay: what waits in the processes of a
// running simulation is never copied.
import { applyManifest } from '../cluster/apply/apply.ts';
import { isRecord } from '../model/object.ts';
import { redact } from '../model/redact.ts';
import { RefusedError } from '../model/refused.ts';
import { resourceOf } from '../model/resources.ts';
import { isStatus } from '../model/status.ts';
import type { ObjectRef, StepId } from '../trace/step.ts';
import { type Change, type CompareOptions, type Comparison, type Entry, FORK_LIMITS, type Future } from './futures.ts';
import { compareObjects, type StoredObject } from './futures-objects.ts';
import { Replay, unheardText } from './futures-replay.ts';
import type { Simulation } from './journal.ts';
import type { StartOptions, WireRequest, WireResponse } from './worker.ts';

/** Throws RefusedError for what cannot be repeated, and for a change that the cluster refuses. */
export function compareFutures(
  create: (options: StartOptions) => Simulation,
  options: CompareOptions,
  progress: (done: number) => void,
): Comparison {
  const { inputs, step, change, forUs, repeat } = options;
  if (!inputs.whole)
    throw new RefusedError(
      'Too much came into this simulation for it to be repeated.',
      'Reset the simulator; a fork works again from then on.',
    );
  const run = (part: number): Replay => new Replay(create, inputs, (done) => progress((part + done) / 2));
  const first = run(0);
  const end = step.at + forUs;
  first.runToStep(options, end);
  const fork = first.simulation.lastStep;
  const { now: at } = first.simulation;
  const until = at + forUs;
  const notes = [...notesOf(first.left, repeat), ...(first.unheard.length > 0 ? [unheardText(first.unheard)] : [])];
  first.cutOff();
  const atFork = new Set(first.simulation.objects().map(({ ref }) => nameOf(ref)));
  first.runOn(until, repeat);
  const without = futureOf(first.simulation, fork);
  const before = storedOf(first.simulation);

  const second = run(1);
  second.runToStep(options, end);
  second.cutOff();
  make(change, second.simulation);
  const { lastStep } = second.simulation;
  const changeSteps = Array.from({ length: lastStep - fork }, (_, i) => fork + 1 + i);
  second.runOn(until, repeat);
  if (first.unanswered + second.unanswered > 0)
    notes.push(
      'Programs outside of the simulation, such as webhooks, are not asked after the fork: they count as unreachable.',
    );
  const { objects, more } = compareObjects(before, storedOf(second.simulation), (ref) => atFork.has(nameOf(ref)));
  return {
    change,
    fork,
    at,
    until,
    changeSteps,
    without,
    with: futureOf(second.simulation, fork),
    objects,
    moreObjects: more,
    notes,
  };
}

function nameOf({ group, resource, namespace = '', name }: ObjectRef): string {
  return `${resource}.${group}/${namespace}/${name}`;
}

function notesOf(left: readonly Entry[], repeat: boolean): string[] {
  const done = left.filter(({ input }) => isAction(input));
  const notes: string[] = [];
  if (done.length > 0) {
    const times = done.length === 1 ? 'once' : `${done.length} times`;
    notes.push(
      repeat
        ? `What you did after this step (${times}) is repeated in both futures.`
        : `What you did after this step (${times}) is left out of both futures.`,
    );
  }
  return notes;
}

function isAction(input: Entry['input']): boolean {
  if (input.type === 'request') return input.request.method !== 'GET' && !input.request.observer;
  if (input.type === 'served') return isRecord(input.request) && input.request.method !== 'GET';
  return input.type === 'fault' || input.type === 'connect';
}

function futureOf(simulation: Simulation, fork: StepId): Future {
  const steps = simulation.stepsAfter(fork, FORK_LIMITS.steps);
  return { steps, whole: (steps.at(-1)?.id ?? fork) >= simulation.lastStep };
}

function storedOf(simulation: Simulation): StoredObject[] {
  return simulation.objects().map(({ ref, value }) => ({ ref, value: redact(value) }));
}

/** Throws a RefusedError with what the cluster says against it. */
function make(change: Change, simulation: Simulation): void {
  switch (change.type) {
    case 'stop':
    case 'start':
      simulation.fault(change.type, change.target);
      return;
    case 'cordon':
    case 'uncordon': {
      const spec = { unschedulable: change.type === 'cordon' ? true : null };
      const path = `/api/v1/nodes/${change.node}`;
      answered(ask(simulation, { method: 'PATCH', path, contentType: MERGE, body: { spec } }));
      return;
    }
    case 'delete':
      answered(ask(simulation, { method: 'DELETE', path: pathOf(change.object) }));
      return;
    case 'scale': {
      const body = { spec: { replicas: change.replicas } };
      const path = `${pathOf(change.object)}/scale`;
      answered(ask(simulation, { method: 'PATCH', path, contentType: MERGE, body }));
      return;
    }
    case 'apply':
      apply(change, simulation);
  }
}

/** Answered at once: nobody outside is asked. */
function ask(simulation: Simulation, request: WireRequest): WireResponse {
  let answer: WireResponse = { code: 0, step: 0 };
  simulation.submit(request, (response) => {
    answer = response;
  });
  return answer;
}

const MERGE = 'application/merge-patch+json';

function pathOf({ group, resource, namespace, name }: ObjectRef): string {
  const version = resourceOf(group, resource)?.version ?? 'v1';
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${resource}/${name}`;
}

function answered({ code, body, text }: WireResponse): void {
  if (code >= 200 && code < 300) return;
  const said = isStatus(body) ? (body.message ?? body.reason) : text;
  throw refused(code === 0 ? 'kube-apiserver is stopped at this step: nobody answers.' : (said ?? `code ${code}`));
}

function apply({ manifest, namespace }: Extract<Change, { readonly type: 'apply' }>, simulation: Simulation): void {
  const send = (request: WireRequest & { readonly discovery?: boolean }): WireResponse => {
    const { discovery, ...rest } = request;
    return ask(simulation, { ...rest, ...(discovery ? { observer: true } : {}) });
  };
  const { objects } = applyManifest(manifest, namespace, { request: send });
  const failed = objects.find(({ result }) => result === 'failed');
  if (failed) throw refused(`${failed.kind} ${failed.name}`.trim().concat(`, line ${failed.line}: ${failed.message}`));
  if (objects.length === 0) throw refused('The manifest holds no object.');
}

function refused(message: string): RefusedError {
  return new RefusedError(`The change cannot be made: ${message}`, 'Choose another change, or another step.');
}
