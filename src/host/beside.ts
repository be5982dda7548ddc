// Where something is opened that is read beside what asked for it.
import * as vscode from 'vscode';

/** What asks stands in the last of several columns: beside it on the one side there is nothing, on the other there is room. */
export function isInLastColumn(): boolean {
  const { all, activeTabGroup } = vscode.window.tabGroups;
  return all.length > 1 && all.every(({ viewColumn }) => viewColumn <= activeTabGroup.viewColumn);
}

/** The next column, or from the last of several the one before, so that no further one is made. */
export function besideColumn(): vscode.ViewColumn {
  return isInLastColumn() ? vscode.window.tabGroups.activeTabGroup.viewColumn - 1 : vscode.ViewColumn.Beside;
}
