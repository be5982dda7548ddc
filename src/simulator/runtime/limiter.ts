// A token bucket on the virtual clock. Models client-go's util/flowcontrol: each client has its own QPS and burst.
import type { Kernel } from '../../kernel/kernel.ts';
import { SECOND } from '../../kernel/kernel.ts';

export class TokenBucket {
  private readonly kernel: Kernel;
  private readonly qps: number;
  private readonly burst: number;
  private tokens: number;
  private filledAt = 0;

  constructor(kernel: Kernel, qps: number, burst: number) {
    this.kernel = kernel;
    this.qps = qps;
    this.burst = burst;
    this.tokens = burst;
  }

  /** Takes one token; answers how long (µs) its owner has to wait before using it. */
  reserve(): number {
    const now = this.kernel.now;
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.filledAt) / SECOND) * this.qps);
    this.filledAt = now;
    this.tokens -= 1;
    return this.tokens >= 0 ? 0 : Math.ceil((-this.tokens / this.qps) * SECOND);
  }
}
