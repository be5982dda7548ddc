// What stands above each object of a manifest, and what comes of it, in a real extension host.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { run, runningSimulator, sample } from './extension.ts';
import { eventually, test } from './harness.ts';

async function lensesOf(document: vscode.TextDocument): Promise<[line: number, title: string][]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    100,
  );
  return lenses
    .filter(({ command }) => command?.command.startsWith('kubeAnatomy.'))
    .map(({ range, command }) => [range.start.line, command?.title ?? '']);
}

const WATCH = '$(play) Watch it happen';
const ANNOTATE = '$(list-tree) Annotate';
const WHERE = 'Where would it be scheduled?';

test('each object has lenses above it; only what is scheduled is asked where it would go', async () => {
  const service = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n';
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers: []\n';
  const content = `# both\n${service}---\n${pod}---\nkey: value\n---\nkind: Pod\napiVersion: v1\nspec: {{ .x }}\n`;
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  assert.deepEqual(await lensesOf(document), [
    [1, WATCH],
    [1, ANNOTATE],
    [6, WATCH],
    [6, ANNOTATE],
    [6, WHERE],
  ]);
  const setting = vscode.workspace.getConfiguration('kubeAnatomy.codeLens');
  try {
    await setting.update('enabled', false, vscode.ConfigurationTarget.Global);
    await eventually('no lenses', async () => (await lensesOf(document)).length === 0);
  } finally {
    await setting.update('enabled', undefined, vscode.ConfigurationTarget.Global);
  }
});

test('where an object would be scheduled is a read-only table, and nothing is applied', async () => {
  const app = await runningSimulator();
  const document = await vscode.workspace.openTextDocument(sample('rolling-update.yaml'));
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'rolling' };
  const ask = (): Thenable<vscode.TextDocument> =>
    vscode.commands.executeCommand('kubeAnatomy.whereScheduled', document.uri.toString(), object);
  const answer = await ask();
  const text = answer.getText();
  assert.match(text, /^Where would Deployment rolling be scheduled\?\n\n4 pods, onto the nodes of the simulator/);
  assert.match(text, /^Pod 1 of 4 → worker-\d$/m);
  assert.match(text, /^node +verdict +total .*NodeResourcesFit/m);
  assert.match(text, /^worker-\d +✓ chosen( +\d+)+$/m);
  assert.match(text, /^control-plane-1 +✗ TaintToleration: node\(s\) had untolerated taint/m);
  assert.equal(vscode.workspace.fs.isWritableFileSystem(answer.uri.scheme) ?? false, false);
  const deployments = app.session.source.cache.list('deployments').map((d) => d.metadata.name);
  assert.ok(!deployments.includes('rolling'));
  // Asked again, the same document is up to date, and no second one opens.
  assert.equal((await ask()).uri.toString(), answer.uri.toString());
});

test('a workload is asked about beside the claims, classes and quotas of its file', async () => {
  await runningSimulator();
  const content = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: fast
provisioner: disks.example
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
spec:
  replicas: 2
  serviceName: db
  selector:
    matchLabels: { app: db }
  template:
    metadata:
      labels: { app: db }
    spec:
      containers:
        - name: db
          image: redis:7
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        storageClassName: fast
        accessModes: [ReadWriteOnce]
        resources:
          requests:
            storage: 1Gi
`;
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  const lenses = (await lensesOf(document)).filter(([, title]) => title === WHERE);
  assert.deepEqual(lenses, [[7, WHERE]]);
  const object = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' };
  const answer = await vscode.commands.executeCommand<vscode.TextDocument>(
    'kubeAnatomy.whereScheduled',
    document.uri.toString(),
    object,
  );
  const text = answer.getText().replace(/\s+/g, ' ');
  assert.match(text, /^Where would StatefulSet db be scheduled\? 2 pods, onto the nodes of the simulator/);
  assert.match(text, /Each pod is made when the one before is Ready\./);
  assert.match(text, /from the same file: StorageClass fast\./);
  assert.match(text, /disks\.example has to make the volume of its claim \(data-db-0, data-db-1\)/);
  assert.match(text, /Pod 2 of 2 → worker-\d/);
});

test('from the palette it is the object at the cursor that is asked about', async () => {
  await runningSimulator();
  const document = await vscode.workspace.openTextDocument(sample('pending.yaml'));
  const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  editor.selection = new vscode.Selection(8, 0, 8, 0);
  const answer = await run<vscode.TextDocument>('whereScheduled');
  assert.match(answer.getText(), /^Pods 1 to 2 of 2 → stay Pending$/m);
  assert.match(answer.getText(), /FailedScheduling: 0\/4 nodes are available/);
});

test('a dry run tells where a workload would wait, and passes over a pod that has its node', async () => {
  await runningSimulator();
  const content = `apiVersion: v1
kind: Pod
metadata: { name: has-its-node }
spec:
  nodeName: worker-1
  containers: [{ name: a, image: "redis:7" }]
---
apiVersion: batch/v1
kind: Job
metadata: { name: too-large }
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: a, image: "redis:7", resources: { requests: { cpu: "500" } } }]
`;
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  await vscode.window.showTextDocument(document);
  const found = await run<readonly vscode.Diagnostic[]>('dryRun');
  const placed = found.filter((d) => d.source?.includes('kube-scheduler'));
  assert.deepEqual(
    placed.map((d) => d.range.start.line),
    [7],
  );
  assert.match(placed[0]?.message ?? '', /^The pod would stay Pending\. FailedScheduling: 0\/4 nodes are available/);
});
