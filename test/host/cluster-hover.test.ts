// Hovers that take their words from the connected cluster: custom resources of the simulator.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { runningSimulator } from './extension.ts';
import { eventually, test } from './harness.ts';

const properties = { size: { type: 'integer', description: 'How large the widget is.' } };
const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.hover.example.com' },
  spec: {
    group: 'hover.example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
      },
    ],
  },
};

test('fields of a custom resource are told of in the words of its definition', async () => {
  const app = await runningSimulator();
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const { code } = await app.session.source.request({
    method: 'POST',
    path,
    body: CRD,
    contentType: 'application/json',
  });
  assert.ok(code === 201 || code === 409, String(code));
  const content = 'apiVersion: hover.example.com/v1\nkind: Widget\nspec:\n  size: 3\n  nonsense: 1\n';
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  const said = async (text: string): Promise<string> => {
    const at = document.positionAt(content.indexOf(text) + 1);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      at,
    );
    return hovers
      .flatMap(({ contents }) => contents.map((c) => (c instanceof vscode.MarkdownString ? c.value : '')))
      .join();
  };
  await eventually('the words of the definition', async () =>
    (await said('size')).includes('How large the widget is.'),
  );
  assert.match(await said('nonsense'), /does not know this field/);
});
