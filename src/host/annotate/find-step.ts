// Which recorded step shows a component at work on an object of a manifest: something that came of the last time somebody
// applied the object.
import type { ExplainedObject } from '../../manifest/explanation.ts';
import { isWrite } from '../../trace/fold.ts';
import type { Step, StepId } from '../../trace/step.ts';

/** Where the simulator puts what names no namespace. */
const DEFAULT_NAMESPACE = 'default';

/** The last time a person wrote the object; undefined where that is not in the trace. */
export function appliedStep(steps: readonly Step[], object: ExplainedObject): Step | undefined {
  return steps.findLast(({ actor, object: o, ...step }) => {
    if (actor.component !== 'user' || !o || o.kind !== object.kind || o.name !== object.name) return false;
    if (o.namespace !== undefined && o.namespace !== (object.namespace ?? DEFAULT_NAMESPACE)) return false;
    return isWrite({ actor, ...step }) && (step.request?.code ?? 0) < 400;
  });
}

/** The first step of the component that goes back to `from`, or `from` itself for the API server and for the person. */
export function stepOf(steps: readonly Step[], from: Step, component: string): Step | undefined {
  if (component === 'kube-apiserver' || component === 'etcd' || component === 'user') return from;
  const came = new Set<StepId>([from.id]);
  for (const step of steps) {
    if (step.id <= from.id || !step.causes.some((cause) => came.has(cause))) continue;
    if (step.actor.component === component && !step.routine) return step;
    came.add(step.id);
  }
  return undefined;
}
