// What a write changed, in a few words that a learner can follow: phases, conditions, counts; not times and generations.
import type { FieldChange } from '../../trace/step.ts';

const MOST = 4;
const NOISE =
  /^status\.(init)?[cC]ontainerStatuses$|(Time|Timestamp|Probe|observedGeneration|generation|containerID|imageID|hostIPs.*|podIPs.*|managedFields.*|\.type|\.reason|\.message|qosClass|hostIP|recursiveReadOnly|mountPath|resourceVersion|restartCount|lastState|\.name|\.readOnly|\.image|resources|user.*)$/;
/** What says most comes first. */
const FIRST = [
  'status.phase',
  'spec.nodeName',
  'status.conditions[type="Ready"].status',
  'spec.replicas',
  'status.podIP',
];

function name(path: string): string {
  const condition = /^status\.conditions\[type="([^"]+)"\]\.status$/.exec(path);
  if (condition) return `condition ${condition[1]}`;
  const container = /^status\.(?:init)?[cC]ontainerStatuses\[name="([^"]+)"\]\.state\.(\w+)/.exec(path);
  if (container) return `container ${container[1]}`;
  return path.replace(/^metadata\.(annotation|label)s\./, '$1 ').replace(/^(status|spec)\./, '');
}

function value(v: unknown): string {
  if (v === undefined || v === null) return 'none';
  const text = typeof v === 'string' ? v : JSON.stringify(v);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function words(c: FieldChange): string | undefined {
  const state = /\.state\.(waiting|running|terminated)(?:\.|$)/.exec(c.path)?.[1];
  if (state !== undefined) return c.after === undefined ? undefined : `${name(c.path)} ${state}`;
  if (c.before === undefined) return `${name(c.path)} ${value(c.after)}`;
  return `${name(c.path)} ${value(c.before)} → ${value(c.after)}`;
}

/** `phase Pending → Running, condition Ready False → True`; empty where nothing worth a word changed. */
export function summary(changes: readonly FieldChange[]): string {
  const rank = (c: FieldChange): number => (FIRST.indexOf(c.path) + FIRST.length + 1) % (FIRST.length + 1);
  const kept = changes.filter((c) => !NOISE.test(c.path) || /\.state\.(waiting|running|terminated)/.test(c.path));
  const ordered = [...kept].sort((a, b) => rank(a) - rank(b));
  const said = [...new Set(ordered.flatMap((c) => words(c) ?? []))];
  const more = said.length > MOST ? ', …' : '';
  return said.slice(0, MOST).join(', ') + more;
}
