// A pod's activeDeadlineSeconds, counted from when its kubelet took it. Models pkg/kubelet/active_deadline.go, v1.36.
import { type Kernel, SECOND, type Timer } from '../../kernel/kernel.ts';
import type { Pod } from '../../model/generated/core.v1.ts';
import { parseTime } from '../../model/time.ts';
import type { Eviction, PodRecord } from './record.ts';

const EXCEEDED: Eviction = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

export class ActiveDeadline {
  private readonly kernel: Kernel;
  private readonly record: PodRecord;
  private readonly expired: (why: Eviction) => void;
  private seconds: number | undefined;
  private timer: Timer | undefined;

  /** @param expired called once: the pod has failed. */
  constructor(kernel: Kernel, record: PodRecord, expired: (why: Eviction) => void) {
    this.kernel = kernel;
    this.record = record;
    this.expired = expired;
  }

  /** The deadline may be set or shortened while the pod runs. */
  update(pod: Pod): void {
    const seconds = pod.spec?.activeDeadlineSeconds;
    if (seconds === undefined || seconds === this.seconds || this.record.evicted !== undefined) return;
    this.seconds = seconds;
    this.timer?.cancel();
    const since = parseTime(this.record.startTime) ?? this.kernel.wallMs;
    const left = since + seconds * 1000 - this.kernel.wallMs;
    this.timer = this.kernel.schedule(Math.max(0, (left * SECOND) / 1000), () => this.expire(), seconds > 60);
  }

  cancel(): void {
    this.timer?.cancel();
  }

  private expire(): void {
    this.expired(EXCEEDED);
  }
}
