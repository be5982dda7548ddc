// Startup, liveness and readiness probes of one pod's containers. Models pkg/kubelet/prober (worker.go, prober.go) and
// pkg/probe, v1.36.
import { type Kernel, MINUTE, MS, SECOND } from '../../kernel/kernel.ts';
import { type Process, type Scope, spawn } from '../../kernel/process.ts';
import type { Container, Pod, Probe } from '../../model/generated/core.v1.ts';
import { httpStatus, isListening, numberOf } from './listening.ts';
import type { ContainerRecord } from './record.ts';

export type ProbeType = 'startup' | 'liveness' | 'readiness';

/** What a command in a container came to. */
export interface Ran {
  readonly code: number;
  /** Both streams. */
  readonly output: string;
  /** µs */
  readonly took: number;
}

export interface ProbeHost {
  readonly kernel: Kernel;
  /** Closed when the pod ends. */
  readonly scope: Scope;
  pod(): Pod;
  podIP(): string;
  /** The pod is being stopped: only whether it is ready is still asked. */
  stopping(): boolean;
  /** Runs a command in a container; undefined where none runs. */
  run(c: ContainerRecord, command: readonly string[]): Ran | undefined;
  unhealthy(c: ContainerRecord, message: string): void;
  /** The container has started, or its readiness has changed. */
  changed(c: ContainerRecord, type: ProbeType, ok: boolean): void;
  /** It is to be killed and started again. */
  failed(c: ContainerRecord, type: ProbeType): void;
}

/** A readiness probe is asked for as soon as its container is seen to run. */
const FIRST_LOOK = 100 * MS;
/** A container that is not ready after so long is waited for by nobody. */
const SETTLING = 2 * MINUTE;

const NAMES = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' } as const;

interface Worker {
  readonly c: ContainerRecord;
  readonly type: ProbeType;
  readonly probe: Probe;
  /** The run that the results are of. */
  run: string;
  onHold: boolean;
  last: boolean | undefined;
  inARow: number;
}

function probesOf(c: Container): [ProbeType, Probe][] {
  const all: [ProbeType, Probe | undefined][] = [
    ['startup', c.startupProbe],
    ['readiness', c.readinessProbe],
    ['liveness', c.livenessProbe],
  ];
  return all.flatMap(([type, probe]): [ProbeType, Probe][] => (probe === undefined ? [] : [[type, probe]]));
}

export class Prober {
  private readonly host: ProbeHost;
  private readonly addedAt: number;

  constructor(host: ProbeHost) {
    this.host = host;
    this.addedAt = host.kernel.now;
  }

  /** A container runs, as `run`: from here on it is asked how it does. */
  started(c: ContainerRecord, run: string): void {
    for (const [type, probe] of probesOf(c.container))
      spawn(this.host.scope, this.watch({ c, type, probe, run, onHold: false, last: undefined, inARow: 0 }));
  }

  private *watch(w: Worker): Process<void> {
    const { kernel } = this.host;
    const period = (w.probe.periodSeconds ?? 10) * SECOND;
    const since = kernel.now;
    // Ticks count from when the kubelet took the pod; a readiness probe is asked for at once.
    yield* this.pause(
      w.type === 'readiness' && !w.probe.initialDelaySeconds && w.c.container.startupProbe === undefined
        ? FIRST_LOOK
        : period - ((kernel.now - this.addedAt) % period),
      since,
    );
    while (w.c.containerID === w.run && w.c.state.running !== undefined && !w.onHold) {
      if (w.type !== 'readiness' && this.host.stopping()) return;
      if (kernel.now - since >= (w.probe.initialDelaySeconds ?? 0) * SECOND && this.isDue(w)) {
        const took = this.ask(w);
        if (took === undefined) return;
        if (took > 0) yield* this.pause(took, since);
      }
      yield* this.pause(period, since);
    }
  }

  /** Only the startup probe is asked before the container has started, and only the others after. */
  private isDue(w: Worker): boolean {
    return (w.type === 'startup') !== (w.c.started === true);
  }

  private *pause(us: number, since: number): Process<void> {
    const { kernel } = this.host;
    const settled = (): boolean => kernel.now - since > SETTLING;
    yield (resume) => {
      kernel.schedule(us, () => resume(undefined), us > MINUTE || settled() || this.isQuiet());
    };
  }

  /** Whether the pod has come to where its probes change nothing any more. */
  private isQuiet(): boolean {
    const { containerStatuses = [] } = this.host.pod().status ?? {};
    return containerStatuses.length > 0 && containerStatuses.every((c) => c.ready);
  }

  /** µs that the probe took; undefined: it has seen enough. */
  private ask(w: Worker): number | undefined {
    const { c, type, probe } = w;
    const { ok, output, took } = this.probe(c, probe);
    if (!ok) this.host.unhealthy(c, `${NAMES[type]} probe failed: ${output}`);
    w.inARow = w.last === ok ? w.inARow + 1 : 1;
    w.last = ok;
    const needed = ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
    if (w.inARow < needed) return took;
    if (type === 'readiness') {
      if (c.ready !== ok) this.host.changed(c, type, ok);
      return took;
    }
    if (!ok) {
      w.onHold = true;
      this.host.failed(c, type);
      return undefined;
    }
    if (type === 'liveness') return took;
    this.host.changed(c, type, true);
    return undefined;
  }

  private probe(
    c: ContainerRecord,
    p: Probe,
  ): { readonly ok: boolean; readonly output: string; readonly took: number } {
    const timeout = (p.timeoutSeconds ?? 1) * SECOND;
    if (p.exec !== undefined) {
      const command = p.exec.command ?? [];
      const ran = this.host.run(c, command);
      if (ran === undefined) return { ok: true, output: '', took: 0 };
      if (ran.took <= timeout) return { ok: ran.code === 0, output: ran.output, took: 0 };
      const output = `command timed out: ${JSON.stringify(command.join(' '))} timed out after ${timeout / SECOND}s`;
      return { ok: false, output, took: timeout };
    }
    const pod = this.host.pod();
    const given = p.httpGet?.port ?? p.tcpSocket?.port ?? p.grpc?.port;
    const port = numberOf(c.container, given);
    const address = `${p.httpGet?.host ?? p.tcpSocket?.host ?? this.host.podIP()}:${port}`;
    const up = isListening(pod, c.container, port);
    if (p.httpGet !== undefined) {
      const { path = '/', scheme = 'HTTP' } = p.httpGet;
      if (!up) {
        const url = `${scheme.toLowerCase()}://${address}${path.startsWith('/') ? '' : '/'}${path}`;
        return { ok: false, output: `Get "${url}": dial tcp ${address}: connect: connection refused`, took: 0 };
      }
      const code = httpStatus(c.container, path);
      return { ok: code < 400, output: `HTTP probe failed with statuscode: ${code}`, took: 0 };
    }
    if (p.tcpSocket !== undefined)
      return { ok: up, output: `dial tcp ${address}: connect: connection refused`, took: 0 };
    const output = `timeout: failed to connect service "${address}" within ${timeout / SECOND}s: context deadline exceeded`;
    return { ok: up, output, took: up ? 0 : timeout };
  }
}
