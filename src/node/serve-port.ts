// Serves a simulated cluster to kubectl: the HTTPS adapter, a kubeconfig, and the control path for faults.
import { isRecord } from '../model/object.ts';
import { RefusedError } from '../model/refused.ts';
import type { Journal } from '../protocol/journal.ts';
import type { ServePort } from '../protocol/worker-engine.ts';
import type { ApiRequest, ApiResponse } from '../simulator/apiserver/api.ts';
import type { Cluster } from '../simulator/cluster.ts';
import type { Opened } from '../simulator/containers/kubelets.ts';
import { type Control, serveHttps } from './https/server.ts';
import { kubeconfigText } from './kubeconfig-file.ts';

export const FAULT_PATH = '/kube-anatomy/v1/faults';
/** What follows is a directory of etcd's (it ends in `/`) or a key: `kubectl get --raw /kube-anatomy/v1/etcd/registry/pods/`. */
export const ETCD_PATH = '/kube-anatomy/v1/etcd';
/** Keys of one directory. */
const MOST_KEYS = 10_000;

export function servePort(cluster: Cluster, journal?: Journal): ServePort {
  return {
    async open(port, around) {
      const adapter = await serveHttps({
        api: { submit: (request, done) => submit(cluster, journal, request, done) },
        pki: cluster.pki,
        port,
        ...around,
        control: controlOf(cluster, journal, around),
        connect: (connection) => {
          const open = (): Opened => cluster.kubelets.connect(connection);
          return journal ? journal.connected(connection, open) : open();
        },
      });
      return { url: adapter.url, kubeconfig: kubeconfigText(adapter.url, cluster.pki), close: () => adapter.close() };
    },
  };
}

function submit(
  cluster: Cluster,
  journal: Journal | undefined,
  request: ApiRequest,
  done: (response: ApiResponse) => void,
): void {
  const input = journal?.note({ type: 'served', request });
  cluster.server.submit(request, (response) => {
    const { watch, stream } = response;
    if (journal === undefined || input === undefined) done(response);
    else if (watch) done({ ...response, watch: journal.noted(watch, input) });
    else done(stream ? { ...response, stream: journal.noted(stream, input) } : response);
  });
}

function controlOf(cluster: Cluster, journal: Journal | undefined, around: { before(): void; after(): void }): Control {
  return (method, path, body) => {
    if (path.startsWith(`${ETCD_PATH}/`)) return lookInto(cluster, method, path.slice(ETCD_PATH.length));
    if (path !== FAULT_PATH) return undefined;
    if (method !== 'POST') return { code: 405, body: { message: `${FAULT_PATH} takes POST` } };
    around.before();
    try {
      return { code: 200, body: { message: inject(cluster, journal, body) } };
    } catch (e) {
      if (!(e instanceof RefusedError)) throw e;
      return { code: 422, body: { message: e.message, remedy: e.remedy } };
    } finally {
      around.after();
    }
  };
}

function lookInto(cluster: Cluster, method: string, path: string): ReturnType<Control> {
  if (method !== 'GET') return { code: 405, body: { message: `${ETCD_PATH} takes GET` } };
  if (path.endsWith('/')) return { code: 200, body: cluster.etcd.directory(path, MOST_KEYS) };
  const history = cluster.etcd.history(path);
  if (history.current === undefined && history.revisions.length === 0)
    return { code: 404, body: { message: `etcd has no key ${path}; a directory ends in a slash` } };
  return { code: 200, body: history };
}

function inject(cluster: Cluster, journal: Journal | undefined, body: string): string {
  let fault: unknown;
  try {
    fault = JSON.parse(body);
  } catch {
    throw new RefusedError('The body is not JSON.');
  }
  const { action, name } = isRecord(fault) ? fault : {};
  if (typeof action !== 'string' || typeof name !== 'string')
    throw new RefusedError('A fault has an action and a name.');
  const verb = action.startsWith('stop') ? 'stop' : 'start';
  const target = action.endsWith('-node') ? { node: name } : { component: name };
  journal?.note({ type: 'fault', action: verb, target });
  const step = cluster.fault(verb, target);
  return cluster.trace.get(step)?.text ?? '';
}
