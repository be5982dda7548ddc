// A JSON object with one entry on each line, of which an entry is parsed when somebody asks for it: the first hover needs few of
// hundreds of types.

/** `{` a line, `"key": value,` a line each, `}` a line: JSON as any other. */
export function linedJson(entries: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(entries).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}`;
}

export interface Lined<T> {
  get(key: string): T | undefined;
  all(): readonly T[];
}

/** @param text what `linedJson` wrote; throws SyntaxError, for a line where it is asked for, on what is no JSON */
export function readLined<T>(text: string): Lined<T> {
  const lines = new Map<string, string>();
  // Written otherwise, it is written anew.
  const lined = text.startsWith('{\n"') ? text : linedJson(JSON.parse(text) as Record<string, T>);
  for (const line of lined.split('\n')) if (line.startsWith('"')) lines.set(line.slice(1, line.indexOf('"', 1)), line);
  const parsed = new Map<string, T>();
  const get = (key: string): T | undefined => {
    const line = lines.get(key);
    if (line === undefined || parsed.has(key)) return parsed.get(key);
    const value = JSON.parse(line.slice(key.length + 3, line.endsWith(',') ? -1 : undefined)) as T;
    parsed.set(key, value);
    return value;
  };
  return { get, all: () => [...lines.keys()].flatMap((key) => get(key) ?? []) };
}
