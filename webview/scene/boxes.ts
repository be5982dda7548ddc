// The things that have a place in the drawing: machines, components on them, control loops in their process, who is outside.
import type { Rect } from './geometry.ts';
import type { Story } from './story.ts';

export type BoxKind = 'node' | 'component' | 'loop' | 'outside' | 'cell';

export interface Box {
  readonly id: string;
  readonly kind: BoxKind;
  readonly rect: Rect;
  /** Component id; absent for a machine. */
  readonly component?: string;
  readonly node?: string;
  readonly name: string;
  /** Id of the box that it is drawn in. */
  readonly parent?: string;
}

/** What a component says of itself that runs on several machines. */
export interface Among {
  readonly word: string;
  readonly title: string;
  readonly leads: boolean;
}

export interface SceneBox extends Box {
  /** Part of the palette; machines have none. */
  readonly colour: string;
  /** Takes part in the current step. */
  readonly active: boolean;
  readonly stopped: boolean;
  readonly title: string;
  /** Where several of a component run: which part this one has. */
  readonly among?: Among;
}

export const boxId = (component: string, node?: string): string => `${component}@${node ?? ''}`;
export const nodeId = (node: string): string => `node:${node}`;

export function cellName(story: Story, component: string): string {
  const name = story.component(component)?.name ?? component;
  return name.replace(/^container runtime$/, 'runtime').replace(/ plugin$/, '');
}
