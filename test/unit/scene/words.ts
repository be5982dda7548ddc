// Everything in a picture that can be read, where its ink is, and what of it meets.
import { overlap, type Rect, textWidth } from '../../../webview/scene/geometry.ts';
import type { Scene } from '../../../webview/scene/scene.ts';

interface Word {
  readonly what: string;
  readonly rect: Rect;
}

export function words(scene: Scene): Word[] {
  const labels = scene.labels.map(({ id, text, rect, size, anchor }) => {
    const w = textWidth(text, size);
    const x = anchor === 'start' ? rect.x : anchor === 'end' ? rect.x + rect.w - w : rect.x + (rect.w - w) / 2;
    return { what: id, rect: { ...rect, x, w } };
  });
  const tags = scene.hops.filter((hop) => hop.tag !== '').map((hop) => ({ what: `tag ${hop.tag}`, rect: hop.tagAt }));
  const gates = scene.gates.map(({ stage, word, rect }) => {
    const w = textWidth(word, 9.5);
    return { what: `gate ${stage}`, rect: { ...rect, x: rect.x + (rect.w - w) / 2, w } };
  });
  const chips = scene.chips.map(({ key, at, line }) => ({
    what: `pod ${key}`,
    rect: { ...at, w: line ? line.w : 16, h: 16 },
  }));
  const tallies = scene.tallies.map(({ id, at, count }) => ({
    what: `tally ${id}`,
    rect: { ...at, w: 19 + textWidth(String(count), 11), h: 16 },
  }));
  return [...labels, ...tags, ...gates, ...chips, ...tallies].filter(({ rect }) => rect.w > 0);
}

export function collisions(scene: Scene): string[] {
  const all = words(scene);
  const out: string[] = [];
  for (let i = 0; i < all.length; i++) {
    for (let j = i + 1; j < all.length; j++) {
      const [a, b] = [all[i], all[j]];
      if (a && b && overlap(a.rect, b.rect)) out.push(`${scene.count}: ${a.what} × ${b.what}`);
    }
  }
  return out;
}
