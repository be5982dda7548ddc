// Hints of what will be filled in, in a real extension host.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { eventually, test } from './harness.ts';

test('hints of defaults are shown where the setting asks for them', async () => {
  const content = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports:\n  - port: 80\n';
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  const hints = async (): Promise<[number, string][]> => {
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    const found = await vscode.commands.executeCommand<vscode.InlayHint[]>(
      'vscode.executeInlayHintProvider',
      document.uri,
      all,
    );
    return found.map(({ position, label }) => [position.line, String(label)]);
  };
  assert.deepEqual(await hints(), []);
  const setting = vscode.workspace.getConfiguration('kubeAnatomy.inlayHints');
  try {
    await setting.update('enabled', true, vscode.ConfigurationTarget.Global);
    const shown = await eventually('hints', async () => {
      const found = await hints();
      return found.length > 0 ? found : undefined;
    });
    assert.deepEqual(shown, [
      [4, 'type: ClusterIP · sessionAffinity: None'],
      [6, 'protocol: TCP'],
    ]);
  } finally {
    await setting.update('enabled', undefined, vscode.ConfigurationTarget.Global);
  }
});
