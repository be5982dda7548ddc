// What the flow panel saves, and traces that are opened again.
import * as vscode from 'vscode';
import { FLOW_PROTOCOL, type ToFlow } from '../../protocol/flow.ts';
import { type OpenedTrace, readTrace } from '../../protocol/flow-file-read.ts';
import { topologyOf } from '../../protocol/flow-topology.ts';
import { isAuditLog } from '../../provenance/audit.ts';
import { messageOf, remedyOf } from '../messages.ts';
import { auditTrace } from './audit-trace.ts';

export interface OpenedFile extends OpenedTrace {
  /** Of the file, without its folder. */
  readonly name: string;
  /** Its URI; tells one opening from the next: the panel remembers its place for it. */
  readonly id: string;
}

const ENDINGS: { readonly [ending: string]: string } = {
  md: 'Markdown',
  mmd: 'Mermaid',
  svg: 'SVG',
  png: 'PNG',
  gif: 'GIF',
  html: 'Page',
  json: 'JSON',
};

/** Asks where, and writes. Answers what to tell the reader; undefined when nothing was chosen. */
export async function save(suggestedName: string, data: string | Uint8Array): Promise<string | undefined> {
  const name = suggestedName.replace(/[^\w.-]+/g, '-');
  const ending = name.slice(name.lastIndexOf('.') + 1);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    title: 'Export from the Flow Panel',
    filters: { [ENDINGS[ending] ?? 'File']: [ending] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
  });
  if (!target) return undefined;
  await vscode.workspace.fs.writeFile(target, typeof data === 'string' ? new TextEncoder().encode(data) : data);
  return `Saved as ${vscode.workspace.asRelativePath(target)}.`;
}

/** Asks for a trace file, or takes the one that is given. Undefined when nothing was chosen. */
export async function chooseTrace(given: unknown): Promise<OpenedFile | undefined> {
  const chosen =
    given instanceof vscode.Uri
      ? [given]
      : await vscode.window.showOpenDialog({
          title: 'Open Trace File',
          openLabel: 'Open',
          filters: { 'Trace or audit log': ['json', 'jsonl', 'log', 'gz'], 'All files': ['*'] },
        });
  const uri = chosen?.[0];
  return uri && openFile(uri);
}

/** The file that a panel showed before its window was loaded anew. */
export function reopened(id: string): Promise<OpenedFile> {
  return openFile(vscode.Uri.parse(id));
}

/** Of a file that holds no trace, the problems are all there is: they are said in the panel. */
async function openFile(uri: vscode.Uri): Promise<OpenedFile> {
  const [name, id] = [nameOf(uri), uri.toString()];
  try {
    const text = await unpacked(await vscode.workspace.fs.readFile(uri));
    const opened = isAuditLog(text) ? auditTrace(text) : readTrace(text);
    return { ...opened, name, id };
  } catch (error) {
    const topology = topologyOf([{ name: 'control plane', controlPlane: true }]);
    const advice = remedyOf(error) ?? 'Open it again from where it is now.';
    const problems = [`${name} could not be read: ${messageOf(error)}`, advice];
    return { id, name, kind: 'file', source: name, topology, objects: [], steps: [], problems };
  }
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}

/** Text, unpacked where it is gzipped. What was cut off is read as far as it goes. */
async function unpacked(bytes: Uint8Array): Promise<string> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
  const reader = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read())
      text += decoder.decode(part.value, { stream: true });
  } catch (error) {
    if (text === '') throw error;
  }
  return text;
}

/** What the panel is told of a trace from a file. */
export function messagesOf({ id, name, kind, topology, objects, steps, problems, epochMs }: OpenedFile): ToFlow[] {
  const first = steps.find((step) => step.actor.component === 'user' && !step.routine);
  const init: ToFlow = {
    type: 'init',
    protocol: FLOW_PROTOCOL,
    source: { id, name, kind },
    topology,
    objects,
    steps,
    ...(first ? { startAt: first.id } : {}),
    autoplay: false,
    ...(epochMs === undefined ? {} : { epochMs }),
  };
  return [init, ...problemOf({ steps, problems })];
}

/** What is wrong with a file, for the panel. */
export function problemOf({ steps, problems }: Pick<OpenedFile, 'steps' | 'problems'>): ToFlow[] {
  const [message, ...more] = problems;
  if (message === undefined) return [];
  if (steps.length === 0) return [{ type: 'error', message, advice: more.join(' ') }];
  const rest = more.length > 1 ? `${more[0]} There are ${more.length - 1} more problems.` : (more[0] ?? '');
  return [{ type: 'error', message, advice: `${rest} What could be read is shown.`.trim() }];
}
