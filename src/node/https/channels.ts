// Sessions with containers on their wires: channels of a websocket, or streams of SPDY. What the sessions do is not known here.
// Models k8s.io/kubelet/pkg/cri/streaming and apiserver/pkg/util/proxy (stream translator), v1.36.
import type { WebSocket } from 'ws';
import type { Connection } from '../../simulator/apiserver/api.ts';
import type { Session } from '../../simulator/containers/host.ts';
import { SpdyServer, type SpdyStream, type Wire } from './spdy.ts';

const [STDIN, STDOUT, STDERR, ERROR, CLOSE] = [0, 1, 2, 3, 255];
const NORMAL = 1000;

/** Keeps the virtual clock in step around what comes in. */
export type Around = (run: () => void) => void;

export type Ports = (port: number) => Session | { readonly error: string };

const buffer = (bytes: string): Buffer => Buffer.from(bytes, 'latin1');

/** What the error stream tells at the end: a Status, as remotecommand v4 and v5 have it. */
function statusOf(code: number): object {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command, exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

interface Sides {
  out(bytes: string): void;
  err(bytes: string): void;
  end(status: object): void;
}

function begin(session: Session, c: Connection, sides: Sides): void {
  session.start({ out: sides.out, err: sides.err, end: (code) => sides.end(statusOf(code)) });
  // Nobody will type: a program that reads is at the end of its input. The input of a container itself stays open.
  if (!c.stdin && c.kind === 'exec') session.input(undefined);
}

/** exec and attach over a websocket (v5.channel.k8s.io, v4.channel.k8s.io). */
export function serveChannels(ws: WebSocket, session: Session, c: Connection, around: Around): void {
  const send = (channel: number | undefined, bytes: Buffer): void => {
    if (ws.readyState === ws.OPEN) ws.send(Buffer.concat([Buffer.from([channel ?? 0]), bytes]));
  };
  ws.on('message', (data: Buffer) => {
    if (data[0] === STDIN && c.stdin) around(() => session.input(data.toString('latin1', 1)));
    if (data[0] === CLOSE && data[1] === STDIN) around(() => session.input(undefined));
  });
  ws.on('close', () => session.stop());
  ws.on('error', () => session.stop());
  around(() =>
    begin(session, c, {
      out: (bytes) => send(STDOUT, buffer(bytes)),
      err: (bytes) => send(c.tty ? STDOUT : STDERR, buffer(bytes)),
      end: (status) => {
        send(ERROR, Buffer.from(JSON.stringify(status)));
        ws.close(NORMAL);
      },
    }),
  );
}

/**
 * port-forward over a websocket without SPDY inside, as kubelets speak it: two channels a port, for data and for what went wrong;
 * each begins with the port's number. Models pkg/kubelet/server/portforward/websocket.go.
 */
export function serveChannelPorts(ws: WebSocket, ports: readonly number[], open: Ports, around: Around): void {
  const sessions = new Map<number, Session>();
  const send = (channel: number, bytes: Buffer): void => {
    if (ws.readyState === ws.OPEN) ws.send(Buffer.concat([Buffer.from([channel]), bytes]));
  };
  const stop = (): void => {
    for (const session of sessions.values()) session.stop();
  };
  ws.on('message', (data: Buffer) => {
    const session = sessions.get(data[0] ?? 0);
    if (session !== undefined && data.length > 1) around(() => session.input(data.toString('latin1', 1)));
  });
  ws.on('close', stop);
  ws.on('error', stop);
  for (const [i, port] of ports.entries()) {
    const [data, error] = [2 * i, 2 * i + 1];
    const head = Buffer.from([port & 0xff, port >> 8]);
    send(data, head);
    send(error, head);
    const opened = open(port);
    if ('error' in opened) {
      send(error, Buffer.from(opened.error));
      continue;
    }
    sessions.set(data, opened);
    around(() =>
      opened.start({ out: (bytes) => send(data, buffer(bytes)), err: () => {}, end: () => ws.close(NORMAL) }),
    );
  }
}

/** exec and attach over SPDY, as kubectl before v1.31 and other clients ask for it. */
export function serveSpdySession(wire: Wire, session: Session, c: Connection, around: Around): SpdyServer {
  const streams = new Map<string, SpdyStream>();
  const wanted = ['error', ...(['stdin', 'stdout', 'stderr'] as const).filter((s) => c[s])];
  let started = false;
  const write = (name: string, bytes: string): void => streams.get(name)?.write(buffer(bytes));
  const server = new SpdyServer(wire, (stream) => {
    const name = stream.headers.get('streamtype') ?? '';
    streams.set(name, stream);
    if (name === 'stdin') {
      stream.onData = (bytes) => around(() => session.input(bytes.toString('latin1')));
      stream.onEnd = () => around(() => session.input(undefined));
    }
    if (started || !wanted.every((w) => streams.has(w) || (w === 'stderr' && c.tty))) return;
    started = true;
    const end = (status: object): void => {
      streams.get('error')?.write(Buffer.from(JSON.stringify(status)));
      for (const s of streams.values()) s.end();
    };
    around(() =>
      begin(session, c, { out: (b) => write('stdout', b), err: (b) => write(c.tty ? 'stdout' : 'stderr', b), end }),
    );
  });
  return server;
}

/** port-forward: each connection is a pair of streams, one for data and one for what went wrong. */
export function servePorts(wire: Wire, open: Ports, around: Around): SpdyServer {
  const errors = new Map<string, SpdyStream>();
  return new SpdyServer(wire, (stream) => {
    const request = stream.headers.get('requestid') ?? '';
    if (stream.headers.get('streamtype') === 'error') {
      errors.set(request, stream);
      return;
    }
    const error = errors.get(request);
    const opened = open(Number(stream.headers.get('port')));
    if ('error' in opened) {
      error?.write(Buffer.from(opened.error));
      error?.end();
      stream.end();
      return;
    }
    stream.onData = (bytes) => around(() => opened.input(bytes.toString('latin1')));
    stream.onEnd = () => around(() => opened.input(undefined));
    opened.start({
      out: (bytes) => stream.write(buffer(bytes)),
      err: () => {},
      end: () => {
        stream.end();
        error?.end();
        errors.delete(request);
      },
    });
  });
}
