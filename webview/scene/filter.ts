// Which steps are shown. Hidden steps still happened: the picture is always the whole cluster.
import { objectKey } from '../../src/trace/fold.ts';
import type { Step } from '../../src/trace/step.ts';

export interface Filter {
  readonly hideRoutine: boolean;
  /** `''`: all. Objects without a namespace pass always. */
  readonly namespace: string;
  /** Key of an object, to follow it alone. */
  readonly object?: string;
  /** Follow its owners and dependants, too. */
  readonly family?: boolean;
  /** Id of a component; `''`: all. */
  readonly component?: string;
  /** Kind of step; `''`: all. */
  readonly kind?: string;
  /** µs, both ends included. */
  readonly range?: { readonly from: number; readonly to: number };
  /** Words that a step must all contain: component, kind, name, action, sentence. */
  readonly query: string;
}

export const NO_FILTER: Filter = { hideRoutine: true, namespace: '', query: '' };

/** `family` are the keys of the object that is followed, its owners and its dependants. */
export function passes(filter: Filter, family?: ReadonlySet<string>): (step: Step) => boolean {
  const { component = '', kind = '', range } = filter;
  const isFollowed = (key: string): boolean => (filter.family && family ? family.has(key) : key === filter.object);
  const words = filter.query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return (step) => {
    if (filter.hideRoutine && step.routine) return false;
    const namespace = step.object?.namespace;
    if (filter.namespace !== '' && namespace !== undefined && namespace !== filter.namespace) return false;
    if (filter.object !== undefined && (!step.object || !isFollowed(objectKey(step.object)))) return false;
    if (component !== '' && step.actor.component !== component) return false;
    if (kind !== '' && step.kind !== kind) return false;
    if (range && (step.at < range.from || step.at > range.to)) return false;
    if (words.length === 0) return true;
    const text = haystack(step);
    return words.every((word) => text.includes(word));
  };
}

function haystack({ actor, object, action, text, request }: Step): string {
  const of = object ? `${object.kind} ${object.resource}/${object.name} ${object.namespace ?? ''}` : '';
  return `${actor.component} ${actor.node ?? ''} ${of} ${action} ${request?.method ?? ''} ${text}`.toLowerCase();
}
