// Every command of kubectl that learners use, with the real binary: it ends as it would at a real cluster and says the same.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { temporaryFolder } from '../../scripts/tasks/samples.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../scripts/tasks/simulated-cluster.ts';

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const WEB = path.resolve(import.meta.dirname, '../../media/samples/web.yaml');
const folder = temporaryFolder('commands');
const inFolder = (name: string): string => path.join(folder, name);
const binary = inject('kubectl');
let cluster: SimulatedCluster;

interface Extra {
  readonly input?: string;
  readonly env?: Record<string, string>;
  readonly limit?: number;
}

function kubectl(args: readonly string[], extra: Extra = {}): Promise<Said> {
  return new Promise((done) => {
    const env = { ...process.env, ...extra.env, KUBECONFIG: cluster.kubeconfig };
    const child = spawn(binary, args, { cwd: folder, env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (b: Buffer) => {
      out += b.toString();
    });
    child.stderr.on('data', (b: Buffer) => {
      err += b.toString();
    });
    const timer = setTimeout(() => child.kill('SIGINT'), extra.limit ?? 50_000);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code: code ?? 1, out: out.trim(), err: err.trim() });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(extra.input ?? '');
  });
}

/** A command as it is typed; words in single quotes keep their spaces. */
function run(command: string, extra: Extra = {}): Promise<Said> {
  const words = command.match(/(?:[^\s']|'[^']*')+/g) ?? [];
  return kubectl(
    words.map((w) => w.replaceAll("'", '')),
    extra,
  );
}

/** [command, what its output has to hold, exit code when it is not 0] */
type Row = readonly [command: string, says: RegExp | string, code?: number];

function table(rows: readonly Row[]): void {
  it.each(rows.map(([command, says, code = 0]) => ({ command, says, code })))('$command', async (row) => {
    const { command, says, code } = row;
    const said = await run(command);
    const all = `${said.out}\n${said.err}`;
    if (typeof says === 'string') expect(all).toContain(says);
    else expect(all).toMatch(says);
    expect(said.code).toBe(code);
  });
}

const LOOP = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: blue, motto: "one\\ntwo\\n"}
---
apiVersion: v1
kind: Pod
metadata: {name: loop, labels: {app: loop}}
spec:
  terminationGracePeriodSeconds: 1
  volumes: [{name: settings, configMap: {name: settings}}, {name: shared, emptyDir: {}}]
  containers:
  - name: main
    image: busybox:1.36
    command: [sh, -c, 'i=0; while true; do echo "tick $i $COLOR"; i=$((i+1)); sleep 1; done']
    env: [{name: COLOR, valueFrom: {configMapKeyRef: {name: settings, key: color}}}]
    ports: [{containerPort: 8080}]
    volumeMounts: [{name: settings, mountPath: /etc/settings}, {name: shared, mountPath: /shared}]
  - name: side
    image: nginx:1.27
    volumeMounts: [{name: shared, mountPath: /shared}]
`;

const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat, shortNames: [bt]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.crew, statusReplicasPath: .status.crew}}
    additionalPrinterColumns: [{name: Crew, type: integer, jsonPath: .spec.crew}]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [sails]
            properties:
              mates: {type: integer, x-kubernetes-validations: [{rule: self < 9}]}
              sails: {type: integer, minimum: 1, description: How many sails the boat has.}
              crew: {type: integer, default: 2}
          status: {type: object, properties: {crew: {type: integer}}}
`;

/** Of a key that nobody kept: CN=jane, O=dev. */
const SIGNING_REQUEST =
  'MIHXMH8CAQAwHTEMMAoGA1UECgwDZGV2MQ0wCwYDVQQDDARqYW5lMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEgMz3tVbONsfghftLSUUh+PWGT7lOD7NpTfZjei2SzJe5olF+JV4Gr0sUn8uVI8D6yDlouDoIaP+CzV4HCZaWt6AAMAoGCCqGSM49BAMCA0gAMEUCIHExv9MZzDgS2i/fcyq9HTtIrBYKibhbENPQ4R7TSUfcAiEA/4R2u9f0huFVFIiK+xSsb4ECK0X1+QIQrX3H2WseV1w=';

const CSR = `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: jane}
spec:
  signerName: kubernetes.io/kube-apiserver-client
  usages: [client auth]
  request: ${Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----\n${SIGNING_REQUEST}\n-----END CERTIFICATE REQUEST-----\n`).toString('base64')}
`;

const boat = (sails: unknown): string =>
  `apiVersion: example.com/v1\nkind: Boat\nmetadata: {name: dinghy}\nspec: {sails: ${sails}}\n`;

function files(): void {
  const web = readFileSync(WEB, 'utf8');
  writeFileSync(inFolder('web.yaml'), web);
  writeFileSync(inFolder('web2.yaml'), web.replace('replicas: 3', 'replicas: 2'));
  writeFileSync(inFolder('loop.yaml'), LOOP);
  writeFileSync(inFolder('crd.yaml'), CRD);
  writeFileSync(inFolder('csr.yaml'), CSR);
  writeFileSync(inFolder('boat.yaml'), boat(2));
  writeFileSync(inFolder('boat2.yaml'), boat(3));
  writeFileSync(inFolder('bad-boat.yaml'), boat(0));
  writeFileSync(inFolder('edit.sh'), '#!/bin/sh\nsed -i "s/color: red/color: green/" "$1"\n');
  chmodSync(inFolder('edit.sh'), 0o755);
  mkdirSync(inFolder('kustom'));
  writeFileSync(inFolder('kustom/web.yaml'), web);
  writeFileSync(inFolder('kustom/kustomization.yaml'), 'namePrefix: dev-\nresources: [web.yaml]\n');
  const rule = 'rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]';
  const role = `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: looker}\n${rule}\n`;
  writeFileSync(inFolder('role.yaml'), role);
}

beforeAll(async () => {
  files();
  cluster = await startSimulatedCluster(['--speed', '10']);
  await run('wait --for=condition=Ready node --all --timeout=30s');
  await run('apply -f web.yaml -f loop.yaml');
  await run('rollout status deploy/web --timeout=30s');
  await run('wait --for=condition=Ready pod/loop --timeout=30s');
});

afterAll(() => cluster.stop());

describe('looking', () => {
  table([
    ['get pods -l app=web', /READY\s+STATUS/],
    ['get pods -o wide', /NODE\s+NOMINATED NODE/],
    ['get deploy web -o yaml', 'kind: Deployment'],
    ['get deploy web -o json', '"kind": "Deployment"'],
    ['get deploy -o name', 'deployment.apps/web'],
    ["get pods -o jsonpath='{.items[*].metadata.name}'", 'loop'],
    ["get pods -o go-template='{{len .items}}'", /^\d+$/m],
    ['get pods -o custom-columns=N:.metadata.name,P:.status.phase', /loop\s+Running/],
    ['get pods -A --sort-by=.metadata.name --show-labels', 'app=web'],
    ['get all', 'deployment.apps/web'],
    ['get pods,svc -L app', 'service/kubernetes'],
    ['get --raw /livez', 'ok'],
    ['describe deploy web', /Replicas:\s+3 desired/],
    ['describe pod loop', /Started\s+.*kubelet/],
    ['describe node node-1', 'Allocated resources:'],
    ['describe svc kubernetes', '10.96.0.1'],
    ['explain pod.spec.containers.image', 'FIELD: image <string>'],
    ['explain deploy --recursive', 'progressDeadlineSeconds'],
    ['api-resources --api-group=apps', /deployments\s+deploy\s+apps\/v1/],
    ['api-versions', 'networking.k8s.io/v1'],
    ['events --for pod/loop', 'Scheduled'],
    ['top nodes', /node-1\s+\d+m/],
    ['top pods', /loop\s+\d+m\s+\d+Mi/],
    ['top pod loop --containers', /loop\s+side/],
    ['cluster-info', 'Kubernetes control plane'],
    ['version', 'Server Version: v1.36.2'],
    ['config current-context', 'simulator'],
    ['config view', 'DATA+OMITTED'],
    ['auth can-i create pods', 'yes'],
    ['auth can-i delete nodes --as=jane', 'no', 1],
    ['auth can-i --list', '*.*'],
    ['auth whoami', 'kubernetes-admin'],
  ]);
});

describe('inside containers', () => {
  table([
    ['logs loop -c main --tail=1', /^tick \d+ blue$/m],
    ['logs loop -c main --timestamps --since=10s', /^\d{4}-\d\d-\d\dT[\d:.]+Z tick/m],
    ['logs loop', 'Defaulted container "main" out of: main, side'],
    ['logs -l app=loop --prefix --all-containers --tail=1', '[pod/loop/main] tick'],
    ['logs loop -c main -p', 'previous terminated container "main" in pod "loop" not found', 1],
    ['logs loop -c nobody', 'container nobody is not valid for pod loop', 1],
    ['exec loop -c main -- echo hello world', /^hello world$/m],
    ["exec loop -c main -- sh -c 'echo oh >&2; exit 3'", 'command terminated with exit code 3', 3],
    ['exec loop -c main -- cat /etc/settings/motto', /^one\ntwo$/m],
    ['exec loop -c main -- ls /etc/settings', /^color\nmotto$/m],
    ['exec loop -c main -- env', 'COLOR=blue'],
    ['exec loop -c main -- touch /shared/made', ''],
    ['exec loop -c side -- ls /shared', 'made'],
    ['exec loop -c main -- touch /etc/settings/new', 'Read-only file system', 1],
    ['exec loop -c main -- rm /shared/made', ''],
    ['exec loop -c side -- cat /shared/made', 'No such file or directory', 1],
    ['exec loop -c main -- sleep 1', ''],
    ['exec loop -c main -- curl localhost', 'not simulated', 127],
    ['create role watcher --verb=get --resource=pods,pods/exec', 'created'],
    ['create rolebinding watcher --role=watcher --user=wanda', 'created'],
    ['exec loop -c main --as=wanda -- ls', 'User "wanda" cannot create resource "pods/exec" in API group ""', 1],
    ["run broken --image=busybox:1.36 --restart=Never --command -- sh -c 'echo cannot; exit 2'", 'pod/broken created'],
    ['wait --for=jsonpath={.status.phase}=Failed pod/broken --timeout=40s', 'condition met'],
    ['logs broken', /^cannot$/m],
    ["get pod broken -o jsonpath='{.status.containerStatuses[0].state.terminated.exitCode}'", /^2$/m],
    ["run crash --image=busybox:1.36 --command -- sh -c 'echo cannot; exit 2'", 'pod/crash created'],
    [
      'wait --for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff pod/crash --timeout=40s',
      'condition met',
    ],
    // That it waits is in the status only just before it is started again, as recorded: before that, how it ended.
    ['get pod crash', /crash\s+[01]\/1\s+(CrashLoopBackOff|Running|Completed|Error)\s+[1-9]/],
    ['logs crash --previous', /^cannot$/m],
    ['describe pod crash', /BackOff\s.*Back-off restarting failed container crash in pod crash_default/],
  ]);

  it('logs -f goes on', async () => {
    const { out } = await run('logs -f loop -c main --tail=0', { limit: 1500 });
    expect(out.split('\n').length).toBeGreaterThan(3);
  });

  it('exec -i hands standard input on, and over SPDY too', async () => {
    expect((await run('exec -i loop -c main -- cat', { input: 'through\n' })).out).toBe('through');
    const env = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' };
    expect((await run('exec -i loop -c main -- cat', { input: 'the old way\n', env })).out).toBe('the old way');
  });

  it('debug starts a container in a pod that runs', async () => {
    await run('run patient --image=nginx:1.27');
    await run('wait --for=condition=Ready pod/patient --timeout=40s');
    const debug = await run(
      "debug patient --image=busybox:1.36 -c doctor --attach=false -- sh -c 'echo how are you; sleep 1000'",
    );
    expect(debug.code, debug.err).toBe(0);
    const started = 'jsonpath={.status.ephemeralContainerStatuses[0].state.running}';
    expect((await run(`wait --for=${started} pod/patient --timeout=40s`)).code).toBe(0);
    expect((await run('logs patient -c doctor')).out).toBe('how are you');
    expect((await run('exec patient -c doctor -- echo fine')).out).toBe('fine');
    expect((await run('describe pod patient')).out).toContain('Ephemeral Containers:');
  });

  it('get --raw looks into etcd, and through the proxy', async () => {
    const keys = JSON.parse((await run('get --raw /kube-anatomy/v1/etcd/registry/pods/default/')).out);
    expect(keys.keys.map((k: { key: string }) => k.key)).toContain('/registry/pods/default/patient');
    const history = JSON.parse((await run('get --raw /kube-anatomy/v1/etcd/registry/pods/default/patient')).out);
    expect(history.revisions[0]).toMatchObject({
      type: 'created',
      writer: { request: expect.stringContaining('POST /api/v1/') },
    });
    expect((await run('get --raw /kube-anatomy/v1/etcd/registry/pods/default/nobody')).code).toBe(1);
    const proxied = await run('get --raw /api/v1/namespaces/default/pods/patient:81/proxy/');
    expect(proxied.err).toMatch(
      /error trying to reach service: dial tcp 10\.244\.\d+\.\d+:81: connect: connection refused/,
    );
    expect((await run('get --raw /api/v1/nodes/node-1/proxy/healthz')).out).toBe('ok');
  });

  it('get componentstatuses warns and shows what runs beside the API server', async () => {
    const said = await run('get componentstatuses');
    expect(said.err).toContain('v1 ComponentStatus is deprecated in v1.19+');
    expect(said.out).toMatch(/^scheduler +Healthy +ok/m);
  });

  it('attach shows what is printed from now on', async () => {
    expect((await run('attach loop -c main', { limit: 1500 })).out).toMatch(/tick \d+ blue/);
  });

  it('run -i has a shell that reads what is typed', async () => {
    const { out } = await run('run typed --rm -i --restart=Never --image=busybox:1.36 -- sh', {
      input: 'x=4\necho $((x * 2)) boats\n',
    });
    expect(out).toContain('8 boats');
  });

  it('cp there and back keeps every byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 31) & 255));
    writeFileSync(inFolder('there.bin'), bytes);
    expect((await run('cp there.bin loop:/tmp/there.bin -c main')).code).toBe(0);
    expect((await run('cp loop:/tmp/there.bin back.bin -c main')).code).toBe(0);
    expect(readFileSync(inFolder('back.bin')).equals(bytes)).toBe(true);
  });

  it('port-forward reaches a declared port, and says that nothing listens on another', async () => {
    const args = ['--kubeconfig', cluster.kubeconfig, 'port-forward', 'pod/loop', ':8080', ':9'];
    const child = spawn(binary, args);
    let said = '';
    child.stdout.on('data', (b: Buffer) => {
      said += b.toString();
    });
    child.stderr.on('data', (b: Buffer) => {
      said += b.toString();
    });
    await expect.poll(() => said).toMatch(/127\.0\.0\.1:\d+ -> 9/);
    const port = (to: number): string => new RegExp(`127\\.0\\.0\\.1:(\\d+) -> ${to}$`, 'm').exec(said)?.[1] ?? '';
    const get = (at: string): Promise<string> =>
      new Promise((done) => {
        const request = http.get(`http://127.0.0.1:${at}/boats`, (r) => {
          let text = '';
          r.on('data', (b: Buffer) => {
            text += b.toString();
          });
          r.on('end', () => done(text));
        });
        request.on('error', () => done('refused'));
      });
    expect(await get(port(8080))).toContain('simulated answer to GET /boats: pod loop, container main');
    expect(await get(port(9))).toBe('refused');
    await expect.poll(() => said).toContain('connect: connection refused');
    child.kill();
  });
});

describe('changing', () => {
  table([
    ['apply -f web.yaml', 'deployment.apps/web unchanged'],
    ['apply --server-side -f web.yaml', 'deployment.apps/web serverside-applied'],
    ['diff -f web2.yaml', /-\s+replicas: 3\n\+\s+replicas: 2/, 1],
    ['diff -f loop.yaml', ''],
    ['create configmap paint --from-literal=color=red', 'configmap/paint created'],
    ['create secret generic pass --from-literal=word=sesame', 'secret/pass created'],
    ["get secret pass -o jsonpath='{.data.word}'", 'c2VzYW1l'],
    ['create job once --image=busybox:1.36 -- echo done', 'job.batch/once created'],
    ['wait --for=condition=complete job/once --timeout=30s', 'condition met'],
    ["create cronjob daily --image=busybox:1.36 --schedule='0 1 * * *' -- echo hi", 'cronjob.batch/daily created'],
    ['create ingress way --rule=example.com/=web:80', 'ingress.networking.k8s.io/way created'],
    ['create role reader --verb=get --resource=pods', 'role.rbac.authorization.k8s.io/reader created'],
    ['create rolebinding jane --role=reader --user=jane', 'rolebinding.rbac.authorization.k8s.io/jane created'],
    ['auth can-i get pods --as=jane', 'yes'],
    ['get pods --as=jane', 'pods is forbidden: User "jane" cannot list resource "pods"', 1],
    ['create serviceaccount robot', 'serviceaccount/robot created'],
    ['create token robot', /^ey[\w-]+\.[\w-]+\.[\w-]+$/m],
    ['patch deploy web -p {"metadata":{"labels":{"tier":"a"}}}', 'deployment.apps/web patched'],
    ['patch deploy web --type=merge -p {"metadata":{"labels":{"tier":"b"}}}', 'deployment.apps/web patched'],
    [
      'patch deploy web --type=json -p [{"op":"replace","path":"/metadata/labels/tier","value":"c"}]',
      'deployment.apps/web patched',
    ],
    ["get deploy web -o jsonpath='{.metadata.labels.tier}'", /^c$/m],
    ['label deploy web size=big', 'deployment.apps/web labeled'],
    ['annotate deploy web note=new', 'deployment.apps/web annotated'],
    ['set image deploy/web *=nginx:1.28', 'deployment.apps/web image updated'],
    ['rollout status deploy/web --timeout=30s', 'successfully rolled out'],
    ['rollout history deploy/web', /REVISION/],
    ['rollout undo deploy/web', 'deployment.apps/web rolled back'],
    ['rollout pause deploy/web', 'deployment.apps/web paused'],
    ['rollout resume deploy/web', 'deployment.apps/web resumed'],
    ['rollout restart deploy/web', 'deployment.apps/web restarted'],
    ['rollout status deploy/web --timeout=30s', 'successfully rolled out'],
    ['scale deploy/web --replicas=2', 'deployment.apps/web scaled'],
    ['wait --for=jsonpath={.status.replicas}=2 deploy/web --timeout=20s', 'condition met'],
    ['autoscale deploy/web --min=1 --max=4 --cpu=80%', 'horizontalpodautoscaler.autoscaling/web autoscaled'],
    ['set env deploy/web MODE=fast', 'deployment.apps/web env updated'],
    ['set resources deploy/web --requests=cpu=10m', 'deployment.apps/web resource requirements updated'],
    ['expose deploy/web --port=80', 'service/web exposed'],
    ['run one --image=nginx:1.27 --port=80', 'pod/one created'],
    ['wait --for=condition=Ready pod/one --timeout=20s', 'condition met'],
    ['taint nodes node-1 busy=yes:NoSchedule', 'node/node-1 tainted'],
    ['taint nodes node-1 busy-', 'node/node-1 untainted'],
    ['cordon node-1', 'node/node-1 cordoned'],
    ['drain node-1 --ignore-daemonsets --force --delete-emptydir-data --timeout=40s', 'node/node-1 drained'],
    ['uncordon node-1', 'node/node-1 uncordoned'],
    ['auth reconcile -f role.yaml', 'clusterrole.rbac.authorization.k8s.io/looker reconciled'],
    ['apply -f csr.yaml', 'certificatesigningrequest.certificates.k8s.io/jane created'],
    ['certificate approve jane', 'certificatesigningrequest.certificates.k8s.io/jane approved'],
    ['get csr jane', 'Approved'],
    ['apply -k kustom', 'deployment.apps/dev-web created'],
    ['delete -k kustom', 'deployment.apps "dev-web" deleted'],
    ['delete pod one --ignore-not-found', ''],
    ['delete job,cronjob --all', 'cronjob.batch "daily" deleted'],
    ['delete deploy nobody', '(NotFound)', 1],
  ]);

  it('edit opens an editor and sends what it saved', async () => {
    const { out } = await run('edit configmap paint', { env: { EDITOR: inFolder('edit.sh') } });
    expect(out).toBe('configmap/paint edited');
    expect((await run("get cm paint -o jsonpath='{.data.color}'")).out).toBe('green');
  });

  it('replace, and replace --force with a new object', async () => {
    const { out } = await run('get configmap paint -o yaml');
    writeFileSync(inFolder('paint.yaml'), out.replace('color: green', 'color: white'));
    expect((await run('replace -f paint.yaml')).out).toBe('configmap/paint replaced');
    const uid = "get cm paint -o jsonpath='{.metadata.uid}'";
    const before = (await run(uid)).out;
    expect((await run('replace --force -f paint.yaml')).out).toContain('configmap/paint replaced');
    expect((await run(uid)).out).not.toBe(before);
  });
});

describe('custom resources', () => {
  table([
    ['apply -f crd.yaml', 'customresourcedefinition.apiextensions.k8s.io/boats.example.com created'],
    ['wait --for=condition=Established crd/boats.example.com --timeout=20s', 'condition met'],
    ['apply -f boat.yaml', 'boat.example.com/dinghy created'],
    ['apply -f boat2.yaml', 'boat.example.com/dinghy configured'],
    [
      `patch boat dinghy --type=merge -p '{"spec":{"mates":12}}'`,
      'spec.mates: Invalid value: "integer": failed rule: self < 9',
      1,
    ],
    ['get bt', /NAME\s+CREW\ndinghy\s+2/],
    ['explain boat.spec.sails', 'How many sails the boat has.'],
    ['scale boat/dinghy --replicas=5', 'boat.example.com/dinghy scaled'],
    ["get boat dinghy -o jsonpath='{.spec.crew}'", /^5$/m],
    ['apply -f bad-boat.yaml', 'spec.sails in body should be greater than or equal to 1', 1],
    ['api-resources --api-group=example.com', /boats\s+bt\s+example.com\/v1\s+true\s+Boat/],
    ['apply --server-side --force-conflicts -f boat.yaml', 'boat.example.com/dinghy serverside-applied'],
    ['delete crd boats.example.com', 'deleted'],
    ['get boats', '(NotFound)', 1],
  ]);
});
