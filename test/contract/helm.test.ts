// The real Helm against the simulator: the life of a release.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ensureHelm } from '../../scripts/lib/kubectl.mjs';
import { temporaryFolder } from '../../scripts/tasks/samples.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../scripts/tasks/simulated-cluster.ts';

const CHART = path.resolve(import.meta.dirname, '../../media/samples/chart');
const home = temporaryFolder('helm');
let cluster: SimulatedCluster;
let binary: string;

function run(file: string, args: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    KUBECONFIG: cluster.kubeconfig,
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
  };
  return new Promise((done) => {
    execFile(file, args, { env, encoding: 'utf8', timeout: 55_000 }, (_, out, err) => done(`${out}${err}`.trim()));
  });
}

const helm = (...args: string[]): Promise<string> => run(binary, args);
const kubectl = (...args: string[]): Promise<string> => run(inject('kubectl'), args);
const greeting = (): Promise<string> => kubectl('get', 'configmap', 'hi-greeting', '-o', 'jsonpath={.data.greeting}');
const replicas = (): Promise<string> => kubectl('get', 'deployment', 'hi', '-o', 'jsonpath={.spec.replicas}');

beforeAll(async () => {
  binary = await ensureHelm();
  cluster = await startSimulatedCluster(['--speed', '10']);
});

afterAll(() => cluster.stop());

it('installs a chart and waits until its pods are ready', async () => {
  const said = await helm('install', 'hi', CHART, '--wait', '--timeout', '40s');
  expect(said).toContain('STATUS: deployed');
  expect(said).toContain('hi runs 2 pods.');
  expect(await kubectl('get', 'deployment', 'hi')).toMatch(/^hi\s+2\/2\s+2\s+2\s/m);
  expect(await helm('list')).toMatch(/^hi\s+default\s+1\s.*deployed\s+greeter-0\.1\.0/m);
  const secret = await kubectl('get', 'secret', 'sh.helm.release.v1.hi.v1', '-o', 'jsonpath={.type}');
  expect(secret).toBe('helm.sh/release.v1');
});

it('upgrades it', async () => {
  const said = await helm(
    'upgrade',
    'hi',
    CHART,
    '--set',
    'replicas=3,greeting=good day',
    '--wait',
    '--timeout',
    '40s',
  );
  expect(said).toContain('REVISION: 2');
  expect([await greeting(), await replicas()]).toEqual(['good day', '3']);
});

it('rolls back to the first revision, as a third one', async () => {
  expect(await helm('rollback', 'hi', '1', '--wait', '--timeout', '40s')).toContain('Rollback was a success');
  expect([await greeting(), await replicas()]).toEqual(['hello', '2']);
  expect(await helm('history', 'hi')).toMatch(/^3\s.*deployed\s.*Rollback to 1/m);
});

it('says what is wrong with values that the API server refuses', async () => {
  const said = await helm('upgrade', 'hi', CHART, '--set', 'replicas=-1');
  expect(said).toContain('spec.replicas: Invalid value: -1: must be greater than or equal to 0');
});

it('uninstalls it and leaves nothing behind', async () => {
  expect(await helm('uninstall', 'hi', '--wait', '--timeout', '40s')).toContain('release "hi" uninstalled');
  await kubectl('wait', '--for=delete', 'pod', '-l', 'app.kubernetes.io/instance=hi', '--timeout=40s');
  const left = await kubectl('get', 'all,configmap,secret', '-l', 'app.kubernetes.io/instance=hi');
  expect(left).toContain('No resources found');
  expect(await kubectl('get', 'secret', '-l', 'owner=helm')).toContain('No resources found');
});
