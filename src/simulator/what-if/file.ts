// Schedules what a file asks for, in its order, onto given nodes: for the command line, where there is no cluster.
import type { Node, Pod } from '../../model/generated/core.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import { RefusedError } from '../../model/refused.ts';
import { makesPods } from '../../model/templates.ts';
import type { Explained } from '../scheduler/schedule-pods.ts';
import { assume, except } from './beside.ts';
import { asRead, Scratch } from './scratch.ts';
import { type Asked, ask, decide, placed } from './what-if.ts';

/** What came of one object that asks for pods. */
export interface Decided {
  /** `Deployment web`. */
  readonly of: string;
  readonly decisions: readonly Explained[];
  readonly notes: readonly string[];
  /** Why nothing can be said of it, in the API server's words where it is the one to refuse. */
  readonly refused?: string;
}

export interface FileOptions {
  readonly seed: string;
  /** Nodes in the order in which the scheduler gets to know them. */
  readonly nodes: readonly Node[];
  /** What is there already. */
  readonly given: readonly KubeObject[];
  /** What is to be scheduled; objects that ask for no pods count as applied before them. */
  readonly wanted: readonly KubeObject[];
}

/** As a cluster has given it away, or a pod that has its node. */
function isThere(o: KubeObject): boolean {
  return (o.metadata.uid !== undefined && !asks(o)) || (o.kind === 'Pod' && !asks(o));
}

/** Whether pods come of the object that want a node. */
export function asks(o: KubeObject): boolean {
  return makesPods(o.apiVersion ?? '', o.kind ?? '') && !(o.kind === 'Pod' && (o as Pod).spec?.nodeName);
}

/** Throws RefusedError for a node, or another object that is there already, that no API server would have taken. */
export function scheduleFile({ seed, wanted, ...there }: FileOptions): Decided[] {
  const nodes = there.nodes.map(asRead);
  const inPlace = (objects: readonly KubeObject[]): KubeObject[] => objects.map((o) => placed(o, 'default'));
  const asked = inPlace(wanted.filter(asks));
  const given = inPlace([...there.given, ...wanted.filter(isThere)]).map(asRead);
  const scratch = Scratch.with([...nodes, ...given], seed);
  const beside = inPlace(wanted.filter((o) => !asks(o) && !isThere(o)));
  const unknown = except(beside);
  const assumed = [...beside, ...asked].map((o) => assume(scratch, o, unknown)).slice(beside.length);
  const answers = asked.map((o, i) => {
    const { notes, ...rest } = answer(scratch, o, beside);
    return { of: `${o.kind} ${o.metadata.name ?? ''}`.trim(), notes: [...(assumed[i] ?? []), ...notes], ...rest };
  });
  const decisions = decide(
    scratch,
    nodes,
    answers.flatMap((a) => a.pods),
    seed,
  );
  let next = 0;
  return answers.map(({ pods, ...rest }) => {
    next += pods.length;
    return { ...rest, decisions: decisions.slice(next - pods.length, next) };
  });
}

type Answer = Pick<Asked, 'notes' | 'pods'> & Pick<Decided, 'refused'>;

function answer(scratch: Scratch, o: KubeObject, beside: readonly KubeObject[]): Answer {
  try {
    return ask(scratch, o, { namespace: 'default', beside, most: Number.POSITIVE_INFINITY });
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return { pods: [], notes: [], refused: error.message };
  }
}
