// Which steps are shown. Hidden steps still happened: the picture is always the whole cluster.
import { objectKey } from '../../src/trace/fold.ts';
import type { Step } from '../../src/trace/step.ts';

export interface Filter {
  readonly hideRoutine: boolean;
  /** `''`: all. Objects without a namespace pass always. */
  readonly namespace: string;
  /** Key of an object, to follow it alone. */
  readonly object?: string;
  /** Words that a step must all contain: component, kind, name, action, sentence. */
  readonly query: string;
}

export const NO_FILTER: Filter = { hideRoutine: true, namespace: '', query: '' };

export function passes(filter: Filter): (step: Step) => boolean {
  const words = filter.query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return (step) => {
    if (filter.hideRoutine && step.routine) return false;
    const namespace = step.object?.namespace;
    if (filter.namespace !== '' && namespace !== undefined && namespace !== filter.namespace) return false;
    if (filter.object !== undefined && (!step.object || objectKey(step.object) !== filter.object)) return false;
    if (words.length === 0) return true;
    const text = haystack(step);
    return words.every((word) => text.includes(word));
  };
}

function haystack({ actor, object, action, text, request }: Step): string {
  const of = object ? `${object.kind} ${object.resource}/${object.name} ${object.namespace ?? ''}` : '';
  return `${actor.component} ${actor.node ?? ''} ${of} ${action} ${request?.method ?? ''} ${text}`.toLowerCase();
}
