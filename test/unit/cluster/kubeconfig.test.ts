import { describe, expect, it } from 'vitest';
import { readKubeconfig } from '../../../src/cluster/kubeconfig.ts';

const GOOD = `apiVersion: v1
kind: Config
current-context: dev
clusters:
- name: kind
  cluster: {server: 'https://127.0.0.1:6443'}
users:
- name: admin
  user: {token: very-secret}
- name: cloud
  user: {exec: {command: aws, args: [eks]}}
contexts:
- name: dev
  context: {cluster: kind, user: admin, namespace: demo}
- name: prod
  context: {cluster: gone, user: cloud}
`;

const read = (text: string, file = '/home/jane/.kube/config') => readKubeconfig([{ file, text }]);

describe('a kubeconfig', () => {
  it('gives its contexts with server, user, namespace, plugin and line, and no credential', () => {
    const config = read(GOOD);
    expect(config.problems).toEqual([]);
    expect(config.current).toBe('dev');
    expect(config.contexts).toEqual([
      expect.objectContaining({ name: 'dev', server: 'https://127.0.0.1:6443', namespace: 'demo', line: 13 }),
      expect.objectContaining({ name: 'prod', exec: 'aws', problem: expect.stringContaining('“gone”') }),
    ]);
    expect(JSON.stringify(config)).not.toContain('very-secret');
  });

  it('merges files as kubectl does: the first that names something wins', () => {
    const other = GOOD.replace('127.0.0.1:6443', 'other:1').replace('current-context: dev', 'current-context: prod');
    const config = readKubeconfig([
      { file: 'a', text: GOOD },
      { file: 'b', text: `${other}- name: extra\n  context: {cluster: kind, user: admin}\n` },
    ]);
    expect(config.current).toBe('dev');
    expect(config.contexts.map((c) => [c.name, c.server, c.file])).toEqual([
      ['dev', 'https://127.0.0.1:6443', 'a'],
      ['prod', undefined, 'a'],
      ['extra', 'https://127.0.0.1:6443', 'b'],
    ]);
  });

  it.each([
    ['broken YAML', 'clusters:\n- name: [a\nusers: []\n', 3, /not valid YAML/],
    ['a list', '- a\n- b\n', 1, /not a kubeconfig/],
    ['another kind', 'apiVersion: v1\nkind: Pod\n', 2, /kind is Pod/],
    ['a section that is no list', 'clusters: {}\ncontexts:\n  dev: x\n', 1, /must be a list/],
    ['an entry without a name', 'contexts:\n- context: {cluster: a}\n', 2, /needs “name”/],
  ])('says file, line and what to do for %s', (_, text, line, message) => {
    const [problem] = read(text).problems;
    expect(problem).toMatchObject({ file: '/home/jane/.kube/config', line, message: expect.stringMatching(message) });
    expect(problem?.remedy).toContain('Correct the file');
  });

  it('keeps what can be read beside what cannot', () => {
    const config = read(GOOD.replace('- name: prod', '- nom: prod'));
    expect(config.contexts.map((c) => c.name)).toEqual(['dev']);
    expect(config.problems).toMatchObject([{ line: 15 }]);
  });

  it.each(['ftp://x', 'not a url', ''])('knows before Connect that %j cannot be a server', (server) => {
    const [dev] = read(GOOD.replace('https://127.0.0.1:6443', server)).contexts;
    expect(dev?.problem).toMatch(/server/);
  });

  it('names a current context that does not exist', () => {
    expect(read(GOOD.replace('current-context: dev', 'current-context: old')).problems).toEqual([
      expect.objectContaining({ message: expect.stringContaining('“old”') }),
    ]);
  });

  it.each(['', '\n', '# only a comment\n'])('has nothing to say of an empty file %j', (text) => {
    expect(read(text).contexts).toEqual([]);
  });

  it('survives anything', () => {
    for (const text of ['\0\0', '{'.repeat(5000), '&a [*a]', 'clusters: [1, null, {name: {}}]', '\uFEFFkind: Config']) {
      expect(() => read(text)).not.toThrow();
    }
  });
});
