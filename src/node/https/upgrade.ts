// Requests that turn into connections: exec, attach and port-forward over a websocket or SPDY. The API server decides; here
// protocols are agreed on and bytes carried.
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ApiResponse, Connection } from '../../simulator/apiserver/api.ts';
import type { Opened } from '../../simulator/containers/kubelets.ts';
import { type Around, serveChannelPorts, serveChannels, servePorts, serveSpdySession } from './channels.ts';
import type { Wire } from './spdy.ts';

/** kubectl's name for port-forward has a slash, which `ws` takes for no token: inside it goes by another name. */
const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const TUNNEL_TOKEN = 'spdy.portforward.k8s.io';
const SESSIONS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
/** The kubelet's own protocol for port-forward, with the ports in the query. */
const PORT_CHANNELS = 'v4.channel.k8s.io';
const SPDY_PORTS = ['portforward.k8s.io'];

export interface Upgrade {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly around: Around;
}

const sockets = new WebSocketServer({
  noServer: true,
  // What is offered here has been reduced to what fits the request.
  handleProtocols: (offered) => [TUNNEL_TOKEN, ...SESSIONS].find((p) => offered.has(p)) ?? false,
});

sockets.on('headers', (lines: string[]) => {
  const at = lines.indexOf(`Sec-WebSocket-Protocol: ${TUNNEL_TOKEN}`);
  if (at >= 0) lines[at] = `Sec-WebSocket-Protocol: ${TUNNEL}`;
});

/** An answer without a connection, written to a socket that was to be upgraded. */
export function answerPlainly(socket: Duplex, code: number, body: unknown, headers: readonly string[] = []): void {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  const head = [
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
    ...headers,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}

function badProtocol(socket: Duplex, offered: string, accepted: readonly string[]): void {
  const message = `unable to upgrade: unable to negotiate protocol: client supports [${offered}], server accepts [${accepted.join(' ')}]`;
  answerPlainly(socket, 400, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'BadRequest',
    code: 400,
  });
}

/** Carries on a request that the API server answered. */
export function upgrade(u: Upgrade, response: ApiResponse, connect: (c: Connection) => Opened): void {
  const { connection } = response;
  if (connection === undefined) {
    answerPlainly(u.socket, response.code, response.text ?? response.body ?? '');
    return;
  }
  const opened = connect(connection);
  if ('status' in opened) {
    answerPlainly(u.socket, opened.status.code ?? 500, opened.status);
    return;
  }
  const kind = (u.message.headers.upgrade ?? '').toLowerCase();
  if (kind === 'websocket') websocket(u, connection, opened);
  else if (kind === 'spdy/3.1') spdy(u, connection, opened);
  else badProtocol(u.socket, kind, ['websocket', 'SPDY/3.1']);
}

type Live = Exclude<Opened, { readonly status: unknown }>;

function websocket(u: Upgrade, c: Connection, opened: Live): void {
  const offered = (u.message.headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim());
  const accepted = 'ports' in opened ? [TUNNEL, PORT_CHANNELS] : SESSIONS;
  const common = accepted.filter((p) => offered.includes(p));
  if (common.length === 0) {
    badProtocol(u.socket, offered.join(' '), accepted);
    return;
  }
  u.message.headers['sec-websocket-protocol'] = common.map((p) => (p === TUNNEL ? TUNNEL_TOKEN : p)).join(', ');
  sockets.handleUpgrade(u.message, u.socket, u.head, (ws) => {
    if ('session' in opened) return serveChannels(ws, opened.session, c, u.around);
    if (!common.includes(TUNNEL)) return serveChannelPorts(ws, c.ports, opened.ports, u.around);
    const wire: Wire = { send: (bytes) => ws.send(bytes), close: () => ws.close() };
    const server = servePorts(wire, opened.ports, u.around);
    ws.on('message', (data: Buffer) => server.receive(data));
    ws.on('close', () => server.close());
    ws.on('error', () => server.close());
  });
}

function spdy(u: Upgrade, c: Connection, opened: Live): void {
  const offered = [u.message.headers['x-stream-protocol-version'] ?? []].flat().flatMap((v) => v.split(/,\s*/));
  const accepted = 'ports' in opened ? SPDY_PORTS : SESSIONS;
  const chosen = accepted.find((p) => offered.includes(p));
  if (chosen === undefined) {
    badProtocol(u.socket, offered.join(' '), accepted);
    return;
  }
  const head = ['Connection: Upgrade', 'Upgrade: SPDY/3.1', `X-Stream-Protocol-Version: ${chosen}`];
  u.socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head.join('\r\n')}\r\n\r\n`);
  const wire: Wire = { send: (bytes) => u.socket.write(bytes), close: () => u.socket.end() };
  const server =
    'ports' in opened ? servePorts(wire, opened.ports, u.around) : serveSpdySession(wire, opened.session, c, u.around);
  const stop = (): void => {
    if ('session' in opened) opened.session.stop();
    server.close();
  };
  if (u.head.length > 0) server.receive(u.head);
  u.socket.on('data', (data: Buffer) => server.receive(data));
  u.socket.on('close', stop);
  u.socket.on('error', stop);
}
