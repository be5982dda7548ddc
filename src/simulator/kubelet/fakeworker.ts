// One pod under the runtime that the `hollow` recordings were made with: every container starts at once, runs for ever and
// reports no Events. Its quirks are kept (a pod is reported ready before it is reported running), so that a simulated
// cluster can be held against those recordings.
import { MS } from '../../kernel/kernel.ts';
import { type Process, Scope, sleep, spawn } from '../../kernel/process.ts';
import { rfc3339 } from '../../kernel/time.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { ActiveDeadline } from './deadline.ts';
import { podRef } from './names.ts';
import { type ContainerRecord, newRecord, type PodRecord } from './record.ts';
import { StatusWriter } from './statuswriter.ts';

/** What a kubelet says of a container that its runtime knows nothing of. Source: convertToAPIContainerStatuses, v1.36. */
const NOT_FOUND = { exitCode: 137, reason: 'ContainerStatusUnknown' } as const;

/** The fake runtime forgets its containers when its process ends: they count as restarted. */
function lostBefore(pod: Pod, container: string): Pick<ContainerRecord, 'lastState' | 'restartCount'> | undefined {
  const known = pod.status?.containerStatuses?.find((c) => c.name === container);
  if (known?.state?.running === undefined) return undefined;
  const message = 'The container could not be located when the pod was deleted.  The container used to be Running';
  const restarted = pod.metadata.deletionTimestamp === undefined ? 1 : 0;
  return { lastState: { terminated: { ...NOT_FOUND, message } }, restartCount: known.restartCount + restarted };
}

export class FakePodWorker {
  private readonly ctx: ComponentContext;
  private readonly scope = new Scope();
  private readonly record: PodRecord;
  private readonly status: StatusWriter;
  private readonly deadline: ActiveDeadline;
  private stopping = false;

  constructor(ctx: ComponentContext, pod: Pod, hostIP: string, ip: string, cause: StepId) {
    this.ctx = ctx;
    this.record = {
      init: [],
      main: (pod.spec?.containers ?? []).map((c) => ({
        ...newRecord(c, 'ContainerCreating'),
        ready: true,
        started: undefined,
        ...lostBefore(pod, c.name),
      })),
      hostIP,
      startTime: rfc3339(ctx.kernel.wallMs),
      sandboxReady: false,
    };
    this.status = new StatusWriter(ctx, pod, this.record);
    this.deadline = new ActiveDeadline(ctx.kernel, this.record, (why) => {
      this.record.evicted = why;
      spawn(ctx.scope, this.fail(why.message, cause));
    });
    this.deadline.update(pod);
    ctx.scope.onClose(() => this.scope.close());
    this.scope.onClose(() => this.deadline.cancel());
    spawn(this.scope, this.start(ip, cause));
  }

  update(pod: Pod, cause: StepId): void {
    this.status.seen(pod, cause);
    this.deadline.update(pod);
    if (pod.metadata.deletionTimestamp === undefined || this.stopping) return;
    this.stopping = true;
    spawn(this.ctx.scope, this.terminate(cause));
  }

  removed(): void {
    this.scope.close();
  }

  private say(action: string, text: string, cause: StepId): StepId {
    return this.ctx.record({
      kind: 'node',
      action,
      object: podRef(this.status.pod),
      causes: [cause],
      text,
      fidelity: 'simplified',
      simplification: 'the runtime is a fake that starts every container at once',
    });
  }

  private *start(ip: string, cause: StepId): Process<void> {
    const seen = this.say('SyncPod', 'saw the pod bound to its node and admitted it.', cause);
    // Recorded: 10 to 40 ms from the binding to the first status.
    yield* sleep(this.ctx.kernel, (12 + this.ctx.random.int(8)) * MS);
    this.status.publish(seen);
    yield* sleep(this.ctx.kernel, (280 + this.ctx.random.int(20)) * MS);
    this.record.sandboxReady = true;
    this.status.publish(seen);
    yield* sleep(this.ctx.kernel, 8 * MS);
    const started = this.say('StartContainer', 'the runtime reports every container of the pod as running.', seen);
    this.record.podIP = ip;
    for (const c of this.record.main) {
      c.state = { running: { startedAt: rfc3339(this.ctx.kernel.wallMs) } };
      c.containerID = `fake://${this.ctx.random.hex(64)}`;
    }
    this.status.publish(started);
  }

  private *terminate(cause: StepId): Process<void> {
    this.scope.close();
    const stopped = this.say(
      'SyncTerminatingPod',
      'saw the pod marked for deletion: the runtime ends its containers at once.',
      cause,
    );
    yield* sleep(this.ctx.kernel, (5 + this.ctx.random.int(10)) * MS);
    this.endContainers();
    this.record.terminated = 'over';
    this.status.publish(stopped);
    yield* sleep(this.ctx.kernel, (250 + this.ctx.random.int(750)) * MS);
    yield* this.status.remove(stopped);
  }

  /** The deadline has passed: the pod stays, with nothing running in it. */
  private *fail(why: string, cause: StepId): Process<void> {
    this.scope.close();
    const seen = this.say('SyncPod', `ends the pod. ${why}.`, cause);
    this.status.publish(seen);
    yield* sleep(this.ctx.kernel, (5 + this.ctx.random.int(10)) * MS);
    this.endContainers();
    this.status.publish(seen);
  }

  private endContainers(): void {
    const now = rfc3339(this.ctx.kernel.wallMs);
    for (const c of this.record.main) {
      if (c.state.terminated !== undefined) continue;
      const { startedAt } = c.state.running ?? {};
      c.state = {
        terminated:
          startedAt === undefined
            ? { ...NOT_FOUND, message: 'The container could not be located when the pod was terminated' }
            : // As recorded: this runtime gives no reason.
              { exitCode: 0, startedAt, finishedAt: now },
      };
      c.ready = false;
    }
    this.record.sandboxReady = false;
  }
}
