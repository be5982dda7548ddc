// `kube-anatomy fault`: stops and starts parts of a cluster that `simulate` serves, through its own port.
import https from 'node:https';
import { RefusedError } from '../../model/refused.ts';
import { FAULT_PATH } from '../serve-port.ts';
import { type Command, UsageError } from './args.ts';
import { readText } from './read.ts';

const ACTIONS = ['stop-node', 'start-node', 'stop', 'start'] as const;

interface Access {
  readonly url: string;
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads a kubeconfig that `simulate` wrote; others are not ours to stop things in. */
function accessFrom(file: string): Access {
  const bad = (why: string): never => {
    throw new UsageError(`${file} is not a kubeconfig that 'kube-anatomy simulate' wrote: ${why}`);
  };
  let config: { clusters?: { cluster?: Record<string, string> }[]; users?: { user?: Record<string, string> }[] };
  try {
    config = JSON.parse(readText(file)) as typeof config;
  } catch (e) {
    if (e instanceof UsageError) throw e;
    return bad('it is not JSON');
  }
  const cluster = config.clusters?.[0]?.cluster;
  const user = config.users?.[0]?.user;
  const field = (from: Record<string, string> | undefined, name: string): Buffer =>
    Buffer.from(from?.[name] ?? bad(`it has no ${name}`), 'base64');
  return {
    url: cluster?.server ?? bad('it names no server'),
    ca: field(cluster, 'certificate-authority-data'),
    cert: field(user, 'client-certificate-data'),
    key: field(user, 'client-key-data'),
  };
}

function post(access: Access, body: string): Promise<{ code: number; text: string }> {
  const { url, ca, cert, key } = access;
  return new Promise((done, fail) => {
    const request = https.request(
      `${url}${FAULT_PATH}`,
      { method: 'POST', ca, cert, key, timeout: 10_000 },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (c: Buffer) => chunks.push(c));
        response.on('end', () =>
          done({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    request.on('timeout', () => request.destroy(new Error('timed out')));
    request.on('error', (e) =>
      fail(new RefusedError(`${url} cannot be reached: ${e.message}.`, "Is 'kube-anatomy simulate' still running?")),
    );
    request.end(body);
  });
}

export const fault: Command = {
  name: 'fault',
  positionals: ['stop-node|start-node|stop|start', 'NAME'],
  about: `Stops or starts a node or a component of a simulated cluster that is being served.
  stop-node NAME, start-node NAME: a machine with everything on it
  stop NAME, start NAME: kube-scheduler, kube-controller-manager, …`,
  flags: { kubeconfig: { type: 'string', value: 'FILE', help: "the file that 'simulate' wrote", required: true } },
  async run(values, [action = '', name = '']) {
    if (!ACTIONS.some((a) => a === action)) throw new UsageError(`'${action}' is none of ${ACTIONS.join(', ')}`);
    const answer = await post(accessFrom(String(values.kubeconfig)), JSON.stringify({ action, name }));
    const said = JSON.parse(answer.text) as { message?: string; remedy?: string };
    if (answer.code >= 300)
      throw new RefusedError(said.message ?? `the simulator answered ${answer.code}`, said.remedy);
    process.stdout.write(`${said.message}\n`);
    return 0;
  },
};
