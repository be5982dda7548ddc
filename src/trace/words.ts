// Steps in words: times, who acted, one line of the transcript, the whole transcript as Markdown. The one home of these for
// the panel, the clipboard, and the command line.
import type { FanOuts } from './fanout.ts';
import type { Fidelity, Step } from './step.ts';

/** Where the names of components are looked up: the knowledge data, or what a panel was given of it. */
export interface Names {
  component(id: string): { readonly name: string; readonly group: string } | undefined;
}

/** `96 ms`, `1.204 s`, `2 min 3 s`; with a minus before the origin. */
export function duration(us: number): string {
  const sign = us < 0 ? '−' : '';
  const ms = Math.abs(us) / 1000;
  if (ms < 1000) return `${sign}${ms < 10 && ms % 1 >= 0.05 ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 60_000) return `${sign}${(ms / 1000).toFixed(3)} s`;
  const seconds = Math.round(ms / 1000);
  return `${sign}${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `00:00.096`: minutes, seconds, milliseconds. */
export function clock(us: number): string {
  const ms = Math.round(Math.abs(us) / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(ms / 60_000);
  return `${us < 0 ? '−' : ''}${two(minutes)}:${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`;
}

/** Who acted: `kubelet on node-2`, `Deployment controller`, `you`. */
export function actorName(names: Names, step: Step): string {
  const component = names.component(step.actor.component);
  const name = component?.name ?? step.actor.component;
  return step.actor.node !== undefined && component?.group === 'node' ? `${name} on ${step.actor.node}` : name;
}

/** `Deployment controller` → `Deployment`, where the drawing says already that it is one. */
export function shortName(name: string): string {
  const short = name.replace(/ controllers?$/, '');
  return name === short ? name : short.charAt(0).toUpperCase() + short.slice(1);
}

/** What was done to what: `create pods/web-1`, `RunPodSandbox`. */
export function deed(step: Step): string {
  const { request, object } = step;
  if (!request) return step.action;
  const target = object ? `${object.resource}/${object.name}` : request.path;
  return `${request.method} ${target}${request.subresource === undefined ? '' : `/${request.subresource}`}`;
}

export const FIDELITY: { readonly [fidelity in Fidelity]: { readonly word: string; readonly means: string } } = {
  observed: { word: 'observed', means: 'A real cluster said so.' },
  inferred: {
    word: 'inferred',
    means: 'Deduced from what a real cluster left: managed fields, Events, conditions, owners.',
  },
  simulated: { word: 'simulated', means: 'The simulator did it, and recordings of a real cluster agree.' },
  simplified: { word: 'simplified', means: 'The simulator leaves something out here.' },
};

/** A value in one line; strings bare, structures as JSON. */
export function valueText(value: unknown, most = 160): string {
  const text = value === undefined ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Fields whose change is what a reader wants to know of a write, with the word for it. */
const TELLING: readonly (readonly [path: RegExp, word: string])[] = [
  [/^spec\.nodeName$/, 'node'],
  [/^spec\.replicas$/, 'replicas wanted'],
  [/^status\.phase$/, 'phase'],
  [/^status\.podIP$/, 'IP'],
  [/^status\.conditions\[type="Ready"\]\.status$/, 'Ready'],
  [/^status\.conditions\[type="Available"\]\.status$/, 'Available'],
  [/^status\.replicas$/, 'replicas'],
  [/^status\.readyReplicas$/, 'ready replicas'],
  [/^status\.availableReplicas$/, 'available'],
  [/^metadata\.deletionTimestamp$/, 'to be deleted at'],
];

/** What a write changed that matters, in a few words: `phase Pending → Running, IP 10.244.3.2`. What the sentence says already is left out. */
export function gist(step: Step): string {
  const parts: string[] = [];
  for (const { path, before, after } of step.changed ?? []) {
    const word = TELLING.find(([pattern]) => pattern.test(path))?.[1];
    if (word === undefined || after === undefined || step.request?.verb === 'create') continue;
    const now = valueText(after);
    if (!step.text.includes(now)) parts.push(`${word} ${before === undefined ? '' : `${valueText(before)} → `}${now}`);
  }
  return parts.join(', ');
}

/** A step without its time: `kubelet on node-2: PATCH pods/web-1/status → 200. (phase Pending → Running)`. */
export function line(names: Names, step: Step): string {
  const { simplification } = step;
  const simple = simplification === undefined ? '' : ` (simplified: ${simplification})`;
  return `${actorName(names, step)}: ${step.text}${inBrackets(gist(step))}${simple}`;
}

const MOST_WATCHERS = 6;

/** Who acted on a write because a watch told them: `→ 2 watchers: endpoint controller, EndpointSlice controller`. */
export function watchersText(names: Names, watchers: readonly Step[]): string {
  const all = [...new Set(watchers.map((step) => actorName(names, step)))];
  const more = all.length > MOST_WATCHERS ? ` and ${all.length - MOST_WATCHERS} more` : '';
  return `→ ${watchers.length} watchers: ${all.slice(0, MOST_WATCHERS).join(', ')}${more}`;
}

/** The transcript: one item a step, times counted from `origin` (µs). Data of the steps stays text. */
export function transcriptMarkdown(
  names: Names,
  steps: Iterable<Step>,
  origin: number,
  title: string,
  fans?: FanOuts,
): string {
  const lines = [`# ${markdownText(title)}`, ''];
  for (const step of steps) {
    const { simplification } = step;
    const simple = simplification === undefined ? '' : ` _(simplified: ${markdownText(simplification)})_`;
    const who = `**${markdownText(actorName(names, step))}**`;
    const what = `${markdownText(step.text)}${markdownText(inBrackets(gist(step)))}`;
    const told = fans?.of(step) ?? [];
    const fan = told.length === 0 ? '' : ` _${markdownText(watchersText(names, told))}_`;
    lines.push(`- ${duration(step.at - origin)} ${who} ${what}${fan}${simple}`);
  }
  return `${lines.join('\n')}\n`;
}

function inBrackets(text: string): string {
  return text === '' ? '' : ` (${text})`;
}

/** Text that Markdown must not take for its own signs; what stands between backticks stays code. */
export function markdownText(text: string): string {
  return spans(text.replace(/\s*\n\s*/g, ' '))
    .map((span) => (span.code ? `\`${span.text}\`` : span.text.replace(/[\\`*_[\]<>]/g, '\\$&')))
    .join('');
}

/** A sentence cut into text and what stands between backticks. */
export function spans(text: string): { readonly text: string; readonly code: boolean }[] {
  const parts = text.split('`');
  if (parts.length % 2 === 0) return [{ text, code: false }];
  return parts.map((part, i) => ({ text: part, code: i % 2 === 1 })).filter((span) => span.text !== '');
}
