// What answers on a port of a simulated container: a server that says which container it stands for. What the real image
// would answer is not known here.
import type { Pod } from '../../model/generated/core.v1.ts';
import type { Session, SessionSink } from './host.ts';
import { bytesOf } from './program.ts';

const HEAD_END = '\r\n\r\n';
const MAX_HEAD = 64 * 1024;

/** What the stand-in says to `GET /path`. Undefined: nothing listens there, because no running container declares the port. */
export function answerOn(pod: Pod, port: number, line: string): string | undefined {
  const running = new Set((pod.status?.containerStatuses ?? []).filter((s) => s.state?.running).map((s) => s.name));
  const container = pod.spec?.containers.find(
    (c) => running.has(c.name) && c.ports?.some((p) => p.containerPort === port && (p.protocol ?? 'TCP') === 'TCP'),
  );
  if (container === undefined) return undefined;
  const who = `pod ${pod.metadata?.name}, container ${container.name}, image ${container.image}`;
  return `simulated answer to ${line}: ${who}\n`;
}

/** Undefined: nothing listens there. */
export function portSession(pod: Pod, port: number): Session | undefined {
  if (answerOn(pod, port, '') === undefined) return undefined;
  let sink: SessionSink | undefined;
  let head = '';
  return {
    start(given) {
      sink = given;
    },
    input(bytes) {
      if (bytes === undefined) return sink?.end(0);
      head = (head + bytes).slice(0, MAX_HEAD);
      if (!head.includes(HEAD_END)) return;
      const [line = ''] = head.split('\r\n');
      const body = bytesOf(answerOn(pod, port, line.split(' ').slice(0, 2).join(' ')) ?? '');
      const headers = `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close`;
      sink?.out(`HTTP/1.1 200 OK\r\n${headers}${HEAD_END}${line.startsWith('HEAD ') ? '' : body}`);
      sink?.end(0);
    },
    stop() {
      sink = undefined;
    },
  };
}
