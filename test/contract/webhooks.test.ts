// Admission webhooks that are real programs: an HTTPS server here, the simulated API server, and kubectl.
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureKubectl } from '../../scripts/lib/kubectl.mjs';
import { type SimulatedCluster, startSimulatedCluster } from '../../scripts/tasks/simulated-cluster.ts';
import { Random } from '../../src/kernel/random.ts';
import { makePki } from '../../src/simulator/bootstrap/pki/pki.ts';

let cluster: SimulatedCluster;
let binary: string;
let server: Server;
let url: string;
let caBundle: string;

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function kubectl(args: readonly string[], input?: object): Promise<Said> {
  return new Promise((done) => {
    const child = execFile(
      binary,
      ['--kubeconfig', cluster.kubeconfig, ...args],
      { encoding: 'utf8', timeout: 60_000 },
      (error, out, err) =>
        done({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out: out.trim(), err: err.trim() }),
    );
    child.stdin?.end(input === undefined ? undefined : JSON.stringify(input));
  });
}

/** Labels pods that it mutates, refuses ConfigMaps named `forbidden`, never answers about Secrets. */
function respond(path: string, request: { uid: string; object?: { metadata: { name: string } } }): object | undefined {
  if (path === '/silent') return undefined;
  if (path === '/label') {
    const patch = [{ op: 'add', path: '/metadata/labels/touched', value: 'yes' }];
    return { uid: request.uid, allowed: true, patchType: 'JSONPatch', patch: btoa(JSON.stringify(patch)) };
  }
  const allowed = request.object?.metadata.name !== 'forbidden';
  return { uid: request.uid, allowed, warnings: ['seen by the webhook'], status: { message: 'not this name' } };
}

async function startWebhooks(): Promise<void> {
  const pki = makePki({
    random: new Random('webhook'),
    nowMs: Date.now(),
    addresses: ['127.0.0.1'],
    dnsNames: ['localhost'],
  });
  caBundle = Buffer.from(pki.ca.pem).toString('base64');
  server = createServer({ key: pki.apiserver.keyPem, cert: pki.apiserver.pem }, (message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as { request: Parameters<typeof respond>[1] };
      const answer = respond(new URL(message.url ?? '/', 'https://x').pathname, review.request);
      if (answer === undefined) return;
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function configuration(kind: 'Mutating' | 'Validating', name: string, resource: string, config: object): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 2,
        rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: [resource] }],
        clientConfig: config,
      },
    ],
  };
}

beforeAll(async () => {
  binary = await ensureKubectl();
  await startWebhooks();
  cluster = await startSimulatedCluster(['--speed', '10']);
  const all = [
    configuration('Mutating', 'label', 'pods', { url: `${url}/label`, caBundle }),
    configuration('Validating', 'names', 'configmaps', { url: `${url}/names`, caBundle }),
    configuration('Validating', 'silent', 'secrets', { url: `${url}/silent`, caBundle }),
    configuration('Validating', 'untrusted', 'services', { url: `${url}/names` }),
  ];
  for (const one of all) expect((await kubectl(['create', '-f', '-'], one)).err).toBe('');
});

afterAll(async () => {
  await cluster.stop();
  server.closeAllConnections();
  server.close();
});

describe('webhooks', () => {
  it('change pods that controllers create, too', async () => {
    await kubectl(['create', 'deployment', 'web', '--image=nginx:1.27', '--replicas=2']);
    const rollout = await kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
    expect(rollout.out).toContain('successfully rolled out');
    const pods = await kubectl(['get', 'pods', '-l', 'touched=yes', '-o', 'name']);
    expect(pods.out.split('\n')).toHaveLength(2);
  });

  it('warn and refuse in their own words', async () => {
    const made = await kubectl(['create', 'configmap', 'fine']);
    expect(made).toMatchObject({ code: 0, err: 'Warning: seen by the webhook' });
    const refused = await kubectl(['create', 'configmap', 'forbidden']);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('admission webhook "names.example.com" denied the request: not this name');
  });

  it('that do not answer in time or are not trusted refuse what they would have judged', async () => {
    const late = await kubectl(['create', 'secret', 'generic', 's']);
    expect(late.err).toContain(
      `failed calling webhook "silent.example.com": failed to call webhook: Post "${url}/silent?timeout=2s": context deadline exceeded`,
    );
    const untrusted = await kubectl(['create', 'service', 'clusterip', 's', '--tcp=80']);
    expect(untrusted.err).toContain('tls: failed to verify certificate: x509: certificate signed by unknown authority');
  });

  it('hold up nobody else while they are waited for', async () => {
    const waiting = kubectl(['create', 'secret', 'generic', 's']);
    const answered = await kubectl(['create', 'configmap', 'meanwhile']);
    expect(answered.code).toBe(0);
    expect((await waiting).code).toBe(1);
  });
});
