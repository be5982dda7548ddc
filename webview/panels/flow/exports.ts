// What leaves the panel: each form as the text of a file.
import type { FlowObject } from '../../../src/protocol/flow.ts';
import { writeTrace } from '../../../src/protocol/flow-file.ts';
import { transcriptMarkdown } from '../../../src/trace/words.ts';
import { mermaidOf } from '../../scene/mermaid.ts';
import { pictureText, type Shape } from '../../scene/picture.ts';
import type { Replay } from '../../scene/replay.ts';
import { pngOf } from './raster.ts';

export type ExportForm = 'transcript' | 'mermaid' | 'svg' | 'png' | 'trace' | 'page';

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
  }
}

export function transcriptOf({ replay, source, origin }: Pick<Exportable, 'replay' | 'source' | 'origin'>): string {
  return transcriptMarkdown(replay.story, replay.shownSteps(), origin, `Transcript of ${source}`);
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
