// What this controller has written and its informer has not shown yet. Models
// staging/src/k8s.io/endpointslice/util/endpointslice_tracker.go, v1.36.
import type { EndpointSlice } from '../../../model/generated/discovery.v1.ts';

const GOING = -1;

export class SliceTracker {
  /** By the Service's key: generation of each slice, by uid. */
  private readonly seen = new Map<string, Map<string, number>>();

  private of(service: string): Map<string, number> {
    const known = this.seen.get(service) ?? new Map<string, number>();
    this.seen.set(service, known);
    return known;
  }

  wrote(service: string, slice: EndpointSlice): void {
    this.of(service).set(slice.metadata.uid ?? '', slice.metadata.generation ?? 0);
  }

  deleted(service: string, slice: EndpointSlice): void {
    this.of(service).set(slice.metadata.uid ?? '', GOING);
  }

  /** Whether the slice is not of our own making, or newer than that. */
  isNews(service: string, slice: EndpointSlice): boolean {
    const known = this.seen.get(service)?.get(slice.metadata.uid ?? '');
    return known === undefined || (slice.metadata.generation ?? 0) > known;
  }

  /** Whether the end of the slice comes as a surprise. */
  endIsNews(service: string, slice: EndpointSlice): boolean {
    const slices = this.seen.get(service);
    const uid = slice.metadata.uid ?? '';
    const known = slices?.get(uid);
    if (known === undefined) return false;
    slices?.delete(uid);
    return known !== GOING;
  }

  /** Whether the informer lags behind our own writes. */
  isStale(service: string, slices: readonly EndpointSlice[]): boolean {
    const known = this.seen.get(service);
    if (known === undefined) return false;
    const shown = new Map(slices.map((s) => [s.metadata.uid ?? '', s.metadata.generation ?? 0]));
    if ([...shown].some(([uid, generation]) => (known.get(uid) ?? 0) > generation)) return true;
    return [...known].some(([uid, generation]) => (generation === GOING) === shown.has(uid));
  }

  forget(service: string): void {
    this.seen.delete(service);
  }
}
