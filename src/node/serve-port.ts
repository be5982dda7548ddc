// Serves a simulated cluster to kubectl: the HTTPS adapter, a kubeconfig, and the control path for faults.
import { isRecord } from '../model/object.ts';
import { RefusedError } from '../model/refused.ts';
import type { ServePort } from '../protocol/worker-engine.ts';
import type { Cluster } from '../simulator/cluster.ts';
import { type Control, serveHttps } from './https/server.ts';
import { kubeconfigText } from './kubeconfig-file.ts';

export const FAULT_PATH = '/kube-anatomy/v1/faults';

export function servePort(cluster: Cluster): ServePort {
  return {
    async open(port, around) {
      const adapter = await serveHttps({
        api: cluster.server,
        pki: cluster.pki,
        port,
        ...around,
        control: controlOf(cluster, around),
        connect: (connection) => cluster.kubelets.connect(connection),
      });
      return { url: adapter.url, kubeconfig: kubeconfigText(adapter.url, cluster.pki), close: () => adapter.close() };
    },
  };
}

function controlOf(cluster: Cluster, around: { before(): void; after(): void }): Control {
  return (method, path, body) => {
    if (path !== FAULT_PATH) return undefined;
    if (method !== 'POST') return { code: 405, body: { message: `${FAULT_PATH} takes POST` } };
    around.before();
    try {
      return { code: 200, body: { message: inject(cluster, body) } };
    } catch (e) {
      if (!(e instanceof RefusedError)) throw e;
      return { code: 422, body: { message: e.message, remedy: e.remedy } };
    } finally {
      around.after();
    }
  };
}

function inject(cluster: Cluster, body: string): string {
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
  const step = cluster.fault(verb, action.endsWith('-node') ? { node: name } : { component: name });
  return cluster.trace.get(step)?.text ?? '';
}
