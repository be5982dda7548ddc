// Whether a controller had a reason to delete one of its pods: what it wants and what it had, as its own object says both.
import type { KubeObject } from '../model/object.ts';

interface Counted extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly currentRevision?: string; readonly updateRevision?: string };
}

const COUNTING = new Set(['ReplicaSet', 'ReplicationController', 'StatefulSet']);

export class Wanted {
  private readonly surplus = new Map<string, boolean>();

  /** Takes in an object as it is now; only those count that say how many pods they want. */
  note(object: KubeObject): void {
    const { kind, metadata, spec, status } = object as Counted;
    if (!COUNTING.has(kind ?? '') || metadata.uid === undefined) return;
    const moreThanWanted = (status?.replicas ?? 0) > (spec?.replicas ?? 1);
    // A StatefulSet deletes pods of an old revision, too, and makes each anew.
    this.surplus.set(metadata.uid, moreThanWanted || status?.currentRevision !== status?.updateRevision);
  }

  forget(uid: string): void {
    this.surplus.delete(uid);
  }

  /** Undefined for an owner that was never seen or that counts otherwise. */
  mayDelete(uid: string): boolean | undefined {
    return this.surplus.get(uid);
  }
}
