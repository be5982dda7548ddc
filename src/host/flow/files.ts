// What the flow panel saves, and traces that are opened again.
import * as vscode from 'vscode';
import { FLOW_PROTOCOL, type ToFlow } from '../../protocol/flow.ts';
import { type OpenedTrace, readTrace } from '../../protocol/flow-file-read.ts';

export interface OpenedFile extends OpenedTrace {
  /** Of the file, without its folder. */
  readonly name: string;
  /** Tells one opening from the next: the panel remembers its place for it. */
  readonly id: string;
}

const ENDINGS: { readonly [ending: string]: string } = {
  md: 'Markdown',
  mmd: 'Mermaid',
  svg: 'SVG',
  json: 'JSON',
};

/** Asks where, and writes. Answers what to tell the reader; undefined when nothing was chosen. */
export async function save(suggestedName: string, data: string): Promise<string | undefined> {
  const name = suggestedName.replace(/[^\w.-]+/g, '-');
  const ending = name.slice(name.lastIndexOf('.') + 1);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    title: 'Export from the Flow Panel',
    filters: { [ENDINGS[ending] ?? 'File']: [ending] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
  });
  if (!target) return undefined;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(data));
  return `Saved as ${vscode.workspace.asRelativePath(target)}.`;
}

/** Asks for a trace file, or takes the one that is given. Undefined when nothing was chosen; throws what is wrong with it. */
export async function chooseTrace(given: unknown): Promise<OpenedFile | undefined> {
  const chosen =
    given instanceof vscode.Uri
      ? [given]
      : await vscode.window.showOpenDialog({
          title: 'Open Trace File',
          openLabel: 'Open',
          filters: { Trace: ['json'] },
        });
  const uri = chosen?.[0];
  if (!uri) return undefined;
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  return { ...readTrace(text), name, id: uri.toString() };
}

/** What the panel is told of a trace from a file. */
export function messagesOf({ id, name, topology, objects, steps, problems }: OpenedFile): ToFlow[] {
  const first = steps.find((step) => step.actor.component === 'user' && !step.routine);
  const init: ToFlow = {
    type: 'init',
    protocol: FLOW_PROTOCOL,
    source: { id, name, kind: 'file' },
    topology,
    objects,
    steps,
    ...(first ? { startAt: first.id } : {}),
    autoplay: false,
  };
  if (problems.length === 0) return [init];
  const rest = problems.length === 1 ? '' : ` There are ${problems.length - 1} more problems.`;
  return [init, { type: 'error', message: `${problems[0] ?? ''}${rest}`, advice: 'What could be read is shown.' }];
}
