// What other extensions already report of the same text: marking everything twice helps nobody.
import * as vscode from 'vscode';
import type { DiagnosticFamily } from '../../manifest/diagnostic.ts';
import { settings } from '../settings.ts';
import { familiesOf, OF_ANY_TEXT } from './other-families.ts';

export function reportedElsewhere({ languageId }: vscode.TextDocument): readonly DiagnosticFamily[] {
  if (settings.diagnostics !== 'auto') return [];
  const has = (id: string): boolean => vscode.extensions.getExtension(id) !== undefined;
  if (languageId === 'json' || languageId === 'jsonc') {
    const validates = vscode.workspace.getConfiguration('json').get<unknown>('validate.enable', true) !== false;
    return has('vscode.json-language-features') && validates ? OF_ANY_TEXT : [];
  }
  if (languageId !== 'yaml') return [];
  return familiesOf({
    yaml:
      has('redhat.vscode-yaml') && vscode.workspace.getConfiguration('yaml').get<unknown>('validate', true) !== false,
    kubernetesTools: has('ms-kubernetes-tools.vscode-kubernetes-tools'),
    schemas: vscode.workspace.getConfiguration('yaml').get('schemas', {}),
  });
}
