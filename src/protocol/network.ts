// What kube-proxies' rules are made from, as it was after a step of the simulation: for a view that begins there, and whose
// steps alone do not tell of it.
import { isRecord, type KubeObject } from '../model/object.ts';
import { Fold, objectKey } from '../trace/fold.ts';
import type { ObjectRef, Step, StepId } from '../trace/step.ts';
import type { FlowObject } from './flow.ts';

/** Services, EndpointSlices, their ranges, and who they are on. */
export const NETWORK: ReadonlySet<string> = new Set(['services', 'endpointslices', 'servicecidrs', 'nodes']);
/** Of a longer simulation nothing is told: to go through its steps would hold it up. */
const MOST_STEPS = 60_000;
const PAGE = 5_000;

interface Past {
  readonly lastStep: StepId;
  stepsAfter(id: StepId, limit: number): readonly Step[];
  objects(): readonly { readonly ref: ObjectRef; readonly value: KubeObject }[];
}

/** Objects that steps made are folded up to `after`; those that no step ever touched were there before the first. */
export function networkAfter(past: Past, after: StepId): FlowObject[] {
  if (past.lastStep > MOST_STEPS) return [];
  const fold = new Fold();
  const touched = new Set<string>();
  for (let from = 0; from < past.lastStep; ) {
    const page = past.stepsAfter(from, PAGE);
    for (const step of page) {
      if (step.object === undefined || !NETWORK.has(step.object.resource) || step.request === undefined) continue;
      touched.add(objectKey(step.object));
      if (step.id <= after) fold.add(step);
    }
    from = page.at(-1)?.id ?? past.lastStep;
  }
  const made = [...fold.all()].flatMap(({ ref, versions }): FlowObject[] => {
    const value = versions.at(-1)?.value;
    return value !== undefined && isRecord(value.metadata) ? [{ ref, value }] : [];
  });
  const older = past.objects().filter(({ ref }) => NETWORK.has(ref.resource) && !touched.has(objectKey(ref)));
  return [...made, ...older.map(({ ref, value }) => ({ ref, value: withoutOwners(value) }))];
}

function withoutOwners({ metadata: { managedFields: _, ...metadata }, ...rest }: KubeObject): FlowObject['value'] {
  return { ...rest, metadata };
}
