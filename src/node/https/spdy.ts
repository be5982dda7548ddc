// The server's end of SPDY/3.1, as far as Kubernetes' clients use it: streams with headers, data both ways, half-close, pings.
// kubectl carries port-forward in it, inside a websocket. Source: SPDY protocol, draft 3.1; github.com/moby/spdystream.
import { createInflate, type Inflate } from 'node:zlib';
import { SPDY_DICTIONARY } from './spdy-dictionary.ts';

const [SYN_STREAM, SYN_REPLY, RST_STREAM, PING, GOAWAY] = [1, 2, 3, 6, 7];
const FIN = 1;
const HEADER = 8;
const MAX_FRAME = 4 * 1024 * 1024;
/** What the headers of one stream may unpack to, as net/http limits them. */
const MAX_HEADERS = 1024 * 1024;
/** First bytes of a zlib stream with a preset dictionary, and that dictionary's Adler-32. */
const ZLIB_START = Buffer.from([0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2]);
/** A stored block of four zero bytes, which is a list of no headers, and the empty block that Go waits for. */
const NO_HEADERS = Buffer.from([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

export interface Wire {
  send(bytes: Buffer): void;
  close(): void;
}

export interface SpdyStream {
  readonly id: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  write(bytes: Buffer): void;
  /** No more data from this side. */
  end(): void;
  onData: (bytes: Buffer) => void;
  /** The other side sends no more. */
  onEnd: () => void;
}

/** Reads what the other side sends; wrong frames close the connection. */
export class SpdyServer {
  private readonly wire: Wire;
  private readonly opened: (stream: SpdyStream) => void;
  private readonly streams = new Map<number, SpdyStream>();
  private readonly inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY });
  private inflated: Buffer[] = [];
  private unpacked = 0;
  private buffer = Buffer.alloc(0);
  private replied = false;
  private closed = false;
  /** Frames are handled one after the other; reading headers waits for zlib. */
  private work: Promise<void> = Promise.resolve();

  constructor(wire: Wire, opened: (stream: SpdyStream) => void) {
    this.wire = wire;
    this.opened = opened;
    this.inflate.on('data', (b: Buffer) => {
      this.inflated.push(b);
      this.unpacked += b.length;
      if (this.unpacked > MAX_HEADERS) this.close();
    });
    this.inflate.on('error', () => this.close());
  }

  receive(bytes: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, bytes]);
    while (this.buffer.length >= HEADER) {
      const length = this.buffer.readUIntBE(5, 3);
      if (length > MAX_FRAME) {
        this.close();
        return;
      }
      if (this.buffer.length < HEADER + length) return;
      const frame = this.buffer.subarray(0, HEADER + length);
      this.buffer = this.buffer.subarray(HEADER + length);
      this.work = this.work.then(() => this.frame(frame)).catch(() => this.close());
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.inflate.destroy();
    for (const s of this.streams.values()) s.onEnd();
    this.streams.clear();
    this.wire.close();
  }

  private async frame(frame: Buffer): Promise<void> {
    if (this.closed) return;
    const flags = frame[4] ?? 0;
    const body = frame.subarray(HEADER);
    const first = frame.readUInt32BE(0);
    if (first < 0x8000_0000) {
      const stream = this.streams.get(first);
      if (stream === undefined) return;
      if (body.length > 0) stream.onData(body);
      if (flags & FIN) stream.onEnd();
      return;
    }
    const type = first & 0xffff;
    if (type === SYN_STREAM) await this.open(body, flags);
    else if (type === PING) this.send(PING, 0, body);
    else if (type === RST_STREAM) this.forget(body.readUInt32BE(0));
    else if (type === GOAWAY) this.close();
  }

  private async open(body: Buffer, flags: number): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fff_ffff;
    const headers = await this.headers(body.subarray(10));
    const stream: SpdyStream = {
      id,
      headers,
      write: (bytes) => this.data(id, bytes, 0),
      end: () => this.data(id, Buffer.alloc(0), FIN),
      onData: () => {},
      onEnd: () => {},
    };
    this.streams.set(id, stream);
    const number = Buffer.alloc(4);
    number.writeUInt32BE(id);
    this.send(SYN_REPLY, 0, Buffer.concat([number, ...(this.replied ? [] : [ZLIB_START]), NO_HEADERS]));
    this.replied = true;
    this.opened(stream);
    if (flags & FIN) stream.onEnd();
  }

  private forget(id: number): void {
    this.streams.get(id)?.onEnd();
    this.streams.delete(id);
  }

  private async headers(packed: Buffer): Promise<Map<string, string>> {
    this.inflated = [];
    this.unpacked = 0;
    await new Promise<void>((done, fail) => {
      this.inflate.write(packed, (e) => (e ? fail(e) : done()));
    });
    if (this.closed) throw new Error('the connection was closed');
    const block = Buffer.concat(this.inflated);
    const out = new Map<string, string>();
    let at = 4;
    const text = (): string => {
      const length = block.readUInt32BE(at);
      at += 4 + length;
      return block.toString('utf8', at - length, at);
    };
    for (let left = block.readUInt32BE(0); left > 0; left--) {
      const name = text().toLowerCase();
      out.set(name, text());
    }
    return out;
  }

  private data(id: number, bytes: Buffer, flags: number): void {
    const head = Buffer.alloc(HEADER);
    head.writeUInt32BE(id, 0);
    head.writeUInt8(flags, 4);
    head.writeUIntBE(bytes.length, 5, 3);
    this.wire.send(Buffer.concat([head, bytes]));
  }

  private send(type: number, flags: number, body: Buffer): void {
    const head = Buffer.alloc(HEADER);
    head.writeUInt16BE(0x8003, 0);
    head.writeUInt16BE(type, 2);
    head.writeUInt8(flags, 4);
    head.writeUIntBE(body.length, 5, 3);
    this.wire.send(Buffer.concat([head, body]));
  }
}
