import { describe, expect, it } from 'vitest';
import { ECMASCRIPT_ONLY, within } from './dependencies.ts';
import { BANNED_GLOBALS, platformUses } from './ecmascript.ts';
import { parse, sources } from './source.ts';

const uses = (code: string): string[] => platformUses(parse('src/kernel/a.ts', code));

describe('ECMAScript only', () => {
  it('holds for every core folder', () => {
    const core = sources().filter(({ file }) => ECMASCRIPT_ONLY.some((folder) => within(file, folder)));
    expect(core.length).toBeGreaterThan(50);
    expect(core.flatMap(platformUses)).toEqual([]);
  });

  it.each(Object.keys(BANNED_GLOBALS))('refuses %s', (name) => {
    expect(uses(`export const x = ${name};`)).toHaveLength(1);
    expect(uses(`${name}.y(1);`)).toHaveLength(1);
  });

  it.each(['Date.now()', 'new Date()', 'Date()', 'Math.random()', '{ const { log } = console; }', 'f({ process })'])(
    'refuses %s',
    (code) => {
      expect(uses(code)).toHaveLength(1);
    },
  );

  it.each([
    'new Date(0)',
    'Math.max(1, 2)',
    'Date.parse(text)',
    'const document = parse(text); document.errors',
    'function f({ process }: P) { return process.name; }',
    'for (const self of all) self.run()',
    'a.window.document = { performance: 1 }',
    'interface I { fetch: string; process(): void }',
    "import { URL } from './url.ts'; new URL()",
  ])('allows %s', (code) => {
    expect(uses(code)).toEqual([]);
  });
});
