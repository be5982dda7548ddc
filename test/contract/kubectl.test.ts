// The real kubectl against the simulator over HTTPS: what a learner types, and what comes back.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureKubectl } from '../../scripts/lib/kubectl.mjs';
import { CLI, type SimulatedCluster, startSimulatedCluster } from '../../scripts/tasks/simulated-cluster.ts';

const WEB = path.resolve(import.meta.dirname, '../../media/samples/web.yaml');

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let cluster: SimulatedCluster;
let binary: string;

function run(file: string, args: readonly string[]): Promise<Said> {
  return new Promise((done) => {
    execFile(file, args, { encoding: 'utf8', timeout: 60_000 }, (error, out, err) => {
      done({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out: out.trim(), err: err.trim() });
    });
  });
}

const kubectl = (...args: string[]): Promise<Said> => run(binary, ['--kubeconfig', cluster.kubeconfig, ...args]);

beforeAll(async () => {
  binary = await ensureKubectl();
  cluster = await startSimulatedCluster(['--speed', '10']);
});

afterAll(() => cluster.stop());

describe('kubectl and the simulated cluster', () => {
  it('the kubeconfig is readable by its owner alone, and the server shows its version', async () => {
    expect(statSync(cluster.kubeconfig).mode & 0o777).toBe(0o600);
    expect((await kubectl('version', '-o', 'json')).out).toContain('"gitVersion": "v1.36.2"');
  });

  it('nodes are ready and described in upstream’s columns', async () => {
    await kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=30s');
    const { out } = await kubectl('get', 'nodes');
    expect(out.split('\n')[0]?.split(/\s+/)).toEqual(['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION']);
    expect(out).toMatch(/^node-1\s+Ready\s+<none>\s+\S+\s+v1\.36\.2$/m);
  });

  it('apply, rollout, get, scale and delete a Deployment', async () => {
    expect((await kubectl('apply', '-f', WEB)).out).toBe('deployment.apps/web created');
    expect((await kubectl('apply', '-f', WEB)).out).toBe('deployment.apps/web unchanged');
    const rollout = await kubectl('rollout', 'status', 'deployment/web', '--timeout=30s');
    expect(rollout.out).toContain('deployment "web" successfully rolled out');
    expect((await kubectl('get', 'deployment', 'web')).out).toMatch(/^web\s+3\/3\s+3\s+3\s/m);
    const pods = await kubectl('get', 'pods', '-l', 'app=web', '-o', 'wide');
    expect(pods.out.match(/1\/1\s+Running\s+0/g)).toHaveLength(3);
    expect((await kubectl('scale', 'deployment/web', '--replicas=1')).out).toBe('deployment.apps/web scaled');
    await kubectl('wait', '--for=jsonpath={.status.replicas}=1', 'deployment/web', '--timeout=30s');
    expect((await kubectl('delete', 'deployment', 'web')).out).toBe(
      'deployment.apps "web" deleted from default namespace',
    );
    const gone = await kubectl('wait', '--for=delete', 'pod', '-l', 'app=web', '--timeout=60s');
    expect(gone.code).toBe(0);
    expect((await kubectl('get', 'deploy,rs,pods')).err).toBe('No resources found in default namespace.');
  });

  it('a new image rolls, and undo brings the old one back', async () => {
    await kubectl('create', 'deployment', 'roll', '--image=nginx:1.27', '--replicas=2');
    await kubectl('rollout', 'status', 'deployment/roll', '--timeout=30s');
    expect((await kubectl('set', 'image', 'deployment/roll', 'nginx=nginx:1.28')).out).toBe(
      'deployment.apps/roll image updated',
    );
    expect((await kubectl('rollout', 'status', 'deployment/roll', '--timeout=30s')).code).toBe(0);
    expect((await kubectl('rollout', 'history', 'deployment/roll')).out).toMatch(/REVISION[\s\S]*1[\s\S]*2/);
    expect((await kubectl('rollout', 'undo', 'deployment/roll')).out).toContain('deployment.apps/roll rolled back');
    await kubectl('rollout', 'status', 'deployment/roll', '--timeout=30s');
    expect(
      (await kubectl('get', 'deploy', 'roll', '-o', 'jsonpath={.spec.template.spec.containers[0].image}')).out,
    ).toBe('nginx:1.27');
  });

  it('refuses in upstream’s words', async () => {
    expect((await kubectl('get', 'pod', 'nobody')).err).toBe('Error from server (NotFound): pods "nobody" not found');
    const folder = mkdtempSync(path.join(tmpdir(), 'kube-anatomy-contract-'));
    const bad = path.join(folder, 'bad.yaml');
    writeFileSync(bad, readFileSync(WEB, 'utf8').replace('replicas: 3', 'replicas: -1'));
    const refused = await kubectl('apply', '-f', bad);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('spec.replicas: Invalid value: -1: must be greater than or equal to 0');
    const wrong = path.join(folder, 'wrong.yaml');
    writeFileSync(wrong, readFileSync(WEB, 'utf8').replace('replicas: 3', 'replcas: 3'));
    expect((await kubectl('apply', '-f', wrong)).err).toContain('unknown field "spec.replcas"');
  });

  it('says why a pod is pending, in the scheduler’s Event', async () => {
    await kubectl(
      'run',
      'greedy',
      '--image=nginx:1.27',
      '--overrides={"spec":{"containers":[{"name":"c","image":"nginx:1.27","resources":{"requests":{"cpu":"64"}}}]}}',
    );
    await kubectl('wait', '--for=jsonpath={.status.conditions[0].reason}=Unschedulable', 'pod/greedy', '--timeout=30s');
    const { out } = await kubectl('describe', 'pod', 'greedy');
    expect(out).toContain('FailedScheduling');
    expect(out).toContain('0/3 nodes are available: 3 Insufficient cpu.');
    await kubectl('delete', 'pod', 'greedy');
  });

  it('explains fields and lists resources from discovery and OpenAPI', async () => {
    expect((await kubectl('explain', 'deployment.spec.replicas')).out).toContain('FIELD: replicas <integer>');
    const { out } = await kubectl('api-resources', '--namespaced=false', '-o', 'name');
    expect(out.split('\n')).toEqual(
      expect.arrayContaining(['nodes', 'namespaces', 'clusterroles.rbac.authorization.k8s.io']),
    );
    expect((await kubectl('auth', 'whoami')).out).toContain('kubernetes-admin');
    expect((await kubectl('auth', 'can-i', 'delete', 'nodes')).out).toBe('yes');
  });

  it('a namespace gets its account and CA, and takes all along when it goes', async () => {
    await kubectl('create', 'namespace', 'lab');
    await kubectl(
      '-n',
      'lab',
      'wait',
      '--for=create',
      'serviceaccount/default',
      'configmap/kube-root-ca.crt',
      '--timeout=20s',
    );
    await kubectl('-n', 'lab', 'apply', '-f', WEB);
    const deleted = await kubectl('delete', 'namespace', 'lab', '--timeout=60s');
    expect(deleted.code).toBe(0);
    expect((await kubectl('get', 'namespace', 'lab')).err).toContain('(NotFound)');
  });
});

describe('faults from the command line', () => {
  const fault = (...args: string[]): Promise<Said> =>
    run(process.execPath, [CLI, 'fault', ...args, '--kubeconfig', cluster.kubeconfig]);

  it('a stopped scheduler leaves pods pending; started again it catches up', async () => {
    expect((await fault('stop', 'kube-scheduler')).out).toContain('stopped kube-scheduler');
    await kubectl('run', 'waits', '--image=nginx:1.27');
    await new Promise((done) => setTimeout(done, 1000));
    expect((await kubectl('get', 'pod', 'waits', '-o', 'jsonpath={.spec.nodeName}/{.status.phase}')).out).toBe(
      '/Pending',
    );
    await fault('start', 'kube-scheduler');
    expect((await kubectl('wait', '--for=condition=Ready', 'pod/waits', '--timeout=30s')).code).toBe(0);
  });

  it('names what there is when the target is not known', async () => {
    const { code, err } = await fault('stop-node', 'nowhere');
    expect(code).toBe(1);
    expect(err).toContain("There is no machine 'nowhere'.");
    expect(err).toContain('node-1, node-2, node-3');
  });
});
