import { describe, expect, it } from 'vitest';
import { cycles, importGraph } from './cycles.ts';
import { parse, sources } from './source.ts';

const graph = (files: Readonly<Record<string, string>>) =>
  importGraph(Object.entries(files).map(([file, code]) => parse(file, code)));

describe('imports', () => {
  it('make no cycle', () => {
    expect(cycles(importGraph(sources()))).toEqual([]);
  });

  it('are followed through types and re-exports', () => {
    const files = {
      'a.ts': "import type { B } from './b.ts'",
      'b.ts': "export * from './c.ts'",
      'c.ts': "import('./a.ts')",
    };
    expect(cycles(graph(files))).toEqual(['a.ts → b.ts → c.ts → a.ts']);
  });

  it('may meet again without a cycle', () => {
    const files = { 'a.ts': "import './b.ts'; import './c.ts'", 'b.ts': "import './c.ts'", 'c.ts': '' };
    expect(cycles(graph(files))).toEqual([]);
  });
});
