// Who wrote a field, in words: a few behind the line, the whole story in the hover.
import { type ColourRole, findComponent } from '../knowledge/components.ts';
import { code, literal, prose } from '../model/markdown.ts';
import { parseTime } from '../model/time.ts';
import type { LineBlame, Writer } from './blame.ts';

/** What the trace of the simulator adds: the very write. */
export interface ExactWrite {
  /** Id of the component that wrote. */
  readonly component: string;
  /** `Deployment controller`, `kubelet on worker-2`. */
  readonly name: string;
  /** ms since 1970. */
  readonly at: number;
  readonly text: string;
}

/** `12 s`, `4 m`, `3 h`, `2 d`: one unit, as between glances. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

const SERVER = 'kube-apiserver';

/** Behind the line: `kubelet · status · 4 m`. `now` in ms since 1970; empty where nothing can be said. */
export function lineWords(line: LineBlame, now: number, exact?: ExactWrite): string {
  const { writers, unowned, defaulted } = line;
  if (writers.length === 0) {
    if (unowned?.component === undefined) return unowned ? '' : 'nobody';
    const name = findComponent(unowned.component)?.name ?? unowned.component;
    return unowned.step === undefined ? name : `${name} · ${unowned.step}`;
  }
  const [first] = writers;
  const names = writers.length > 1 ? [...new Set(writers.map(({ who }) => who.name))] : [nameOf(first, exact)];
  const parts = [names.join(' + ')];
  if (defaulted) parts.unshift(`${SERVER} defaulting`);
  if (first?.subresource !== undefined) parts.push(first.subresource);
  const at = exact?.at ?? timeOf(first);
  if (at !== undefined) parts.push(ago(now - at));
  return parts.join(' · ');
}

/** The trace names the node, and one controller of many; of a person the manager’s name tells more. */
function nameOf(writer: Writer | undefined, exact: ExactWrite | undefined): string {
  if (exact && exact.component !== 'user') return exact.name;
  return writer?.who.name ?? '';
}

function timeOf(writer: Writer | undefined): number | undefined {
  return writer?.time === undefined ? undefined : parseTime(writer.time);
}

/** By whose colour the line is known. */
export function roleOf({ writers, unowned, defaulted }: LineBlame, exact?: ExactWrite): ColourRole | undefined {
  const component = defaulted
    ? SERVER
    : writers.length === 0
      ? unowned?.component
      : (exact?.component ?? writers[0]?.who.component);
  return component === undefined ? undefined : findComponent(component)?.colour;
}

/** The hover: everything that managedFields and the trace say, and how sure it is. */
export function blameMarkdown(line: LineBlame, now: number, exact?: ExactWrite): string {
  const parts = [`**Who wrote this** · ${code(line.path)}`];
  if (line.defaulted) {
    parts.push(
      '**kube-apiserver** · *defaulting*: the file that was applied does not name this field, so the API server filled it in. It counts as written by whoever sent the request.',
    );
  }
  if (line.writers.length > 1)
    parts.push(`${line.writers.length} managers share this field: each wrote the same value or its part of it.`);
  parts.push(...line.writers.map((writer) => writerText(writer, now)));
  if (exact) parts.push(`*In the trace*: **${literal(exact.name)}**, ${ago(now - exact.at)} ago. ${prose(exact.text)}`);
  if (line.writers.length === 0) parts.push(unownedText(line));
  return parts.join('\n\n');
}

function writerText({ manager, operation, subresource, time, who }: Writer, now: number): string {
  const at = time === undefined ? undefined : parseTime(time);
  const when = at === undefined ? '' : ` Its last change to any field: ${time} (${ago(now - at)} ago).`;
  const how = operation === 'Apply' ? 'server-side apply' : 'update';
  const where = subresource === undefined ? '' : ` of ${code(subresource)}`;
  const component = who.component === undefined ? undefined : findComponent(who.component);
  const role = component && who.component !== 'user' ? ` ${component.role}` : '';
  return `**${literal(who.name)}**: field manager ${code(manager)}, by ${how}${where}.${when}${because(who)}${role}`;
}

function because({ because: why, name }: Writer['who']): string {
  if (why === 'field') return ` Several controllers go by this name; ${name} is the one that writes this field.`;
  if (why === 'owner') return ` Several controllers go by this name; ${name} made this object.`;
  return '';
}

function unownedText({ unowned }: LineBlame): string {
  if (!unowned) return 'No field manager owns it, and it cannot be told who wrote it.';
  if (unowned.component === undefined) return unowned.text;
  const name = findComponent(unowned.component)?.name ?? unowned.component;
  const step = unowned.step === undefined ? '' : ` · *${unowned.step}*`;
  return `**${name}**${step}: ${unowned.text} No field manager owns it.`;
}
