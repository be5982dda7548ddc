// A picture in a few lines of text, for snapshots that a person can read.

import { actorName, deed } from '../../../src/trace/words.ts';
import type { Scene } from '../../../webview/scene/scene.ts';
import type { Story } from '../../../webview/scene/story.ts';

export function sketch(scene: Scene, story: Story): string {
  const step = story.steps[scene.count - 1];
  const whereIs = (x: number, y: number): string => {
    const inside = scene.boxes.filter(
      ({ rect }) => x >= rect.x && x < rect.x + rect.w && y >= rect.y && y < rect.y + rect.h,
    );
    return inside.at(-1)?.name ?? '?';
  };
  const lines = [
    `── ${scene.count}: ${step ? `${actorName(story, step)}: ${deed(step)}` : 'before the first step'}`,
    ...scene.hops.map((hop) => `   ${hop.from} ─${hop.tag || hop.kind}→ ${hop.to}`),
    ...scene.labels
      .filter(({ layer }) => layer !== 'name')
      .map(({ id, text, tone }) => `   ${id.split(' ')[0]}: ${text}${tone === 'strong' ? ' *' : ''}`),
    ...scene.chips.map((chip) => `   ${chip.current ? '▸' : ' '}${chip.title} @ ${whereIs(chip.at.x, chip.at.y)}`),
  ];
  return lines.join('\n');
}
