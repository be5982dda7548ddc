// A real cluster as the extension connects to one: @kubernetes/client-node, HTTPS, the reflectors. First the simulator
// served by the command line, then servers that fail in every way a person meets.
import { mkdtempSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startSimulatedCluster } from '../../scripts/tasks/simulated-cluster.ts';
import { ApiSource } from '../../src/cluster/api-source.ts';
import { Random } from '../../src/kernel/random.ts';
import { openContext } from '../../src/node/client-node.ts';
import { kubeconfigText } from '../../src/node/kubeconfig-file.ts';
import { isNamed, kubeconfigFiles, readContexts } from '../../src/node/kubeconfig-read.ts';
import { APISERVER_NAMES, makePki, type Pki } from '../../src/simulator/bootstrap/pki/pki.ts';

const YEAR = 365 * 24 * 3600 * 1000;
const closers: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const timing = {
  after: (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: () => 0,
};

function file(text: string): string {
  const name = path.join(mkdtempSync(path.join(tmpdir(), 'kube-anatomy-kubeconfig-')), 'config');
  writeFileSync(name, text, { mode: 0o600 });
  return name;
}

function sourceOf(kubeconfig: string, context = 'simulator'): ApiSource {
  const open = () => openContext([kubeconfig], context);
  const source = new ApiSource({ id: `context:${context}`, name: context, kind: 'kubeconfig', open, timing });
  closers.push(() => source.disconnect());
  return source;
}

function pki(seed: string, nowMs = Date.now()): Pki {
  const random = new Random(seed);
  return makePki({ random, nowMs, addresses: ['127.0.0.1'], dnsNames: APISERVER_NAMES });
}

/** Listens on loopback and remembers its sockets, so that what a client leaves open is seen. */
async function listen(server: Server): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

function tls(p: Pki, handler: http.RequestListener = (_, r) => r.end('{}')): https.Server {
  return https.createServer(
    { key: p.apiserver.keyPem, cert: p.apiserver.pem, ca: p.ca.pem, requestCert: true },
    handler,
  );
}

function status(code: number, message: string): http.RequestListener {
  return (_, response) => {
    response.writeHead(code, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', code, message }));
  };
}

async function failure(kubeconfig: string): Promise<{ message: string; remedy: string }> {
  const source = sourceOf(kubeconfig);
  const state = await source.connect();
  if (state.phase !== 'failed') throw new Error(`it is ${state.phase}`);
  return state;
}

describe('a cluster that answers', () => {
  it('is listed and watched, and released when it is left', async () => {
    const cluster = await startSimulatedCluster(['--nodes', '3', '--speed', '20']);
    closers.push(() => cluster.stop());
    const source = sourceOf(cluster.kubeconfig);
    expect(await source.connect()).toMatchObject({ phase: 'connected' });
    await expect.poll(() => source.cache.size('nodes')).toBe(3);
    const manifest = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'solo', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] },
    };
    await expect
      .poll(
        async () =>
          (await source.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', body: manifest })).code,
      )
      .toBeOneOf([201, 409]);
    await expect
      .poll(() => source.cache.get('pods', 'default/solo')?.status?.phase, { timeout: 20_000 })
      .toBe('Running');
    source.disconnect();
    expect(source.state).toEqual({ phase: 'disconnected' });
    await expect(source.request({ method: 'GET', path: '/api/v1/pods' })).rejects.toThrow('not connected');
  });

  it('comes back by itself when the connection breaks', async () => {
    const p = pki('break');
    let lists = 0;
    const watches: http.ServerResponse[] = [];
    const server = tls(p, (request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      if (request.url?.includes('watch=true')) {
        watches.push(response);
        response.flushHeaders();
      } else {
        lists++;
        response.end(JSON.stringify({ kind: 'List', metadata: { resourceVersion: '5' }, items: [] }));
      }
    });
    const { port, sockets } = await listen(server);
    const source = sourceOf(file(kubeconfigText(`https://127.0.0.1:${port}`, p)));
    await source.connect();
    await expect.poll(() => watches.length).toBe(10);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => source.state).toMatchObject({ phase: 'connected', stale: expect.anything() });
    await expect.poll(() => watches.length, { timeout: 10_000 }).toBe(20);
    await expect.poll(() => (source.state as { stale?: unknown }).stale).toBeUndefined();
    expect(lists).toBe(10);
    source.disconnect();
    await expect.poll(() => sockets.size).toBe(0);
  });
});

describe('a cluster that does not', () => {
  it.each([
    [
      'nothing listens',
      async (p: Pki) => kubeconfigText('https://127.0.0.1:1', p),
      /Nothing listens/,
      /Start the cluster/,
    ],
    [
      'the name does not resolve',
      async (p: Pki) => kubeconfigText('https://nowhere.invalid:6443', p),
      /cannot be resolved/,
      /VPN/,
    ],
    [
      'the server’s certificate has expired',
      async () => {
        const old = pki('old', Date.now() - 20 * YEAR);
        const { port } = await listen(tls(old));
        return kubeconfigText(`https://127.0.0.1:${port}`, old);
      },
      /has expired/,
      /kubeadm certs renew all/,
    ],
    [
      'another authority signed it',
      async (p: Pki) => {
        const { port } = await listen(tls(pki('stranger')));
        return kubeconfigText(`https://127.0.0.1:${port}`, p);
      },
      /not signed by the authority/,
      /kubeconfig again/,
    ],
    [
      'it is made for other names',
      async (p: Pki) => {
        const { port } = await listen(
          tls(makePki({ random: new Random('x'), nowMs: Date.now(), addresses: [], dnsNames: ['else'] })),
        );
        const config = JSON.parse(kubeconfigText(`https://127.0.0.1:${port}`, p));
        config.clusters[0].cluster['certificate-authority-data'] = undefined;
        config.clusters[0].cluster['insecure-skip-tls-verify'] = false;
        return JSON.stringify(config);
      },
      /not signed|other names/,
      /./,
    ],
    [
      'it speaks no TLS',
      async (p: Pki) => {
        const { port } = await listen(http.createServer((_, r) => r.end('hello')) as unknown as Server);
        return kubeconfigText(`https://127.0.0.1:${port}`, p);
      },
      /No TLS connection|closed the connection/,
      /port|proxy/,
    ],
    [
      'it hangs up',
      async (p: Pki) => {
        const { port } = await listen(createServer((socket) => socket.destroy()));
        return kubeconfigText(`https://127.0.0.1:${port}`, p);
      },
      /closed the connection/,
      /restarting/,
    ],
    [
      'it says 401',
      async (p: Pki) => {
        const { port } = await listen(tls(p, status(401, 'Unauthorized')));
        return kubeconfigText(`https://127.0.0.1:${port}`, p);
      },
      /401/,
      /Log in/,
    ],
    [
      'it says 403 to everything',
      async (p: Pki) => {
        const { port } = await listen(tls(p, status(403, 'pods is forbidden: User "jane" cannot list')));
        return kubeconfigText(`https://127.0.0.1:${port}`, p);
      },
      /403.*jane/,
      /administrator/,
    ],
    [
      'a login page answers',
      async (p: Pki) => {
        const { port } = await listen(tls(p, (_, r) => r.end('<html>Log in</html>')));
        return kubeconfigText(`https://127.0.0.1:${port}`, p);
      },
      /not a Kubernetes API server/,
      /login page/,
    ],
    [
      'the credential plugin is not installed',
      async (p: Pki) => {
        const config = JSON.parse(kubeconfigText('https://127.0.0.1:1', p));
        config.users[0].user = {
          exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin', interactiveMode: 'Never' },
        };
        return JSON.stringify(config);
      },
      /credential plugin.*no-such-plugin/,
      /installed, or you to log in/,
    ],
    [
      'a certificate file is missing',
      async (p: Pki) => {
        const config = JSON.parse(kubeconfigText('https://127.0.0.1:1', p));
        config.users[0].user = { 'client-certificate': '/no/such.pem', 'client-key': '/no/such.key' };
        return JSON.stringify(config);
      },
      /no\/such/,
      /correct its path/,
    ],
    [
      'credentials would go in the clear',
      async (p: Pki) => kubeconfigText('http://127.0.0.1:1', p),
      /in the clear/,
      /Correct the kubeconfig/,
    ],
  ])('says what to do when %s', async (_, kubeconfig, message, remedy) => {
    const said = await failure(file(await kubeconfig(pki('client'))));
    expect(said.message).toMatch(message);
    expect(said.remedy).toMatch(remedy);
  });

  it('leaves no socket behind', async () => {
    const p = pki('leave');
    const { port, sockets } = await listen(tls(p, status(401, 'Unauthorized')));
    await failure(file(kubeconfigText(`https://127.0.0.1:${port}`, p)));
    await expect.poll(() => sockets.size).toBe(0);
  });
});

describe('reading kubeconfigs', () => {
  it('touches nothing but the files: a plugin that would leave a trace is not run', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kube-anatomy-exec-'));
    const trace = path.join(folder, 'ran');
    const config = JSON.parse(kubeconfigText('https://127.0.0.1:1', pki('x')));
    config.users[0].user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: [trace] } };
    const { contexts } = await readContexts([file(JSON.stringify(config))], true);
    expect(contexts).toMatchObject([{ name: 'simulator', exec: 'touch' }]);
    await expect(import('node:fs').then((fs) => fs.existsSync(trace))).resolves.toBe(false);
  });

  it('says which file that was named is not there, and nothing of one that nobody named', async () => {
    expect((await readContexts(['/no/such/config'], true)).problems).toMatchObject([{ file: '/no/such/config' }]);
    expect((await readContexts(['/no/such/config'], false)).problems).toEqual([]);
    expect([isNamed(' '), isNamed('/x')]).toEqual([isNamed(''), true]);
    expect(kubeconfigFiles('~/other')).toEqual([path.join(process.env.HOME ?? '', 'other')]);
  });
});
