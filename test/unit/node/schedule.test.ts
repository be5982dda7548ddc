// `kube-anatomy schedule` on what people give it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { schedule } from '../../../src/node/cli/schedule.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'schedule-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function run(nodes: string, pods: string, json = false): Promise<{ code: number; out: string; err: string }> {
  const [a, b] = [path.join(folder, 'nodes.yaml'), path.join(folder, 'pods.yaml')];
  writeFileSync(a, nodes);
  writeFileSync(b, pods);
  const written = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.err += text;
    return true;
  });
  const code = await schedule.run({ nodes: a, json, seed: '1' }, [b]);
  return { code, ...written };
}

const NODE =
  'apiVersion: v1\nkind: Node\nmetadata: {name: one}\nstatus: {allocatable: {cpu: "2", memory: 4Gi, pods: "9"}}\n';
const pod = (name: string, spec: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
const PLAIN = pod('plain', 'containers: [{name: a, image: x}]');

describe('kube-anatomy schedule', () => {
  it('prints where each pod goes, and why the API server refuses one', async () => {
    const { code, out } = await run(NODE, `${PLAIN}---\n${pod('bad', 'containers: []')}`);
    expect(code).toBe(1);
    expect(out).toMatch(/^plain: one\n/);
    expect(out).toMatch(/Pod bad: refused\n {2}kube-apiserver would refuse Pod bad: .*Required value/);
  });

  it('prints decisions alone as JSON; refusals go to stderr', async () => {
    const { out, err } = await run(NODE, `${PLAIN}---\n${pod('bad', 'containers: []')}`, true);
    expect(JSON.parse(out)).toMatchObject({ decisions: [{ pod: 'plain', chosen: 'one', message: null }] });
    expect(err).toMatch(/^Pod bad: kube-apiserver would refuse/);
  });

  it('reads a list whose items do not say what they are', async () => {
    const items = [{ metadata: { name: 'raw' }, status: { allocatable: { cpu: '2', memory: '4Gi', pods: '9' } } }];
    const list = { apiVersion: 'v1', kind: 'NodeList', items };
    expect((await run(JSON.stringify(list), PLAIN)).out).toMatch(/^plain: raw\n/);
  });

  it('takes capacity for what a node offers where it does not say, as the API server does', async () => {
    expect((await run(NODE.replace('allocatable', 'capacity'), PLAIN)).out).toMatch(/^plain: one\n/);
  });

  it('tells of a node on which nothing fits', async () => {
    const { err } = await run('apiVersion: v1\nkind: Node\nmetadata: {name: empty}\n', PLAIN);
    expect(err).toMatch(/Node empty has no status\.allocatable\.pods, so no pod fits on it/);
  });

  it.each([
    ['no node', 'apiVersion: v1\nkind: List\nitems: []\n', PLAIN, /nodes\.yaml holds no Node/],
    [
      'a node without a name',
      'apiVersion: v1\nkind: Node\nmetadata: {}\n',
      PLAIN,
      /nodes\.yaml:1: the Node has no metadata\.name/,
    ],
    ['a node that cannot be read', NODE.replace('"2"', 'lots'), PLAIN, /node one: "lots" is not a quantity/],
    [
      'a node with a text where a list belongs',
      NODE.replace('status: {', 'status: {images: x, '),
      PLAIN,
      /Node one cannot be read: json: cannot unmarshal string into Go struct field NodeStatus\.status\.images/,
    ],
    ['a node that is there twice', `${NODE}---\n${NODE}`, PLAIN, /nodes\.yaml:6: the Node one is there twice/],
    ['a pod without metadata', NODE, 'apiVersion: v1\nkind: Pod\n', /pods\.yaml:1: the Pod has no metadata/],
    ['nothing to schedule', NODE, '', /pods\.yaml holds no Pod without a node, and nothing that makes pods/],
    [
      'a pod that has its node',
      NODE,
      pod('bound', 'nodeName: one, containers: [{name: a, image: x}]'),
      /holds no Pod without a node/,
    ],
    ['garbage', NODE, '\u0000\u0001{{{', /pods\.yaml:1: [^.]*$/],
  ])('refuses %s with what and where', async (_, nodes, pods, why) => {
    await expect(run(nodes, pods)).rejects.toThrow(why);
  });
});
