// Rows → tree items: codicons with theme colours, tooltips in which nothing from a cluster is a link or a command.
import * as vscode from 'vscode';
import type { Row, Tone } from '../../cluster/tree/row.ts';

const COLOURS: { readonly [T in Tone]: string | undefined } = {
  ok: 'testing.iconPassed',
  busy: 'charts.blue',
  warning: 'list.warningForeground',
  error: 'list.errorForeground',
  off: 'disabledForeground',
  plain: undefined,
};

const STATES: { readonly [E in Row['expand']]: vscode.TreeItemCollapsibleState } = {
  no: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
};

/** `kind` tells menus which cluster the row belongs to: `pod@simulator`. */
export function itemOf(row: Row, kind: string): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, STATES[row.expand]);
  const colour = COLOURS[row.tone];
  item.id = row.id;
  item.iconPath = new vscode.ThemeIcon(row.icon, colour ? new vscode.ThemeColor(colour) : undefined);
  item.contextValue = `${row.context}@${kind}`;
  if (row.description) item.description = row.description;
  if (row.tooltip) item.tooltip = new vscode.MarkdownString(row.tooltip);
  item.accessibilityInformation = {
    label: [row.object?.name ?? row.label, row.description].filter(Boolean).join(', '),
  };
  if (row.object && row.expand === 'no') {
    item.command = { command: 'kubeAnatomy.openYaml', title: 'Open YAML', arguments: [row.id] };
  } else if (kind === 'clusters') {
    item.command = { command: 'kubeAnatomy.showCluster', title: 'Show in the Anatomy View', arguments: [row.id] };
  }
  return item;
}
