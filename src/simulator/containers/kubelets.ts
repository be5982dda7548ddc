// The servers of all kubelets (port 10250), as the API server reaches them: logs, exec, attach and port-forward.
// Models pkg/kubelet/server and validateContainerLogStatus in pkg/kubelet/kubelet_pods.go, v1.36.
import type { Kernel } from '../../kernel/kernel.ts';
import type { ConfigMap, Pod, Secret } from '../../model/generated/core.v1.ts';
import type { Status } from '../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import { etcdKey } from '../../model/resources.ts';
import { badRequest, internalError, notFound } from '../../model/status.ts';
import type { Connection, TextStream } from '../apiserver/api.ts';
import type { Kubelets, LogRequest } from '../apiserver/subresources/connect.ts';
import type { Store } from '../store/index.ts';
import type { RunningContainer } from './container.ts';
import { ContainerHost, containerOf, LOOK, ran, type Session, statusOf } from './host.ts';
import { answerOn, portSession } from './ports.ts';
import { textOf } from './program.ts';
import { withTerminal } from './tty.ts';

/** Source: KubeletPort, pkg/cluster/ports/ports.go. */
const PORT = 10250;

/** What a connection leads to; port-forward opens a session for each connection to a port. */
export type Opened =
  | { readonly session: Session }
  | { readonly ports: (port: number) => Session | { readonly error: string } }
  | { readonly status: Status };

export interface KubeletsOptions {
  readonly kernel: Kernel;
  readonly store: Pick<Store, 'get'>;
  /** Whether the kubelet of a node runs. */
  readonly runs: (node: string) => boolean;
}

/** RFC 3339 with nanoseconds, as the runtime stamps its lines. */
function stamp(ms: number): string {
  const nanos = Math.round((ms % 1000) * 1e6);
  return `${new Date(Math.floor(ms)).toISOString().slice(0, 19)}.${String(nanos).padStart(9, '0')}Z`;
}

interface Chosen {
  readonly timestamps: boolean;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly tail: number | undefined;
}

function linesOf(c: RunningContainer, from: number, o: Chosen): string {
  const lines = c.lines.slice(from).filter((l) => l.at >= o.since);
  const kept = o.tail === undefined || from > 0 ? lines : lines.slice(Math.max(0, lines.length - o.tail));
  return kept.map((l) => `${o.timestamps ? `${stamp(l.at)} ` : ''}${l.text}\n`).join('');
}

function notStarted(pod: Pod, name: string, previous: boolean): Status | undefined {
  const status = statusOf(pod, name);
  if (ran(status, previous) !== undefined) return undefined;
  const who = `container ${JSON.stringify(name)} in pod ${JSON.stringify(pod.metadata?.name)}`;
  if (previous) return badRequest(`previous terminated ${who} not found`);
  const reason = status?.state?.waiting?.reason ?? 'ContainerCreating';
  const pulls = reason === 'ImagePullBackOff' || reason === 'ErrImagePull';
  return badRequest(`${who} is waiting to start: ${pulls ? 'trying and failing to pull image' : reason}`);
}

export class KubeletServers implements Kubelets {
  private readonly options: KubeletsOptions;
  private readonly host: ContainerHost;

  constructor(options: KubeletsOptions) {
    this.options = options;
    this.host = new ContainerHost(options.kernel, {
      configMap: (namespace, name) => this.read('configmaps', namespace, name) as ConfigMap | undefined,
      secret: (namespace, name) => this.read('secrets', namespace, name) as Secret | undefined,
    });
  }

  private read(plural: string, namespace: string, name: string): KubeObject | undefined {
    return this.options.store.get(etcdKey('', plural, namespace, name))?.value;
  }

  private pod(of: { readonly namespace: string; readonly pod: string }): Pod | undefined {
    return this.read('pods', of.namespace, of.pod) as Pod | undefined;
  }

  /** As its kubelet runs a command in a container, for a probe or a hook. */
  run(pod: Pod, container: string, command: readonly string[]): ReturnType<ContainerHost['command']> {
    return this.host.command(pod, container, command);
  }

  /** The pod, or why its kubelet says nothing of it. */
  private reach(of: { readonly node: string; readonly namespace: string; readonly pod: string }): Pod | Status {
    const pod = this.pod(of);
    if (pod === undefined) return notFound({ group: '', resource: 'pods' }, of.pod);
    if (this.options.runs(of.node)) return pod;
    const address = `${pod.status?.hostIP ?? of.node}:${PORT}`;
    return internalError(`error dialing backend: dial tcp ${address}: connect: connection refused`);
  }

  log(request: LogRequest): { text: string } | { stream: TextStream } | { status: Status } {
    const pod = this.reach(request);
    if (pod.kind === 'Status') return { status: pod as Status };
    const { container: name, previous, follow, timestamps, tailLines: tail, sinceSeconds, sinceTime } = request;
    const status = notStarted(pod as Pod, name, previous);
    if (status !== undefined) return { status };
    const container = this.host.find(pod as Pod, name, previous);
    if (container === undefined) return { text: '' };
    const now = this.options.kernel.wallMs;
    const from = sinceSeconds === undefined ? Date.parse(sinceTime ?? '') : now - sinceSeconds * 1000;
    const chosen = { timestamps, tail, since: Number.isNaN(from) ? 0 : from };
    if (follow && !previous) return { stream: this.followed(request, container, chosen) };
    const text = linesOf(container, 0, chosen) + (tail === 0 ? '' : container.rest);
    return { text: textOf(text.slice(0, request.limitBytes)) };
  }

  /** Goes on until the container ends or the pod is gone. */
  private followed(request: LogRequest, container: RunningContainer, chosen: Chosen): TextStream {
    let stopped = false;
    return {
      start: (sink) => {
        let seen = 0;
        const look = (): void => {
          if (stopped) return;
          const pod = this.pod(request);
          const now = pod === undefined ? undefined : this.host.find(pod, request.container);
          const more = linesOf(container, seen, chosen);
          if (more !== '') sink.data(textOf(more));
          seen = container.lines.length;
          const up = pod !== undefined && statusOf(pod, request.container)?.state?.running !== undefined;
          if (up && now === container) this.options.kernel.schedule(LOOK, look, true);
          else sink.end();
        };
        look();
      },
      stop: () => {
        stopped = true;
      },
    };
  }

  answerOn(pod: Pod, port: number, line: string): string | undefined {
    return answerOn(pod, port, line);
  }

  running(node: string): boolean {
    return this.options.runs(node);
  }

  /** What the kubelet does with an exec, attach or port-forward. */
  connect(c: Connection): Opened {
    const found = this.reach(c);
    if (found.kind === 'Status') return { status: found as Status };
    const pod = found as Pod;
    if (c.kind === 'portforward') return { ports: (port) => this.forward(c, port) };
    const container = this.host.find(pod, c.container);
    if (container === undefined || statusOf(pod, c.container)?.state?.running === undefined) {
      const why = `unable to upgrade connection: container not found (${JSON.stringify(c.container)})`;
      return { status: internalError(why) };
    }
    if (c.kind === 'exec') {
      const session = this.host.exec(container, c.command, c.tty);
      return { session: c.tty ? withTerminal(session) : session };
    }
    const session = this.host.attach(() => this.pod(c), c.container);
    return { session: containerOf(pod, c.container)?.tty ? withTerminal(session) : session };
  }

  private forward(c: Connection, port: number): Session | { error: string } {
    const pod = this.pod(c);
    const session = pod === undefined ? undefined : portSession(pod, port);
    if (session !== undefined) return session;
    const why = `failed to connect to localhost:${port} inside the pod's network namespace, IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused`;
    return { error: `error forwarding port ${port} to pod ${c.pod}: ${why}` };
  }
}
