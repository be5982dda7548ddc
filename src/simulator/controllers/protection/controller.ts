// Keeps a claim while a pod uses it, a volume while it is bound, and a class of attributes while volumes have it: their
// deletion waits for a finalizer. Models pkg/controller/volume/pvcprotection, pvprotection and vacprotection, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../model/generated/core.v1.ts';
import type { VolumeAttributesClass } from '../../../model/generated/storage.v1.ts';
import { keyOf } from '../../../model/object.ts';
import { apiVersionOf } from '../../../model/resources.ts';
import type { StepId } from '../../../trace/step.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import {
  type Kind,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  VOLUME_ATTRIBUTES_CLASSES,
} from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import { isPodTerminal } from '../common/pods.ts';

export const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
export const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';
const ATTRIBUTES_FINALIZER = 'kubernetes.io/vac-protection';

export function claimsOf(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap((v) => {
    if (v.persistentVolumeClaim !== undefined) return [v.persistentVolumeClaim.claimName];
    return v.ephemeral === undefined ? [] : [`${pod.metadata.name}-${v.name}`];
  });
}

/** A pod uses its claims from the moment it has a node until it has ended. */
export function usesClaims(pod: Pod): boolean {
  return Boolean(pod.spec?.nodeName) && !isPodTerminal(pod);
}

type Guarded = PersistentVolumeClaim | PersistentVolume | VolumeAttributesClass;

function* setFinalizer<T extends Guarded>(
  ctx: ComponentContext,
  kind: Kind<T>,
  o: T,
  finalizers: readonly string[],
  causes: readonly StepId[],
): Process<SyncResult> {
  const { finalizers: _, ...rest } = o.metadata;
  const metadata = finalizers.length > 0 ? { ...rest, finalizers } : rest;
  const done = yield* ctx.client.update<T>(
    kind,
    { ...o, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata } as T,
    {
      causes,
    },
  );
  return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'update failed' };
}

function* protect<T extends Guarded>(
  ctx: ComponentContext,
  kind: Kind<T>,
  o: T,
  finalizer: string,
  inUse: string | undefined,
  causes: readonly StepId[],
): Process<SyncResult> {
  const known = o.metadata.finalizers ?? [];
  if (o.metadata.deletionTimestamp === undefined)
    return known.includes(finalizer) ? undefined : yield* setFinalizer(ctx, kind, o, [...known, finalizer], causes);
  if (!known.includes(finalizer)) return undefined;
  const { namespace, name = '', uid = '' } = o.metadata;
  const fate = inUse === undefined ? 'nobody uses it any longer → lets it go' : `${inUse} → it has to wait`;
  const step = ctx.record({
    kind: 'decide',
    action: 'ProtectVolume',
    object: {
      group: kind.group,
      resource: kind.resource,
      kind: kind.kind,
      ...(namespace ? { namespace } : {}),
      name,
      uid,
    },
    causes,
    text: `${name} is being deleted: ${fate}.`,
    detail: { type: 'decide', inputs: { inUse: inUse !== undefined } },
  });
  if (inUse !== undefined) return undefined;
  const left = known.filter((f) => f !== finalizer);
  return yield* setFinalizer(ctx, kind, o, left, [step]);
}

export class ClaimProtectionController {
  constructor(ctx: ComponentContext) {
    const queue = new WorkQueue(ctx.kernel);
    const claims = ctx.informers.of(PERSISTENT_VOLUME_CLAIMS);
    const pods = ctx.informers.of(PODS);
    const byClaim = (p: Pod): readonly string[] => claimsOf(p).map((name) => `${p.metadata.namespace}/${name}`);
    pods.addIndex(byClaim);
    const seen = (c: PersistentVolumeClaim, cause: StepId): void => queue.add(keyOf(c), [cause]);
    claims.onChange({ add: seen, update: (c, _, cause) => seen(c, cause) });
    const freed = (p: Pod, cause: StepId): void => {
      for (const name of claimsOf(p)) queue.add(`${p.metadata.namespace}/${name}`, [cause]);
    };
    pods.onChange({
      update: (p, _, cause) => {
        if (isPodTerminal(p)) freed(p, cause);
      },
      remove: freed,
    });
    const sync = function* (key: string, causes: readonly StepId[]): Process<SyncResult> {
      const claim = claims.get(key);
      if (claim === undefined) return undefined;
      const user = pods.byIndex(byClaim, key).find(usesClaims);
      const inUse = user === undefined ? undefined : `pod ${user.metadata.name} uses it`;
      return yield* protect(ctx, PERSISTENT_VOLUME_CLAIMS, claim, CLAIM_FINALIZER, inUse, causes);
    };
    claims.onSynced(() => pods.onSynced(() => startWorkers(ctx.kernel, ctx.scope, queue, 1, sync)));
  }
}

export class VolumeProtectionController {
  constructor(ctx: ComponentContext) {
    const queue = new WorkQueue(ctx.kernel);
    const volumes = ctx.informers.of(PERSISTENT_VOLUMES);
    const seen = (v: PersistentVolume, cause: StepId): void => queue.add(keyOf(v), [cause]);
    volumes.onChange({ add: seen, update: (v, _, cause) => seen(v, cause) });
    const sync = function* (key: string, causes: readonly StepId[]): Process<SyncResult> {
      const volume = volumes.get(key);
      if (volume === undefined) return undefined;
      const inUse = volume.status?.phase === 'Bound' ? 'it is bound to a claim' : undefined;
      return yield* protect(ctx, PERSISTENT_VOLUMES, volume, VOLUME_FINALIZER, inUse, causes);
    };
    volumes.onSynced(() => startWorkers(ctx.kernel, ctx.scope, queue, 1, sync));
  }
}

/** The classes of attributes that a claim has, or is to get. */
export function attributesOf(claim: PersistentVolumeClaim): string[] {
  const { currentVolumeAttributesClassName: current, modifyVolumeStatus } = claim.status ?? {};
  const named = [claim.spec?.volumeAttributesClassName, current, modifyVolumeStatus?.targetVolumeAttributesClassName];
  return [...new Set(named.flatMap((name) => name || []))];
}

export class AttributesProtectionController {
  constructor(ctx: ComponentContext) {
    const queue = new WorkQueue(ctx.kernel);
    const classes = ctx.informers.of(VOLUME_ATTRIBUTES_CLASSES);
    const claims = ctx.informers.of(PERSISTENT_VOLUME_CLAIMS);
    const volumes = ctx.informers.of(PERSISTENT_VOLUMES);
    const ofVolume = (v: PersistentVolume): string[] =>
      [v.spec?.volumeAttributesClassName ?? ''].filter((n) => n !== '');
    claims.addIndex(attributesOf);
    volumes.addIndex(ofVolume);
    const seen = (c: VolumeAttributesClass, cause: StepId): void => queue.add(keyOf(c), [cause]);
    const freed = (names: readonly string[], cause: StepId): void => {
      for (const name of names) queue.add(name, [cause]);
    };
    classes.onChange({ add: seen, update: (c, _, cause) => seen(c, cause) });
    claims.onChange({
      update: (_, old, cause) => freed(attributesOf(old), cause),
      remove: (c, cause) => freed(attributesOf(c), cause),
    });
    volumes.onChange({
      update: (_, old, cause) => freed(ofVolume(old), cause),
      remove: (v, cause) => freed(ofVolume(v), cause),
    });
    const sync = function* (name: string, causes: readonly StepId[]): Process<SyncResult> {
      const found = classes.get(name);
      if (found === undefined) return undefined;
      const claim = claims.byIndex(attributesOf, name)[0];
      const user = claim ?? volumes.byIndex(ofVolume, name)[0];
      const what = claim === undefined ? 'volume' : 'claim';
      const inUse = user === undefined ? undefined : `${what} ${user.metadata.name} has it`;
      return yield* protect(ctx, VOLUME_ATTRIBUTES_CLASSES, found, ATTRIBUTES_FINALIZER, inUse, causes);
    };
    const start = (): void => startWorkers(ctx.kernel, ctx.scope, queue, 1, sync);
    classes.onSynced(() => claims.onSynced(() => volumes.onSynced(start)));
  }
}
