// The project's own source, parsed once, for the rules of this folder.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type ParseResult, parseSync, Visitor } from 'rolldown/utils';

export const ROOT = path.resolve(import.meta.dirname, '..', '..');

export interface Source {
  /** Relative to the root, with slashes: `src/kernel/queue.ts`. */
  readonly file: string;
  readonly text: string;
  readonly parsed: ParseResult;
}

export function parse(file: string, text: string): Source {
  return { file, text, parsed: parseSync(file, text) };
}

/** Every TypeScript and JavaScript file that somebody wrote; generated ones answer to their generator. */
export function sources(): Source[] {
  const files = globSync('{src,webview,test,scripts}/**/*.{ts,mjs}', { cwd: ROOT }).map((file) =>
    file.split(path.sep).join('/'),
  );
  return files
    .filter((file) => !file.includes('/generated/'))
    .sort()
    .map((file) => parse(file, readFileSync(path.join(ROOT, file), 'utf8')));
}

export interface Import {
  /** As written: `node:fs`, `d3`, `./queue.ts`. */
  readonly specifier: string;
  readonly line: number;
}

/** What a file imports in any way: statements with and without `type`, `export … from`, `import()` and `import('…').T`. */
export function imports({ text, parsed }: Source): Import[] {
  const found: { value: string; start: number }[] = [];
  for (const { moduleRequest } of parsed.module.staticImports) found.push(moduleRequest);
  for (const { entries } of parsed.module.staticExports) {
    for (const { moduleRequest } of entries) if (moduleRequest) found.push(moduleRequest);
  }
  new Visitor({
    ImportExpression: ({ source }) => {
      if (source.type === 'Literal' && typeof source.value === 'string')
        found.push({ value: source.value, start: source.start });
    },
    TSImportType: ({ source }) => void found.push({ value: String(source.value), start: source.start }),
  }).visit(parsed.program);
  return found.map(({ value, start }) => ({ specifier: value, line: lineOf(text, start) }));
}

/** The file an import means, relative to the root; undefined for a package. */
export function resolved(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(from), specifier) : undefined;
}

/** 1-based line of an offset. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
