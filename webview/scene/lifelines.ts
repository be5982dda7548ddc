// Who appears in the sequence and in the timeline, and in which order: you, the control loops, the scheduler, the API server,
// then the machines. Those beyond what can be drawn share the last place of their kind.
import type { Step } from '../../src/trace/step.ts';
import { shortName } from '../../src/trace/words.ts';
import { boxId } from './boxes.ts';
import type { Story } from './story.ts';

export interface Lifeline {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
}

const MOST_LOOPS = 6;
const MOST_MACHINES = 12;

export class Cast {
  readonly lines: readonly Lifeline[];
  /** Changes when a line was added. */
  readonly signature: string;
  private readonly places = new Map<string, number>();

  constructor(story: Story) {
    const lines: Lifeline[] = [];
    const add = (id: string, name: string, colour: string, share: boolean): void => {
      if (!share) lines.push({ id, name, colour });
      this.places.set(id, lines.length - 1);
    };
    const component = (id: string): void =>
      add(
        id,
        shortName(story.component(id)?.name ?? id).replace(/^kube-/, ''),
        story.component(id)?.colour ?? 'none',
        false,
      );
    component('user');
    story.loopOrder.forEach((id, i) => {
      if (i < MOST_LOOPS) component(id);
      else add(id, '', '', true);
    });
    component('kube-scheduler');
    component('kube-apiserver');
    const machines = story.topology.nodes.filter(({ name }) => story.isBusy(name));
    machines.forEach(({ name }, i) => {
      add(boxId('', name), name, 'kubelet', i >= MOST_MACHINES);
    });
    this.signature = lines.map(({ id }) => id).join(' ');
    this.lines = lines;
  }

  /** The line of the one who acts. Who has none of his own is found on his machine, else outside. */
  placeOf({ actor }: Step): number {
    const own = this.places.get(actor.component);
    if (own !== undefined) return own;
    return (actor.node === undefined ? undefined : this.places.get(boxId('', actor.node))) ?? 0;
  }

  get server(): number {
    return this.places.get('kube-apiserver') ?? 0;
  }
}
