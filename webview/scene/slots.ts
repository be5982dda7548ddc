// Which place a pod has on its node: the lowest that is free when it comes, kept until it leaves. Nothing ever moves up.
import { lastAt, type ObjectKey } from '../../src/trace/fold.ts';

interface Stay {
  readonly after: number;
  /** Undefined: the pod is gone. */
  readonly slot: number | undefined;
}

export class PodSlots {
  private readonly taken = new Map<string, (ObjectKey | undefined)[]>();
  private readonly where = new Map<ObjectKey, { node: string; slot: number }>();
  private readonly stays = new Map<ObjectKey, Stay[]>();
  private crowd = 0;

  /** The most places that one node ever needed. */
  get most(): number {
    return this.crowd;
  }

  /** The pod is on this node after `count` steps (`''`: on none); undefined: it is gone. */
  move(pod: ObjectKey, node: string | undefined, count: number): void {
    const now = this.where.get(pod);
    if (now?.node === node) return;
    if (now) this.places(now.node)[now.slot] = undefined;
    if (node === undefined) {
      this.where.delete(pod);
      this.note(pod, { after: count, slot: undefined });
      return;
    }
    const places = this.places(node);
    const free = places.indexOf(undefined);
    const slot = free < 0 ? places.length : free;
    places[slot] = pod;
    if (node !== '') this.crowd = Math.max(this.crowd, slot + 1);
    this.where.set(pod, { node, slot });
    this.note(pod, { after: count, slot });
  }

  slotAt(pod: ObjectKey, count: number): number | undefined {
    return lastAt(this.stays.get(pod) ?? [], count)?.slot;
  }

  private places(node: string): (ObjectKey | undefined)[] {
    let places = this.taken.get(node);
    if (!places) {
      places = [];
      this.taken.set(node, places);
    }
    return places;
  }

  private note(pod: ObjectKey, stay: Stay): void {
    const list = this.stays.get(pod);
    if (list) list.push(stay);
    else this.stays.set(pod, [stay]);
  }
}
