// Every word in the drawing, with the place it takes, so that a test can hold that no two words meet.
import type { Step } from '../../src/trace/step.ts';
import type { SceneBox } from './boxes.ts';
import { isRefusal } from './gates.ts';
import { fit, fitFacts, type Rect, textWidth } from './geometry.ts';
import { type Layout, LEADS } from './layout.ts';
import { type ObjectRow, ROW } from './rows.ts';
import type { Story } from './story.ts';
import { placementLines, type VerdictLine, verdictLines } from './verdicts.ts';

export interface Label {
  readonly id: string;
  /** Names stay; state is what holds after the step; step is what it says and asks while it happens. */
  readonly layer: 'name' | 'state' | 'step';
  readonly text: string;
  /** In full, where `text` was shortened. */
  readonly full?: string;
  readonly rect: Rect;
  readonly size: number;
  readonly anchor: 'start' | 'middle' | 'end';
  /** Stands on a line. */
  readonly edge?: true;
  readonly tone: 'strong' | 'normal' | 'dim' | 'bad' | 'mono';
}

interface Ask {
  readonly story: Story;
  readonly layout: Layout;
  readonly boxes: readonly SceneBox[];
  readonly rows: readonly ObjectRow[];
  readonly count: number;
  readonly current: Step | undefined;
}

const BOLD = 1.07;

export function labelsOf(ask: Ask): Label[] {
  return [
    ...ask.boxes.flatMap((box) => boxLabels(ask, box)),
    ...storeLabels(ask).map((one) => ({ ...one, layer: 'state' as const })),
    ...stepLabels(ask).map((one) => ({ ...one, layer: 'step' as const })),
  ];
}

function label(id: string, text: string, rect: Rect, size: number, more: Partial<Label> = {}): Label {
  const short = fit(text, rect.w, size);
  return {
    id,
    layer: 'name',
    text: short,
    ...(short === text ? {} : { full: text }),
    rect,
    size,
    anchor: 'start',
    tone: 'normal',
    ...more,
  };
}

function boxLabels(ask: Ask, box: SceneBox): Label[] {
  const { x, y, w, h } = box.rect;
  const id = `name ${box.id}`;
  const name = (rect: Rect, size: number, more: Partial<Label> = {}): Label => label(id, box.name, rect, size, more);
  if (box.kind === 'node') {
    return [name({ x: x + 10, y: y + 5, w: nameRoom(ask.boxes, box), h: 16 }, 12, { tone: 'dim' })];
  }
  if (box.kind === 'outside') return [name({ x, y: y + h - 18, w, h: 16 }, 12, { anchor: 'middle' })];
  if (box.kind === 'component') {
    const room = { x: x + 28, y: y + 5, w: w - 34, h: 16 };
    // Bold letters are wider than the rule has it.
    const size = textWidth(box.name, 12) * BOLD > room.w ? 11 : 12;
    return [name(room, size, { tone: 'strong' }), ...amongLabel(box)];
  }
  if (box.kind === 'loop') return loopLabels(ask, box, name({ x: x + 24, y: y + 6, w: w - 30, h: 14 }, 11));
  if (box.component === 'kubelet' && w >= 120) {
    return kubeletLabels(ask, box, name({ x: x + 10, y: y + 5, w: 48, h: 14 }, 11, { tone: 'strong' }));
  }
  const word = box.among?.leads ? `${box.name}${LEADS}` : box.name;
  return [label(id, word, { x: x + 10, y: y + (h - 14) / 2, w: w - 13, h: 14 }, 11)];
}

/** On the upper edge of a component that runs on several machines: which part this one has. */
function amongLabel({ id, kind, rect, among }: SceneBox): Label[] {
  if (!among || kind !== 'component') return [];
  const w = textWidth(among.word, 10) + 6;
  const tone = among.leads ? 'strong' : 'dim';
  const place = { x: rect.x + rect.w - w - 8, y: rect.y - 8, w, h: 12 };
  return [label(`among ${id}`, among.word, place, 10, { tone, anchor: 'end', layer: 'state', edge: true })];
}

/** A control loop and, as far as there is room, what it last found. */
function loopLabels({ story, count, current }: Ask, box: SceneBox, name: Label): Label[] {
  const found = box.component === undefined ? undefined : story.decisionAt(box.component, count);
  const used = textWidth(name.text, name.size) + 12;
  const rect = { ...name.rect, x: name.rect.x + used, w: name.rect.w - used };
  const short = { ...name, rect: { ...name.rect, w: used - 12 } };
  if (found === undefined || rect.w < 40) return [name];
  const now = current?.detail?.type === 'decide' && box.active;
  const text = fitFacts(found, rect.w, 10.5);
  const tone = now ? 'normal' : 'dim';
  return [
    short,
    { ...label(`found ${box.id}`, '', rect, 10.5), text, full: found, anchor: 'end', tone, layer: 'step' },
  ];
}

/** A kubelet and, while it or a part that it drives is at work, what it does. */
function kubeletLabels({ current }: Ask, box: SceneBox, name: Label): Label[] {
  if (current?.kind !== 'node' || current.actor.node !== box.node) return [name];
  // No kubelet drives it.
  if (current.actor.component === 'kube-proxy') return [name];
  const api = current.detail?.type === 'node' ? current.detail.api : undefined;
  const doing = api === undefined ? current.action : `${api} ${current.action}`;
  const rect = { ...name.rect, x: name.rect.x + 52, w: box.rect.w - 70 };
  return [name, label(`doing ${box.id}`, doing, rect, 10.5, { tone: 'mono', anchor: 'end', layer: 'step' })];
}

/** Up to the first thing in the header's right corner, and clear of the line that comes in over the kubelet. */
function nameRoom(boxes: readonly SceneBox[], box: SceneBox): number {
  const { x, y, w } = box.rect;
  const within = boxes.filter((other) => other.parent === box.id && other.rect.y < y + 22);
  const marks = boxes.flatMap((other) => (other.parent === box.id ? amongLabel(other) : []));
  const taken = [...within, ...marks].map((other) => other.rect.x - 4);
  const right = Math.min(x + w - 8, ...taken);
  const line = boxes.some((other) => other.parent === box.id && other.component === 'kubelet') ? x + w / 2 - 12 : right;
  return Math.min(right, line) - x - 10;
}

function storeLabels({ story, layout, boxes, rows, count, current }: Ask): Label[] {
  const { objects, unbound } = layout;
  const revision = story.revisionAt(count);
  const hidden = story.workloadsAt(count).length - rows.length;
  const pods = story.podsAt(count).filter((pod) => pod.node === undefined).length;
  const out: Label[] = [];
  if (revision !== undefined) {
    out.push(
      label('revision', `revision ${revision}`, { x: objects.x, y: objects.y - 20, w: objects.w, h: 14 }, 11, {
        tone: 'dim',
      }),
    );
  }
  if (hidden > 0) {
    out.push(
      label(
        'more objects',
        `and ${hidden} more`,
        { x: objects.x, y: objects.y + rows.length * ROW + 3, w: objects.w, h: 14 },
        11,
        { tone: 'dim' },
      ),
    );
  }
  if (pods > 0) {
    out.push(
      label(
        'unbound',
        pods === 1 ? '1 pod on no node' : `${pods} pods on no node`,
        { x: unbound.x, y: unbound.y, w: unbound.w, h: 16 },
        11,
        { tone: 'dim' },
      ),
    );
  }
  for (const row of rows) {
    out.push(
      label(
        `row ${row.key}`,
        row.name,
        { ...row.rect, y: row.rect.y + 3, h: 14, w: row.rect.w - textWidth(row.ready, 11) - 8 },
        11,
      ),
    );
    const right = {
      ...row.rect,
      y: row.rect.y + 3,
      h: 14,
      x: row.rect.x + row.rect.w - textWidth(row.ready, 11),
      w: textWidth(row.ready, 11),
    };
    if (row.ready !== '') out.push(label(`ready ${row.key}`, row.ready, right, 11, { anchor: 'end', tone: 'dim' }));
  }
  if (current?.detail?.type !== 'schedule' && schedulesHere(boxes)) {
    out.push(...placementLines(story, count, layout.verdicts).flatMap(verdictLabels));
  }
  if (layout.more) {
    out.push(
      label(
        'more nodes',
        `and ${layout.folded.length} more nodes`,
        { x: layout.more.x + 10, y: layout.more.y + 5, w: layout.more.w - 20, h: 16 },
        12,
        { tone: 'dim' },
      ),
    );
  }
  return out;
}

/** The scheduler that is drawn large may be one that stands by, and has found nothing. */
function schedulesHere(boxes: readonly SceneBox[]): boolean {
  const among = boxes.find(({ kind, component }) => kind === 'component' && component === 'kube-scheduler')?.among;
  return (
    among === undefined || among.leads || !boxes.some((box) => box.component === 'kube-scheduler' && box.among?.leads)
  );
}

/** What the current step found and asked: beside those who did. */
function stepLabels({ layout, boxes, current }: Ask): Label[] {
  if (!current) return [];
  const out: Label[] = [];
  const { request, object, detail } = current;
  if (request) {
    const target = object ? `${object.resource}/${object.name}` : request.path;
    const text = `${request.method} ${target}${request.subresource ? `/${request.subresource}` : ''} → ${request.code}`;
    out.push(label('request', text, layout.request, 11, { tone: isRefusal(request) ? 'bad' : 'mono' }));
  }
  if (detail?.type === 'schedule' && schedulesHere(boxes))
    out.push(...verdictLines(detail, layout.verdicts).flatMap(verdictLabels));
  return out;
}

function verdictLabels({ key, name, word, chosen, nameAt, wordAt }: VerdictLine): Label[] {
  const tone = chosen ? 'strong' : 'dim';
  return [
    label(`verdict ${key}`, name, nameAt, 11, { tone }),
    label(`total ${key}`, word, wordAt, 11, { tone, anchor: 'end' }),
  ];
}
