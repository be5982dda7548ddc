// How long a hover takes: warm, after a keystroke, and the first one after activation.
import { descriptions, packedFields } from '../../scripts/generate/fields.ts';
import { createKnowledge } from '../../src/knowledge/knowledge.ts';
import { explanationMarkdown } from '../../src/manifest/markdown.ts';
import { createManifestService, type ManifestService } from '../../src/manifest/service.ts';
import type { Figure } from './figure.ts';

const URI = 'file:///bench.yaml';
const LINES = [60, 2_000, 20_000] as const;
const HOVERS = 2_000;
const KEYSTROKES = 200;
/** The targets in milliseconds. */
const TARGETS: Readonly<Record<string, number>> = {
  'hover warm 2000 p50': 0.3,
  'hover warm 2000 p99': 2,
  'hover keystroke 20000 p99': 5,
  'hover first': 100,
  'diagnostics keystroke 20000 p99': 50,
};

/** A stream of Deployments and Services of about 30 lines each. */
function manifest(lines: number): string {
  const documents: string[] = [];
  for (let i = 0, count = 0; count < lines; i++) {
    const text = document(i);
    documents.push(text);
    count += text.split('\n').length;
  }
  return documents.join('---\n').split('\n').slice(0, lines).join('\n');
}

function document(i: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-${i}
  labels: {app: web-${i}, tier: front}
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web-${i}
  template:
    metadata:
      labels:
        app: web-${i}
    spec:
      # pinned to fast disks
      nodeSelector: {disk: ssd}
      containers:
      - name: web
        image: nginx:1.27
        ports:
        - containerPort: 80
        env:
        - name: LEVEL
          value: "debug"
        resources:
          requests: {cpu: 100m, memory: 64Mi}
          limits:
            memory: 128Mi
        readinessProbe:
          httpGet: {path: /, port: 80}
          periodSeconds: 5
`;
}

/** A small generator: the same spots in every run, on every machine. */
function* spots(lines: number): Generator<number> {
  let state = 12_345;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state % lines;
  }
}

function quantiles(times: number[]): { p50: number; p99: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

function time(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

/** Hover as the host does it: explanation and its markdown. */
function hover(service: ManifestService, text: readonly string[], line: number): void {
  const column = text[line]?.search(/[A-Za-z]/) ?? 0;
  const found = service.explainAt(URI, line, Math.max(0, column));
  if (found) explanationMarkdown(found);
}

function figure(name: string, value: number): Figure {
  const target = TARGETS[name];
  return { name, value: Number(value.toFixed(3)), unit: 'ms', better: 'lower', ...(target && { target }) };
}

function both(name: string, times: number[]): Figure[] {
  const { p50, p99 } = quantiles(times);
  return [figure(`${name} p50`, p50), figure(`${name} p99`, p99)];
}

function measure(lines: number): Figure[] {
  const knowledge = createKnowledge({ fields, descriptions: prose });
  const service = createManifestService({ knowledge });
  const text = manifest(lines);
  const split = text.split('\n');
  service.update(URI, 1, text);
  const where = spots(lines);
  const next = () => where.next().value ?? 0;
  for (let line = 0; line < lines; line += 7) hover(service, split, line);
  const warm = Array.from({ length: HOVERS }, () => time(() => hover(service, split, next())));
  const typed = typing(split, next, (version, changed, line) => {
    service.update(URI, version, changed);
    hover(service, split, line);
  });
  service.diagnostics(URI);
  const checked = typing(split, next, (version, changed) => {
    service.update(URI, version, changed);
    service.diagnostics(URI);
  });
  return [
    ...both(`hover warm ${lines}`, warm),
    ...both(`hover keystroke ${lines}`, typed),
    ...both(`diagnostics keystroke ${lines}`, checked),
  ];
}

/** Times `react` after each of many small edits. */
function typing(
  split: readonly string[],
  next: () => number,
  react: (version: number, text: string, line: number) => void,
): number[] {
  return Array.from({ length: KEYSTROKES }, (_, version) => {
    const line = next();
    const edited = [...split];
    edited[line] = `${edited[line]} # ${version}`;
    const changed = edited.join('\n');
    return time(() => react(version, changed, line));
  });
}

const packed = packedFields();
const described = JSON.stringify(descriptions());
const fields = () => packed;
const prose = () => described;

/** From nothing parsed to the first hover, on 60 lines: what a person waits for after activation. */
function first(): Figure {
  const text = manifest(60);
  const split = text.split('\n');
  return figure(
    'hover first',
    time(() => {
      const service = createManifestService({ knowledge: createKnowledge({ fields, descriptions: prose }) });
      service.update(URI, 1, text);
      hover(service, split, 6);
    }),
  );
}

export default async function run(): Promise<Figure[]> {
  const start = first();
  return [start, ...LINES.flatMap(measure), await heap()];
}

/** Heap that the loaded knowledge keeps, in MiB; exact only with --expose-gc. */
async function heap(): Promise<Figure> {
  const collect = (globalThis as { gc?: () => void }).gc;
  collect?.();
  const before = process.memoryUsage().heapUsed;
  const knowledge = createKnowledge({ fields, descriptions: prose });
  knowledge.record('core.v1.PodSpec', 'nodeSelector');
  knowledge.description('core.v1.PodSpec', 'nodeSelector');
  collect?.();
  const value = (process.memoryUsage().heapUsed - before) / 1024 / 1024;
  return { name: 'knowledge heap', value: Number(value.toFixed(2)), unit: 'MiB', target: 8, better: 'lower' };
}

if (process.argv[1] === import.meta.filename) console.table(await run());
