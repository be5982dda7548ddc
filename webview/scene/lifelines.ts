// Who appears in the sequence and in the timeline, and in which order: you, the control loops, the scheduler, the API server,
// then the machines. Those beyond what can be drawn share a line that is called so.
import type { Step } from '../../src/trace/step.ts';
import { shortName } from '../../src/trace/words.ts';
import { boxId } from './boxes.ts';
import type { Story } from './story.ts';

export interface Lifeline {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
}

const MOST_LOOPS = 8;
const MOST_MACHINES = 12;

export class Cast {
  readonly lines: readonly Lifeline[];
  /** Changes when a line was added. */
  readonly signature: string;
  private readonly places = new Map<string, number>();
  private readonly shared = new Set<number>();
  /** The line of those who are no part of the cluster as it is known. */
  private readonly strangers: number = 0;

  /** `withUpkeep`: heartbeats and the like are shown, and need lines too. */
  constructor(story: Story, withUpkeep = false) {
    const acting = story.actorsSeen(withUpkeep);
    const lines: Lifeline[] = [];
    const add = (id: string, name: string, colour: string): void => {
      this.places.set(id, lines.length);
      lines.push({ id, name, colour });
    };
    const own = (id: string): void =>
      add(id, shortName(story.component(id)?.name ?? id).replace(/^kube-/, ''), story.component(id)?.colour ?? 'none');
    const share = (name: string, colour: string, ids: readonly string[]): void => {
      if (ids.length === 0) return;
      for (const id of ids) this.places.set(id, lines.length);
      this.shared.add(lines.length);
      lines.push({ id: name, name, colour });
    };
    own('user');
    if (acting.some((actor) => story.isStranger(actor))) {
      this.strangers = lines.length;
      this.shared.add(lines.length);
      lines.push({ id: 'others', name: 'others', colour: 'user' });
    }
    for (const id of story.loopOrder.slice(0, MOST_LOOPS)) own(id);
    share('other loops', 'controller', story.loopOrder.slice(MOST_LOOPS));
    own('kube-scheduler');
    own('kube-apiserver');
    const busy = new Set(acting.flatMap(({ component, node }) => (this.places.has(component) ? [] : (node ?? []))));
    const machines = story.topology.nodes.flatMap(({ name }) => (busy.has(name) ? name : []));
    for (const name of machines.slice(0, MOST_MACHINES)) add(boxId('', name), name, 'kubelet');
    share(
      'other nodes',
      'kubelet',
      machines.slice(MOST_MACHINES).map((name) => boxId('', name)),
    );
    this.signature = lines.map(({ id }) => id).join(' ');
    this.lines = lines;
  }

  /** Several share this line, so that a row has to say who acts. */
  isShared(line: number): boolean {
    return this.shared.has(line);
  }

  /** The line of the one who acts. Who has none of his own is found on his machine, else outside. */
  placeOf({ actor }: Step): number {
    const own = this.places.get(actor.component);
    if (own !== undefined) return own;
    return (actor.node === undefined ? undefined : this.places.get(boxId('', actor.node))) ?? this.strangers;
  }

  isMachine(line: number): boolean {
    return this.lines[line]?.id.startsWith(boxId('')) ?? false;
  }

  get server(): number {
    return this.places.get('kube-apiserver') ?? 0;
  }
}
