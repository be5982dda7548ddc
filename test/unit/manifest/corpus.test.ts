// Manifests as charts, operators and people write them, with nothing wrong in them: nothing may be said. Each folder of `corpus`
// is a workspace of its own.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createManifestService } from '../../../src/manifest/service.ts';
import { unresolved } from '../../../src/manifest/workspace/unresolved.ts';
import { Workspace } from '../../../src/manifest/workspace/workspace.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';

const knowledge = sourceKnowledge();
const CORPUS = path.join(import.meta.dirname, 'corpus');

function textsOf(folder: string): [uri: string, text: string][] {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names
    .map((name) => path.join(folder, name))
    .filter((file) => /\.(ya?ml|json|tpl)$/.test(file))
    .map((file) => [pathToFileURL(file).href, fs.readFileSync(file, 'utf8')]);
}

/** Everything that the editor would mark, were these the files of its workspace. */
function alarms(texts: readonly (readonly [uri: string, text: string])[]): string[] {
  const service = createManifestService({ knowledge });
  const workspace = new Workspace();
  for (const [uri, text] of texts) {
    service.update(uri, 1, text);
    workspace.update(uri, service.facts(uri));
  }
  return texts.flatMap(([uri]) => {
    const patch = workspace.isPatch(uri);
    const found = [...service.diagnostics(uri, { patch }), ...(patch ? [] : unresolved(workspace, uri))];
    return found.map(
      ({ family, range, message, words }) => `${family} ${uri}:${range.start.line + 1} ${message} ${words ?? ''}`,
    );
  });
}

describe('nothing is wrong with', () => {
  test.each(fs.readdirSync(CORPUS))('%s', (name) => {
    const texts = textsOf(path.join(CORPUS, name));
    expect(alarms(texts)).toEqual([]);
    // Lines may end otherwise, and editors write a mark before the first.
    expect(alarms(texts.map(([uri, text]) => [uri, `\ufeff${text.replaceAll('\n', '\r\n')}`]))).toEqual([]);
  });

  test('the static pods that kubeadm writes', () => {
    expect(alarms(textsOf(sharedPath('kubeadm', 'manifests')))).toEqual([]);
  });

  test('objects that a cluster answered with', () => {
    const watches = fs.globSync('*/watch.jsonl.gz', { cwd: sharedPath('live') }).flatMap((name) =>
      gunzipSync(fs.readFileSync(sharedPath('live', name)))
        .toString()
        .split('\n')
        .filter(Boolean)
        .flatMap((line) => objectsIn(JSON.parse(line))),
    );
    const defaulted = objectsIn(JSON.parse(fs.readFileSync(sharedPath('validation', 'defaulted.json'), 'utf8')));
    // Events of which there are thousands are all alike.
    const others = watches.filter((object) => (object as { kind: string }).kind !== 'Event');
    const all = new Map([...defaulted, ...others].map((object) => [nameOf(object), object]));
    for (const [name, object] of all) {
      const found = alarms([['file:///live.json', JSON.stringify(object)]]);
      // Every field of Services is set in one of them, and one is deprecated.
      expect(
        found.filter((one) => !/^deprecated .*externalIPs/.test(one)),
        name,
      ).toEqual([]);
    }
    expect(all.size).toBeGreaterThan(80);
  });
});

function nameOf(object: unknown): string {
  const { kind, metadata } = object as { kind: string; metadata: { name?: string; namespace?: string; uid?: string } };
  return [kind, metadata.namespace, metadata.name, metadata.uid].join(' ');
}

/** Whole objects inside a recording. */
function objectsIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (typeof value !== 'object' || value === null) return [];
  const { metadata } = value as { metadata?: { name?: unknown } };
  // A bookmark is of no object.
  if ('apiVersion' in value && 'kind' in value && metadata?.name !== undefined) return [value];
  return Object.values(value).flatMap(objectsIn);
}
