// What a hover's links lead to, in a real extension host.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { runningSimulator, sample } from './extension.ts';
import { eventually, test } from './harness.ts';

test('a hover leads to the field’s page and to the step in the flow panel', async () => {
  const app = await runningSimulator();
  const content = new TextDecoder().decode(await vscode.workspace.fs.readFile(sample('web.yaml')));
  const document = await vscode.workspace.openTextDocument({
    language: 'yaml',
    content: content.replaceAll(/\bweb\b/g, 'paged'),
  });
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    document.positionAt(document.getText().indexOf('replicas')),
  );
  const text = hovers.flatMap(({ contents }) => contents.map((c) => (c as vscode.MarkdownString).value)).join('\n');
  const commands = [...text.matchAll(/\(command:(kubeAnatomy\.\w+)\?([^)]+)\)/g)].map(
    ([, command = '', args = '']) => [command, JSON.parse(decodeURIComponent(args)) as unknown[]] as const,
  );
  assert.deepEqual(
    commands.map(([command]) => command),
    ['kubeAnatomy.watchStep', 'kubeAnatomy.fieldPage'],
  );
  const [watch, more] = commands;
  assert.ok(watch && more);
  const page = await vscode.commands.executeCommand<vscode.TextDocument>(more[0], ...more[1]);
  assert.match(page.getText(), /^# spec\.replicas\n\nof apps\/v1 Deployment/);
  assert.match(page.getText(), /## Who acts on it\n\n- \*\*Deployment controller\*\*/);
  // It is applied where it was not, and then the step is shown.
  await vscode.commands.executeCommand(watch[0], ...watch[1]);
  await eventually('the Deployment', () =>
    app.session.source.cache.list('deployments').some(({ metadata }) => metadata.name === 'paged'),
  );
  await vscode.commands.executeCommand(watch[0], ...watch[1]);
});
