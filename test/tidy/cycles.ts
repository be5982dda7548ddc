import { imports, resolved, type Source } from './source.ts';

/** File → the project's files that it imports, types included: a cycle of types is a knot for its readers as well. */
export function importGraph(all: readonly Source[]): Map<string, string[]> {
  const files = new Set(all.map(({ file }) => file));
  return new Map(
    all.map((source) => {
      const targets = imports(source).map(({ specifier }) => resolved(source.file, specifier));
      return [source.file, targets.filter((file): file is string => file !== undefined && files.has(file))];
    }),
  );
}

/** Every cycle that a depth-first walk closes, as `a → b → a`. */
export function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
}
