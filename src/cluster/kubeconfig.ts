// Reads a kubeconfig for what can be shown of it, with the line of whatever is wrong. It touches no cluster, no file that
// the kubeconfig names, and no credential: tokens and keys are not even kept.
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';

export interface KubeconfigFile {
  /** As a person knows it: the path. */
  readonly file: string;
  readonly text: string;
}

export interface ContextEntry {
  readonly name: string;
  readonly cluster: string;
  readonly user: string;
  readonly namespace?: string;
  /** URL of the API server; absent where the cluster is not defined. */
  readonly server?: string;
  /** Program that Connect would run for credentials. */
  readonly exec?: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Why Connect cannot work, where that is already plain. */
  readonly problem?: string;
}

export interface KubeconfigProblem {
  readonly file: string;
  /** From 1; absent where the whole file is meant. */
  readonly line?: number;
  readonly message: string;
  readonly remedy: string;
}

export interface Kubeconfig {
  readonly contexts: readonly ContextEntry[];
  readonly current: string | undefined;
  readonly problems: readonly KubeconfigProblem[];
}

interface Named {
  readonly name: string;
  readonly map: YAMLMap;
  readonly file: string;
  readonly line: number;
}

interface Parts {
  readonly clusters: Map<string, Named>;
  readonly users: Map<string, Named>;
  readonly contexts: Map<string, Named>;
  readonly problems: KubeconfigProblem[];
  current: string | undefined;
}

const MAX_BYTES = 5 * 1024 * 1024;

/** Reads the files as client-go merges them: for each name, and for current-context, the first file wins. */
export function readKubeconfig(files: readonly KubeconfigFile[]): Kubeconfig {
  const parts: Parts = { clusters: new Map(), users: new Map(), contexts: new Map(), problems: [], current: undefined };
  for (const file of files) readFile(file, parts);
  const contexts = [...parts.contexts.values()].map((c) => contextOf(c, parts));
  if (parts.current !== undefined && !parts.contexts.has(parts.current) && parts.problems.length === 0) {
    parts.problems.push({
      file: files[0]?.file ?? '',
      message: `current-context is “${parts.current}”, but there is no context of that name.`,
      remedy: 'Choose one with “kubectl config use-context NAME”.',
    });
  }
  return { contexts, current: parts.current, problems: parts.problems };
}

function readFile({ file, text }: KubeconfigFile, parts: Parts): void {
  if (text.trim() === '') return;
  const remedy = 'Correct the file, then refresh the list of clusters.';
  if (text.length > MAX_BYTES) {
    parts.problems.push({
      file,
      message: 'The file is larger than 5 MiB; it was not read.',
      remedy: 'See whether it is a kubeconfig.',
    });
    return;
  }
  const lines = new LineCounter();
  const at = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;
  let root: unknown;
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
    const error = document.errors[0];
    if (error) {
      parts.problems.push({
        file,
        line: at(error.pos[0]),
        message: `This is not valid YAML: ${error.message}.`,
        remedy,
      });
      return;
    }
    root = document.contents;
  } catch (error) {
    parts.problems.push({
      file,
      message: `This is not valid YAML: ${error instanceof Error ? error.message : String(error)}.`,
      remedy,
    });
    return;
  }
  if (!isMap(root)) {
    const message = 'This is not a kubeconfig: a mapping with “clusters”, “users” and “contexts” is expected.';
    parts.problems.push({ file, line: 1, message, remedy });
    return;
  }
  const kind = stringAt(root, 'kind');
  if (kind !== undefined && kind !== 'Config') {
    parts.problems.push({
      file,
      line: at(offsetOf(root, 'kind')),
      message: `This is not a kubeconfig: its kind is ${kind}.`,
      remedy,
    });
    return;
  }
  parts.current ??= stringAt(root, 'current-context') || undefined;
  for (const section of ['clusters', 'users', 'contexts'] as const) {
    const found = root.get(section, true);
    if (found === undefined || (isScalar(found) && found.value === null)) continue;
    if (!isSeq(found)) {
      const message = `“${section}” must be a list of entries with a name.`;
      parts.problems.push({ file, line: at(offsetOf(root, section)), message, remedy });
      continue;
    }
    for (const item of found.items) {
      const line = at((item as Node | null)?.range?.[0]);
      const name = isMap(item) ? stringAt(item, 'name') : undefined;
      const map = isMap(item) ? item.get(section.slice(0, -1), true) : undefined;
      if (name === undefined || !isMap(map)) {
        const message = `An entry of “${section}” needs “name” and “${section.slice(0, -1)}”.`;
        parts.problems.push({ file, line, message, remedy });
      } else if (!parts[section].has(name)) parts[section].set(name, { name, map, file, line });
    }
  }
}

function contextOf({ name, map, file, line }: Named, parts: Parts): ContextEntry {
  const cluster = stringAt(map, 'cluster') ?? '';
  const user = stringAt(map, 'user') ?? '';
  const namespace = stringAt(map, 'namespace');
  const server = mapString(parts.clusters.get(cluster), 'server');
  const exec = execOf(parts.users.get(user));
  const problem = problemOf({ cluster, user, server }, parts);
  return {
    name,
    cluster,
    user,
    file,
    line,
    ...(namespace ? { namespace } : {}),
    ...(server === undefined ? {} : { server }),
    ...(exec === undefined ? {} : { exec }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function problemOf(c: { cluster: string; user: string; server: string | undefined }, parts: Parts): string | undefined {
  if (c.cluster === '') return 'The context names no cluster.';
  if (!parts.clusters.has(c.cluster)) return `The context names the cluster “${c.cluster}”, which is not defined.`;
  if (!c.server) return `The cluster “${c.cluster}” has no “server”.`;
  if (!/^https?:\/\/[^/\s]+/.test(c.server)) return `“server” of the cluster “${c.cluster}” is not a URL: ${c.server}`;
  if (c.user !== '' && !parts.users.has(c.user)) return `The context names the user “${c.user}”, which is not defined.`;
  return undefined;
}

function execOf(user: Named | undefined): string | undefined {
  const exec = user?.map.get('exec', true);
  return isMap(exec) ? stringAt(exec, 'command') : undefined;
}

function mapString(named: Named | undefined, key: string): string | undefined {
  return named && stringAt(named.map, key);
}

function stringAt(map: YAMLMap, key: string): string | undefined {
  const value = map.get(key);
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
}

function offsetOf(map: YAMLMap, key: string): number | undefined {
  const pair = map.items.find((p) => isScalar(p.key) && p.key.value === key);
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}
