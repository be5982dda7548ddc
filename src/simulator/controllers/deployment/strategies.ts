// The ways in which a Deployment gets from what is there to what is wanted. Models rolling.go, recreate.go, sync.go (scale)
// and sync.go (cleanupDeployment) in pkg/controller/deployment, v1.36.
import type { Process } from '../../../kernel/process.ts';
import type { ReplicaSet } from '../../../model/generated/apps.v1.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import { isPodTerminal } from '../common/pods.ts';
import { revisionOf } from './annotations.ts';
import {
  activeOrLatest,
  isActive,
  isSaturated,
  newReplicas,
  proportional,
  replicasOf,
  scaleDownOld,
} from './decide.ts';
import type { Rollout } from './rollout.ts';
import { condition, find, hasDeadline, isComplete } from './status.ts';

export function* rollingUpdate(r: Rollout): Process<void> {
  const newest = yield* r.syncNewest(true);
  if (newest !== undefined) {
    if (yield* scaleNewest(r, newest)) return void (yield* r.syncRolloutStatus());
    const steps = scaleDownOld(r.d, newest, r.old);
    for (const { set, to } of steps)
      yield* r.scale(r.latest(set), to, 'enough pods of the new ReplicaSet are available');
    if (steps.length > 0) return void (yield* r.syncRolloutStatus());
  }
  if (isComplete(r.d, r.d.status ?? {})) yield* cleanUp(r);
  yield* r.syncRolloutStatus();
}

function* scaleNewest(r: Rollout, newest: ReplicaSet): Process<boolean> {
  if (replicasOf(newest) === replicasOf(r.d)) return false;
  const to = replicasOf(newest) > replicasOf(r.d) ? replicasOf(r.d) : newReplicas(r.d, r.sets, newest);
  return yield* r.scale(newest, to, `wants ${replicasOf(r.d)}, maxSurge leaves room`);
}

export function* recreate(r: Rollout, podsOf: (rs: ReplicaSet) => readonly Pod[]): Process<void> {
  yield* r.syncNewest(false);
  let scaled = false;
  for (const rs of r.old.filter(isActive))
    scaled = (yield* r.scale(rs, 0, 'strategy Recreate: old pods go first')) || scaled;
  const oldRunning = r.old.some((rs) => (rs.status?.replicas ?? 0) > 0 || podsOf(rs).some((p) => !isPodTerminal(p)));
  if (scaled || oldRunning) return void (yield* r.syncRolloutStatus());
  const newest = yield* r.syncNewest(true);
  if (newest !== undefined) yield* r.scale(newest, replicasOf(r.d), 'no old pod is left');
  if (isComplete(r.d, r.d.status ?? {})) yield* cleanUp(r);
  yield* r.syncRolloutStatus();
}

/** Paused, or scaled by hand: sizes change, templates do not roll. */
export function* scaleOnly(r: Rollout): Process<void> {
  const newest = yield* r.syncNewest(false);
  yield* rescale(r, newest);
  if (r.d.spec?.paused) yield* cleanUp(r);
  yield* r.syncStatus();
}

function* rescale(r: Rollout, newest: ReplicaSet | undefined): Process<void> {
  const only = activeOrLatest(newest, r.old);
  const wanted = replicasOf(r.d);
  if (only !== undefined) {
    if (replicasOf(only) !== wanted)
      yield* r.scale(only, wanted, `wants ${wanted}, ReplicaSet has ${replicasOf(only)}`);
    return;
  }
  if (isSaturated(r.d, newest)) {
    for (const rs of r.old.filter(isActive)) yield* r.scale(rs, 0, 'the new ReplicaSet has all replicas');
    return;
  }
  if (r.d.spec?.strategy?.type !== 'RollingUpdate') return;
  for (const { set, to } of proportional(r.d, r.sets))
    yield* r.resize(set, to, 'scaled in the middle of a rollout: each ReplicaSet gets its share');
}

function* cleanUp(r: Rollout): Process<void> {
  const limit = r.d.spec?.revisionHistoryLimit;
  if (limit === undefined || limit === 2 ** 31 - 1) return;
  const alive = r.old.filter((rs) => rs.metadata.deletionTimestamp === undefined);
  alive.sort((a, b) => (revisionOf(a) < revisionOf(b) ? -1 : Number(revisionOf(a) > revisionOf(b))));
  for (const rs of alive.slice(0, Math.max(0, alive.length - limit))) {
    const { status, spec, metadata } = rs;
    const busy =
      status?.replicas !== 0 || spec?.replicas !== 0 || (metadata.generation ?? 0) > (status?.observedGeneration ?? 0);
    if (!busy) yield* r.deleteSet(rs);
  }
}

/** A paused Deployment's deadline stands still; the condition says so. */
export function* checkPaused(r: Rollout): Process<void> {
  if (!hasDeadline(r.d)) return;
  const c = find(r.d.status?.conditions, 'Progressing');
  if (c?.reason === 'ProgressDeadlineExceeded') return;
  const paused = r.d.spec?.paused === true;
  const said = c?.reason === 'DeploymentPaused';
  if (paused === said) return;
  r.note(
    paused
      ? condition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', r.now)
      : condition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', r.now),
  );
  yield* r.writeStatus(r.d.status ?? {});
}
