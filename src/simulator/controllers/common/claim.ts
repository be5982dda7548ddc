// Which of the objects that a selector matches belong to an owner: take orphans in, let go of what no longer matches.
// Models BaseControllerRefManager in pkg/controller/controller_ref_manager.go.
import type { Process } from '../../../kernel/process.ts';
import type { OwnerReference } from '../../../model/generated/meta.v1.ts';
import { controllerOf, type KubeObject } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { Client } from '../../runtime/client.ts';
import type { Kind } from '../../runtime/kinds.ts';

export interface Claim<T extends KubeObject> {
  readonly kind: Kind<T>;
  readonly owner: KubeObject;
  readonly ref: OwnerReference;
  readonly matches: (object: T) => boolean;
  readonly causes: readonly StepId[];
  /** Comes with adoption and goes with release. */
  readonly finalizer?: string;
}

/** The claimed objects; a refused adoption or release is answered as an error, for a retry. */
export function* claim<T extends KubeObject>(
  client: Client,
  c: Claim<T>,
  candidates: readonly T[],
): Process<{ claimed: T[]; error?: string }> {
  const claimed: T[] = [];
  let error: string | undefined;
  for (const o of candidates) {
    const controller = controllerOf(o);
    if (controller !== undefined) {
      if (controller.uid !== c.owner.metadata.uid) continue;
      if (c.matches(o)) claimed.push(o);
      else if (c.owner.metadata.deletionTimestamp === undefined) error = (yield* release(client, c, o)) ?? error;
      continue;
    }
    const gone = c.owner.metadata.deletionTimestamp ?? o.metadata.deletionTimestamp;
    if (gone !== undefined || !c.matches(o)) continue;
    const failed = yield* adopt(client, c, o);
    if (failed === undefined) claimed.push(o);
    else error = failed === '' ? error : failed;
  }
  return error === undefined ? { claimed } : { claimed, error };
}

function* adopt<T extends KubeObject>(client: Client, c: Claim<T>, o: T): Process<string | undefined> {
  const { namespace = '', name = '', uid } = o.metadata;
  const finalizers = c.finalizer === undefined ? {} : { finalizers: [c.finalizer] };
  const patch = { metadata: { ownerReferences: [c.ref], uid, ...finalizers } };
  const result = yield* client.patch(c.kind, namespace, name, 'strategic', patch, { causes: c.causes });
  if (result.ok) return undefined;
  return result.code === 404 ? '' : (result.status.message ?? 'adoption refused');
}

function* release<T extends KubeObject>(client: Client, c: Claim<T>, o: T): Process<string | undefined> {
  const { namespace = '', name = '', uid } = o.metadata;
  const finalizers = c.finalizer === undefined ? {} : { '$deleteFromPrimitiveList/finalizers': [c.finalizer] };
  const ownerReferences = [{ $patch: 'delete', uid: c.owner.metadata.uid }];
  const patch = { metadata: { uid, ownerReferences, ...finalizers } };
  const result = yield* client.patch(c.kind, namespace, name, 'strategic', patch, { causes: c.causes });
  return result.ok || result.code === 404 || result.code === 422
    ? undefined
    : (result.status.message ?? 'release refused');
}
