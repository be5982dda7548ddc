// When the kubelet looks at what runs of one pod. Models pkg/kubelet/pleg (generic.go, and the relist that a sync asks for),
// v1.36.
import { type Kernel, MS, type Timer } from '../../kernel/kernel.ts';
import type { StepId } from '../../trace/step.ts';
import { untilSeen } from './retry.ts';

/** From the end of a sync that started something until the runtime was looked at again, as recorded. */
const RELIST = 3 * MS;

export class Sight {
  private readonly kernel: Kernel;
  private readonly saw: (step: StepId) => void;
  /** Something runs or has ended that has not been seen yet. */
  private unseen: StepId | undefined;
  private timer: Timer | undefined;

  /** @param saw called with the step that has changed something last. */
  constructor(kernel: Kernel, saw: (step: StepId) => void) {
    this.kernel = kernel;
    this.saw = saw;
  }

  /** It is seen with the next look, at the latest within a second. */
  changed(step: StepId): void {
    this.unseen = step;
    if (this.timer === undefined) this.lookIn(untilSeen(this.kernel.now));
  }

  /** A sync has ended well: what it has changed is looked at now. */
  soon(): void {
    if (this.unseen !== undefined) this.lookIn(RELIST);
  }

  close(): void {
    this.timer?.cancel();
  }

  private lookIn(us: number): void {
    this.timer?.cancel();
    this.timer = this.kernel.schedule(us, () => {
      const step = this.unseen;
      this.unseen = undefined;
      this.timer = undefined;
      if (step !== undefined) this.saw(step);
    });
  }
}
