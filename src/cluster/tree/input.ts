// What the Anatomy tree is made from, and what its parts share.
import type { Pod } from '../../model/generated/core.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import type { ObjectCache } from '../cache.ts';
import type { Explained } from '../failure.ts';
import type { ResourceName } from '../resources.ts';
import { md, type Row } from './row.ts';

export const SYSTEM = 'kube-system';
/** A list longer than this is cut, and says so. */
const MOST_ROWS = 1000;

/** What is known of machines and components beyond the API: the simulator's own knowledge. */
export interface KnownMachine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly running: boolean;
  readonly components: readonly {
    readonly component: string;
    readonly running: boolean;
    readonly stoppable: boolean;
    readonly detail?: string;
  }[];
}

export interface AnatomyInput {
  readonly cache: ObjectCache;
  /** What the cluster's clocks show now, milliseconds since 1970. */
  readonly nowMs: number;
  readonly machines?: readonly KnownMachine[];
  readonly missing?: ReadonlyMap<ResourceName, Explained>;
}

export function note(id: string, label: string, tooltip?: string): Row {
  return { id, label, icon: 'info', tone: 'plain', context: 'note', expand: 'no', ...(tooltip ? { tooltip } : {}) };
}

/** Where a list was refused, the row says so in the place of the objects. */
export function refused(id: string, resource: ResourceName, { missing }: AnatomyInput): Row[] {
  const why = missing?.get(resource);
  return why
    ? [note(`${id}/note:${resource}`, `You may not list ${resource}`, `${md(why.message)}\n\n${md(why.remedy)}`)]
    : [];
}

export function cut(id: string, rows: Row[]): Row[] {
  if (rows.length <= MOST_ROWS) return rows;
  return [
    ...rows.slice(0, MOST_ROWS),
    note(`${id}/note:more`, `… and ${rows.length - MOST_ROWS} more that are not shown`),
  ];
}

export const collator = new Intl.Collator('en', { numeric: true });

export function byName(a: KubeObject, b: KubeObject): number {
  return collator.compare(a.metadata.name ?? '', b.metadata.name ?? '');
}

export function podId(parent: string, pod: Pod): string {
  return `${parent}/pod:${pod.metadata.namespace ?? ''}:${pod.metadata.name ?? ''}`;
}
