// What kube-proxies' rules are made from, as it was after a step of the simulation: for a view that begins there, and whose
// steps alone do not tell of it.
import { isRecord, type KubeObject } from '../model/object.ts';
import { Fold, objectKey } from '../trace/fold.ts';
import type { ObjectRef, Step, StepId } from '../trace/step.ts';
import type { FlowObject } from './flow.ts';

/** Services, EndpointSlices, their ranges, and who they are on. */
export const NETWORK: ReadonlySet<string> = new Set(['services', 'endpointslices', 'servicecidrs', 'nodes']);
/** Where more steps are about these, nothing is told: to go through all of them would hold the simulation up. */
const MOST_STEPS = 5_000;

interface Past {
  stepsAfter(id: StepId, limit: number, about?: ReadonlySet<string>): readonly Step[];
  objects(): readonly { readonly ref: ObjectRef; readonly value: KubeObject }[];
}

/** Objects that steps made are folded up to `after`; those that no step ever touched were there before the first. */
export function networkAfter(past: Past, after: StepId): FlowObject[] {
  const steps = past.stepsAfter(0, MOST_STEPS, NETWORK);
  if (steps.length === MOST_STEPS) return [];
  const fold = new Fold();
  const touched = new Set<string>();
  for (const step of steps) {
    if (step.object === undefined || step.request === undefined) continue;
    touched.add(objectKey(step.object));
    if (step.id <= after) fold.add(step);
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
