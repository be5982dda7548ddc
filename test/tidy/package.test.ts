// package.json speaks of files, bundles and commands by name; nothing else notices when one of those has gone.
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundles } from '../../scripts/tasks/bundles.ts';
import { imports, ROOT, sources } from './source.ts';

const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

/** Every string in a JSON value. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

const declaredCommands: string[] = (manifest.contributes?.commands ?? []).map(
  (one: { command: string }) => one.command,
);

/** Commands that menus and key bindings name, and those that welcome views and walkthroughs link to. */
function mentionedCommands(): string[] {
  const { menus = {}, keybindings = [], ...rest } = manifest.contributes ?? {};
  const items: readonly { command?: string }[] = [...Object.values(menus).flat(), ...keybindings] as never;
  const links = strings(rest).flatMap((text) => [...text.matchAll(/\(command:([\w.-]+)/g)].map(([, id = '']) => id));
  return [...items.flatMap(({ command }) => command ?? []), ...links];
}

describe('package.json', () => {
  it('points at bundles that the build makes', () => {
    const made = bundles().map(({ to }) => `dist/${to}`);
    for (const file of [manifest.main, manifest.browser, ...Object.values(manifest.bin)]) {
      expect(made).toContain(path.posix.normalize(String(file)));
    }
  });

  it('points at files that exist', () => {
    const files = strings([manifest.icon, manifest.contributes]).filter((text) =>
      /^(\.\/)?media\/[\w./-]+$/.test(text),
    );
    expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it('declares every command once, and each is registered in src', () => {
    expect(declaredCommands.length).toBeGreaterThan(0);
    expect(new Set(declaredCommands).size).toBe(declaredCommands.length);
    const code = sources().filter(({ file }) => file.startsWith('src/'));
    const registered = (id: string): boolean => code.some(({ text }) => text.includes(`'${id}'`));
    expect(declaredCommands.filter((id) => !registered(id))).toEqual([]);
  });

  it('mentions no command of its own that it does not declare', () => {
    const own = mentionedCommands().filter((id) => id.startsWith('kubeAnatomy.'));
    // VS Code itself makes `VIEW.focus` and the like for each view.
    const views = strings(manifest.contributes?.views);
    const made = (id: string): boolean => views.some((view) => id.startsWith(`${view}.`));
    expect(own.filter((id) => !declaredCommands.includes(id) && !made(id))).toEqual([]);
  });

  it('asks for a VS Code that has every API its types have', () => {
    const [types, engine] = [manifest.devDependencies['@types/vscode'], manifest.engines.vscode];
    expect(
      types.replace(/^\D+/, '').localeCompare(engine.replace(/^\D+/, ''), undefined, { numeric: true }),
    ).toBeLessThanOrEqual(0);
  });
});

describe('package-lock.json', () => {
  it('knows the binaries of every platform, without which npm ci fails there', () => {
    const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
    const entries: [string, { optionalDependencies?: Record<string, string> }][] = Object.entries(packages);
    const known = new Set(entries.map(([at]) => at.slice(at.lastIndexOf('node_modules/') + 'node_modules/'.length)));
    const wanted = entries.flatMap(([, { optionalDependencies = {} }]) => Object.keys(optionalDependencies));
    expect(wanted.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('host tests', () => {
  it('are all in the index that the extension host runs', () => {
    const index = sources().find(({ file }) => file === 'test/host/index.ts');
    const listed = index ? imports(index).map(({ specifier }) => path.basename(specifier)) : [];
    const files = globSync('test/host/*.test.ts', { cwd: ROOT }).map((file) => path.basename(file));
    expect(files.filter((file) => !listed.includes(file))).toEqual([]);
  });
});
