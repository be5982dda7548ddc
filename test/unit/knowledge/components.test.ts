import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { components, findComponent } from '../../../src/knowledge/components.ts';
import { sharedPath } from '../../support/shared.ts';

const paths = new Set(fs.readFileSync(sharedPath('upstream', 'paths.txt'), 'utf8').split('\n'));

describe('components', () => {
  test('ids are unique and found again', () => {
    expect(new Set(components.map(({ id }) => id)).size).toBe(components.length);
    for (const component of components) expect(findComponent(component.id)).toBe(component);
    expect(findComponent('toString')).toBeUndefined();
  });

  test('every connection and every host process is a component itself', () => {
    const ids = new Set(components.map(({ id }) => id));
    const named = components.flatMap(({ talksTo, process }) => [
      ...talksTo.map(({ to }) => to),
      ...(process ? [process] : []),
    ]);
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });

  test('only the API server talks to etcd', () => {
    const callers = components.filter(({ talksTo }) => talksTo.some(({ to }) => to === 'etcd')).map(({ id }) => id);
    expect(callers.sort()).toEqual(['etcd', 'kube-apiserver']);
  });

  test('a called port is one that the called component listens on', () => {
    for (const { id, talksTo } of components) {
      for (const { to, port } of talksTo) {
        if (port !== undefined) expect(findComponent(to)?.listens, `${id} → ${to}:${port}`).toContain(port);
      }
    }
  });

  test('sources exist upstream', () => {
    expect(components.filter(({ source }) => !paths.has(source)).map(({ id }) => id)).toEqual([]);
  });

  test('identities of controllers are accounts or roles of a fresh cluster', () => {
    const cluster = fs.readFileSync(sharedPath('discovery', 'fresh-cluster.json'), 'utf8');
    for (const { id, identity, process } of components) {
      // The one that makes the tokens of the others has none of its own.
      if (process !== 'kube-controller-manager' || identity === 'system:kube-controller-manager') continue;
      const account = identity?.split(':').at(-1);
      expect(cluster.includes(`"system:controller:${account}"`), `${id} as ${account}`).toBe(true);
    }
  });

  test('every component that the recordings name is known', () => {
    const folder = sharedPath('conformance', 'golden');
    const actors = new Set<string>();
    for (const file of fs.readdirSync(folder)) {
      const golden = JSON.parse(fs.readFileSync(`${folder}/${file}`, 'utf8')) as {
        keys: { required: string[]; optional: string[] };
      };
      for (const key of [...golden.keys.required, ...golden.keys.optional]) actors.add(key.split(' ')[0] ?? '');
    }
    expect(actors.size).toBeGreaterThan(10);
    expect([...actors].filter((actor) => !findComponent(actor))).toEqual([]);
  });
});
