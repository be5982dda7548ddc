// A YAML language server from npm, driven as an editor drives it: what it takes for the same texts, in the same run.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { cachedPackage } from '../../scripts/lib/npm.mjs';

const VERSION = '2.0.0';
const SHARED = path.resolve(import.meta.dirname, '..', '..', '..', 'shared', 'openapi');
const ANSWER_MS = 60_000;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

/** Undefined where there is no recorded schema to give it. */
export async function startServer(): Promise<LanguageServer | undefined> {
  if (!existsSync(SHARED)) return undefined;
  const folder = mkdtempSync(path.join(tmpdir(), 'kube-anatomy-yls-'));
  const schema = path.join(folder, 'kubernetes.json');
  writeFileSync(schema, JSON.stringify(schemaOfEverything()));
  const server = await cachedPackage('yaml-language-server', VERSION, { reason: 'to be measured beside the hovers' });
  const child = spawn(process.execPath, [path.join(server, 'bin', 'yaml-language-server'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return new LanguageServer(child, pathToFileURL(schema).href);
}

/** One schema in which `kind` and `apiVersion` choose, as the schemas that people give such servers do. */
function schemaOfEverything(): unknown {
  const schemas: Record<string, Record<string, unknown>> = {};
  for (const name of readdirSync(SHARED).filter((file) => file.endsWith('.json'))) {
    const document = JSON.parse(readFileSync(path.join(SHARED, name), 'utf8'));
    Object.assign(schemas, document.components?.schemas);
  }
  const oneOf: unknown[] = [];
  for (const [id, schema] of Object.entries(schemas)) {
    const [gvk] = (schema['x-kubernetes-group-version-kind'] ?? []) as {
      group: string;
      version: string;
      kind: string;
    }[];
    const properties = schema.properties as Record<string, Record<string, unknown>> | undefined;
    if (!gvk || !properties?.kind || !properties.apiVersion) continue;
    properties.kind.enum = [gvk.kind];
    properties.apiVersion.enum = [gvk.group ? `${gvk.group}/${gvk.version}` : gvk.version];
    oneOf.push({ $ref: `#/components/schemas/${id}` });
  }
  return { $schema: 'http://json-schema.org/draft-07/schema#', components: { schemas }, oneOf };
}

export class LanguageServer {
  private readonly child: ChildProcess;
  private readonly schema: string;
  private readonly answers = new Map<number, (result: unknown) => void>();
  private readonly notices = new Map<string, (params: unknown) => void>();
  private buffer = Buffer.alloc(0);
  private next = 1;

  constructor(child: ChildProcess, schema: string) {
    this.child = child;
    this.schema = schema;
    child.stdout?.on('data', (data: Buffer) => this.receive(data));
  }

  async initialize(): Promise<void> {
    const capabilities = {
      workspace: { configuration: true },
      textDocument: { hover: { contentFormat: ['markdown'] } },
    };
    await this.request('initialize', { processId: process.pid, rootUri: null, capabilities });
    this.notify('initialized', {});
    this.notify('workspace/didChangeConfiguration', { settings: this.settings() });
  }

  /** Opens a text and waits until it has been validated once. */
  async open(uri: string, text: string): Promise<void> {
    const validated = this.notice('textDocument/publishDiagnostics');
    this.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    await validated;
  }

  change(uri: string, version: number, text: string): void {
    this.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] });
  }

  hover(uri: string, line: number, character: number): Promise<unknown> {
    return this.request('textDocument/hover', { textDocument: { uri }, position: { line, character } });
  }

  /** The next problems that it tells of. */
  problems(): Promise<unknown> {
    return this.notice('textDocument/publishDiagnostics');
  }

  stop(): void {
    this.child.kill();
  }

  private settings(): unknown {
    return {
      yaml: {
        schemas: { [this.schema]: ['*.yaml'] },
        validate: true,
        hover: true,
        schemaStore: { enable: false },
        maxItemsComputed: 0,
      },
      http: { proxy: '', proxyStrictSSL: true },
    };
  }

  private request(method: string, params: unknown): Promise<unknown> {
    const id = this.next++;
    return this.wait(method, (resolve) => {
      this.answers.set(id, resolve);
      this.send({ id, method, params });
    });
  }

  private notice(method: string): Promise<unknown> {
    return this.wait(method, (resolve) => void this.notices.set(method, resolve));
  }

  private wait(what: string, start: (resolve: (value: unknown) => void) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`yaml-language-server did not answer ${what}`)), ANSWER_MS);
      start((value) => {
        clearTimeout(late);
        resolve(value);
      });
    });
  }

  private notify(method: string, params: unknown): void {
    this.send({ method, params });
  }

  private send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.child.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  private receive(data: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, data]);
    for (;;) {
      const end = this.buffer.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(this.buffer.toString('latin1', 0, Math.max(0, end)))?.[1]);
      if (end === -1 || this.buffer.length < end + 4 + length) return;
      const message: Message = JSON.parse(this.buffer.toString('utf8', end + 4, end + 4 + length));
      this.buffer = this.buffer.subarray(end + 4 + length);
      this.handle(message);
    }
  }

  private handle({ id, method, params, result }: Message): void {
    if (method === undefined && id !== undefined) {
      this.answers.get(id)?.(result);
      this.answers.delete(id);
    } else if (method === 'workspace/configuration') {
      const { items } = params as { items: { section?: string }[] };
      const all = this.settings() as Record<string, unknown>;
      this.send({ id, result: items.map(({ section = '' }) => all[section] ?? null) });
    } else if (id !== undefined) this.send({ id, result: null });
    else if (method !== undefined) {
      this.notices.get(method)?.(params);
      this.notices.delete(method);
    }
  }
}
