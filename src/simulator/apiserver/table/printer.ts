// How the cells of one resource are made. The name, which every table has, is put in front by the caller.
import type { ObjectMeta } from '../../../model/generated/meta.v1.ts';
import { type Cell, since } from './format.ts';

/** @param now milliseconds since 1970. */
export type Printer = (o: never, now: number) => Cell[];

/** By `group/plural`. */
export type Printers = { readonly [resource: string]: Printer };

export function age(o: { readonly metadata?: ObjectMeta | undefined }, now: number): string {
  return since(o.metadata?.creationTimestamp, now);
}
