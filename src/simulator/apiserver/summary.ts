// What a write changed, in a few words that a learner can follow: phases, conditions, counts; not times and generations.
import type { ContainerStatus } from '../../model/generated/core.v1.ts';
import type { FieldChange } from '../../trace/step.ts';

const MOST = 4;
const CONTAINERS = /^status\.(c|initC)ontainerStatuses$/;
const NOISE =
  /(Time|Timestamp|Probe|observedGeneration|generation|containerID|imageID|hostIPs.*|podIPs.*|managedFields.*|\.type|\.reason|\.message|qosClass|hostIP|recursiveReadOnly|mountPath|resourceVersion|restartCount|lastState|\.name|\.readOnly|\.image|resources|user.*)$/;
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
  return path.replace(/^metadata\.(annotation|label)s\./, '$1 ').replace(/^(status|spec)\./, '');
}

function value(v: unknown): string {
  if (v === undefined || v === null) return 'none';
  const text = typeof v === 'string' ? v : JSON.stringify(v);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** `container web running`: the containers whose state is another than before. */
function states(c: FieldChange): string[] {
  const stateOf = (list: unknown): Map<string, string> =>
    new Map(
      ((list ?? []) as readonly ContainerStatus[]).map((s) => {
        const waiting = s.state?.waiting?.reason;
        return [s.name, waiting === undefined ? (Object.keys(s.state ?? {})[0] ?? 'waiting') : `waiting (${waiting})`];
      }),
    );
  const before = stateOf(c.before);
  return [...stateOf(c.after)].flatMap(([name, state]) =>
    before.get(name) === state ? [] : [`container ${name} ${state}`],
  );
}

function words(c: FieldChange): string | readonly string[] | undefined {
  if (CONTAINERS.test(c.path)) return states(c);
  if (c.before === undefined) return `${name(c.path)} ${value(c.after)}`;
  return `${name(c.path)} ${value(c.before)} → ${value(c.after)}`;
}

/** `phase Pending → Running, condition Ready False → True`; empty where nothing worth a word changed. */
export function summary(changes: readonly FieldChange[]): string {
  const rank = (c: FieldChange): number => (FIRST.indexOf(c.path) + FIRST.length + 1) % (FIRST.length + 1);
  const kept = changes.filter((c) => CONTAINERS.test(c.path) || !NOISE.test(c.path));
  const ordered = [...kept].sort((a, b) => rank(a) - rank(b));
  const said = [...new Set(ordered.flatMap((c) => words(c) ?? []))];
  const more = said.length > MOST ? ` and ${said.length - MOST} more` : '';
  return said.slice(0, MOST).join(', ') + more;
}
