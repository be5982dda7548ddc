// How long a hover takes: warm, after a keystroke, and the first one after activation.
import { descriptions, packedFields } from '../../scripts/generate/fields.ts';
import { createKnowledge } from '../../src/knowledge/knowledge.ts';
import { linedJson } from '../../src/knowledge/lined.ts';
import { explanationMarkdown } from '../../src/manifest/markdown.ts';
import { createManifestService, type ManifestService } from '../../src/manifest/service.ts';
import { unresolved } from '../../src/manifest/workspace/unresolved.ts';
import { Workspace } from '../../src/manifest/workspace/workspace.ts';
import type { Figure } from './figure.ts';
import { anchored, blockOfText, configMap, definition, flowStyle, json, jsonLine, list, stream } from './texts.ts';
import { type LanguageServer, startServer } from './yaml-language-server.ts';

const URI = 'file:///bench.yaml';
const LINES = [60, 2_000, 20_000] as const;
const HOVERS = 2_000;
const KEYSTROKES = 200;
/** In milliseconds. Of keystrokes nine in ten are held to theirs; the slowest of 200 tells of the machine and of garbage. */
const TARGETS: Record<string, number> = {
  'hover warm 2000 p50': 0.3,
  'hover warm 2000 p99': 2,
  'hover keystroke 20000 p90': 5,
  'hover first': 100,
  'diagnostics keystroke 20000 p90': 50,
};
/** One document of 20,000 lines, in the shapes that people and programs write. */
const SINGLE = {
  List: list,
  ConfigMap: configMap,
  'block of text': blockOfText,
  CRD: definition,
  'List with aliases': anchored,
  'JSON List': json,
  'JSON line': jsonLine,
  'flow style List': flowStyle,
};
for (const name of Object.keys(SINGLE)) {
  TARGETS[`hover keystroke 20000 one ${name} p90`] = 5;
  TARGETS[`diagnostics keystroke 20000 one ${name} p90`] = 50;
}

/** A small generator: the same spots in every run, on every machine. */
function* spots(lines: number): Generator<number> {
  let state = 12_345;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state % lines;
  }
}

function quantiles(times: number[]): { p50: number; p90: number; p99: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
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

function quantileFigures(name: string, times: number[]): Figure[] {
  return Object.entries(quantiles(times)).map(([quantile, value]) => figure(`${name} ${quantile}`, value));
}

function measure(name: string, text: string): Figure[] {
  const knowledge = createKnowledge({ fields, descriptions: prose });
  const service = createManifestService({ knowledge });
  const workspace = new Workspace();
  const split = text.split('\n');
  service.update(URI, 1, text);
  const where = spots(split.length);
  const next = () => where.next().value ?? 0;
  for (let line = 0; line < split.length; line += 7) hover(service, split, line);
  const warm = Array.from({ length: HOVERS }, () => time(() => hover(service, split, next())));
  const typed = typing(text, next, (version, changed, line) => {
    service.update(URI, version, changed);
    hover(service, split, line);
  });
  // As the host does it: problems of the objects, and names across the workspace.
  const check = (): void => {
    service.diagnostics(URI);
    workspace.update(URI, service.facts(URI));
    unresolved(workspace, URI);
  };
  check();
  const checked = typing(text, next, (version, changed) => {
    service.update(URI, version, changed);
    check();
  });
  return [
    ...quantileFigures(`hover warm ${name}`, warm),
    ...quantileFigures(`hover keystroke ${name}`, typed.times),
    ...quantileFigures(`hover keystroke ${name} cpu`, typed.cpu),
    ...quantileFigures(`diagnostics keystroke ${name}`, checked.times),
    ...quantileFigures(`diagnostics keystroke ${name} cpu`, checked.cpu),
  ];
}

/** What passed by the clock, and what the processor spent, which other work on the machine does not change much. */
interface Typed {
  readonly times: number[];
  readonly cpu: number[];
}

/** Times `react` after each of many keystrokes: a letter put into a word somewhere, and taken away again. */
function typing(text: string, next: () => number, react: (version: number, text: string, line: number) => void): Typed {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  const typed: { times: number[]; cpu: number[] } = { times: [], cpu: [] };
  for (let k = 0; k < KEYSTROKES / 2; k++) {
    // On one line alone words are looked for anywhere.
    const from = starts.length > 1 ? (starts[next()] ?? 0) : Math.floor((text.length * k * 2) / KEYSTROKES);
    const at = from + Math.max(0, text.slice(from).search(/\w\w/)) + 1;
    const line = starts.findLastIndex((start) => start <= at);
    // Flat, as an editor's text is.
    const changed = [text.slice(0, at), text.slice(at)].join('x');
    const same = [text.slice(0, at), text.slice(at)].join('');
    for (const [back, now] of [changed, same].entries()) {
      const before = process.cpuUsage();
      typed.times.push(time(() => react(2 * k + back, now, line)));
      const { user, system } = process.cpuUsage(before);
      typed.cpu.push((user + system) / 1000);
    }
  }
  return typed;
}

const packed = packedFields();
const described = linedJson(descriptions());
const fields = () => packed;
const prose = () => described;

/** From nothing parsed to the first hover, on 60 lines: what a person waits for after activation. */
function first(): Figure {
  const text = stream(60);
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
  const streams = LINES.flatMap((lines) => measure(`${lines}`, stream(lines)));
  const singles = Object.entries(SINGLE).flatMap(([name, make]) => measure(`20000 one ${name}`, make(20_000)));
  return [start, ...streams, ...singles, await heap(), ...(await beside())];
}

/** What yaml-language-server takes for the same, message to message; nothing where it cannot be had. */
async function beside(): Promise<Figure[]> {
  const began = performance.now();
  const server = await startServer().catch((error: unknown) => {
    console.error(`yaml-language-server is left out: ${error instanceof Error ? error.message : error}`);
    return undefined;
  });
  if (!server) return [];
  try {
    await server.initialize();
    const small = stream(60);
    await server.open('file:///first.yaml', small);
    await server.hover('file:///first.yaml', 6, 3);
    const figures = [figure('yaml-language-server: start to first hover', performance.now() - began)];
    for (const lines of [2_000, 20_000]) figures.push(...(await besideOf(server, `${lines}`, stream(lines))));
    return figures;
  } finally {
    server.stop();
  }
}

async function besideOf(server: LanguageServer, name: string, text: string): Promise<Figure[]> {
  const uri = `file:///bench-${name}.yaml`;
  const split = text.split('\n');
  const where = spots(split.length);
  await server.open(uri, text);
  const timed = async (count: number, work: (line: number, version: number) => Promise<unknown>): Promise<number[]> => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const line = where.next().value ?? 0;
      const from = performance.now();
      await work(line, i + 2);
      times.push(performance.now() - from);
    }
    return times;
  };
  const column = (line: number): number => Math.max(0, split[line]?.search(/[A-Za-z]/) ?? 0);
  const warm = await timed(200, (line) => server.hover(uri, line, column(line)));
  const typed = await timed(8, async (line, version) => {
    const edited = [...split];
    edited[line] = `${edited[line]} # ${version}`;
    const problems = server.problems();
    server.change(uri, version, edited.join('\n'));
    await server.hover(uri, line, column(line));
    // Its own debounce is over before the next.
    await problems;
  });
  return [
    ...quantileFigures(`yaml-language-server: hover warm ${name}`, warm),
    figure(`yaml-language-server: hover keystroke ${name} p50`, quantiles(typed).p50),
  ];
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
