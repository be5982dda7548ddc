// What leaves the panel: each form as the text of a file.
import type { FlowObject } from '../../../src/protocol/flow.ts';
import { writeTrace } from '../../../src/protocol/flow-file.ts';
import { FanOuts } from '../../../src/trace/fanout.ts';
import { transcriptMarkdown } from '../../../src/trace/words.ts';
import { type GifFrame, gifOf } from '../../scene/gif.ts';
import { mermaidOf } from '../../scene/mermaid.ts';
import { pictureText, type Shape } from '../../scene/picture.ts';
import { readingTime } from '../../scene/plan.ts';
import type { Replay } from '../../scene/replay.ts';
import { base64Of, pixelsOf, pngOf } from './raster.ts';

export type ExportForm = 'transcript' | 'mermaid' | 'svg' | 'png' | 'gif' | 'trace' | 'page';

/** What is seen of a reading. */
export interface Seen {
  readonly width: number;
  readonly height: number;
  readonly content: readonly Shape[];
}

export interface Exported {
  readonly suggestedName: string;
  readonly mediaType: string;
  readonly data: string;
  readonly encoding?: 'base64';
}

export interface Exportable {
  readonly replay: Replay;
  readonly source: string;
  readonly origin: number;
  readonly objects: readonly FlowObject[];
  readonly epoch: { readonly epochMs?: number };
  /** Said of the picture. */
  readonly description: string;
  readonly seen: () => Seen | undefined;
  /** The drawing after so many steps of the story; absent where no drawing is open that can be taken step by step. */
  readonly picture?: (count: number) => Seen | undefined;
}

/** Undefined where the reading that is open is no drawing. Rejects where the browser cannot draw it. */
export async function exportOf(form: Exclude<ExportForm, 'page'>, from: Exportable): Promise<Exported | undefined> {
  const { replay, source, objects } = from;
  const { story } = replay;
  const file = (ending: string, mediaType: string, data: string): Exported => ({
    suggestedName: `${source}${ending}`,
    mediaType,
    data,
  });
  switch (form) {
    case 'transcript':
      return file('.md', 'text/markdown', transcriptOf(from));
    case 'mermaid':
      return file('.mmd', 'text/vnd.mermaid', mermaidOf(story, replay.shownSteps(), `Steps of ${source}`));
    case 'trace': {
      const { topology, steps } = story;
      return file('.trace.json', 'application/json', writeTrace({ source, topology, objects, steps, ...from.epoch }));
    }
    case 'svg': {
      const seen = from.seen();
      return seen && file('.svg', 'image/svg+xml', drawingOf(seen, from));
    }
    case 'png': {
      const seen = from.seen();
      if (!seen) return undefined;
      const data = await pngOf(drawingOf(seen, from), seen.width, seen.height);
      return { ...file('.png', 'image/png', data), encoding: 'base64' };
    }
    case 'gif': {
      const data = await animation(from);
      return data === undefined ? undefined : { ...file('.gif', 'image/gif', data), encoding: 'base64' };
    }
  }
}

/** As many steps as are taken into one animation. */
const MOST_FRAMES = 40;

/** The drawings of the steps from the current one on, each as long as it takes to read. */
async function animation({ picture, ...from }: Exportable): Promise<string | undefined> {
  const { replay } = from;
  const first = Math.max(0, replay.cursor);
  const frames: GifFrame[] = [];
  let size: { readonly width: number; readonly height: number } | undefined;
  for (const position of replay.visible.slice(first, first + MOST_FRAMES)) {
    const seen = picture?.(position + 1);
    if (!seen) return undefined;
    size ??= { width: Math.round(seen.width), height: Math.round(seen.height) };
    const pixels = await pixelsOf(drawingOf(seen, from), size.width, size.height);
    frames.push({ pixels, ms: readingTime(replay.story.steps[position]?.text ?? '') });
  }
  return size && base64Of(gifOf(frames, size.width, size.height));
}

export function transcriptOf({ replay, source, origin }: Pick<Exportable, 'replay' | 'source' | 'origin'>): string {
  const { story } = replay;
  const fans = new FanOuts(story.index);
  return transcriptMarkdown(story, replay.shownSteps(), origin, `Transcript of ${source}`, fans);
}

function drawingOf(seen: Seen, { source, description }: Exportable): string {
  const background = getComputedStyle(document.body).backgroundColor;
  return pictureText({ ...seen, background, title: `Steps of ${source}`, description });
}

/** The theme's variables as VS Code sets them on the page. */
export function themeOf({ style }: HTMLElement): { [variable: string]: string } {
  const names = [...style].filter((name) => name.startsWith('--vscode-'));
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name).trim()]));
}
