// What leaves the panel: each form as the text of a file.
import type { FlowObject } from '../../../src/protocol/flow.ts';
import { writeTrace } from '../../../src/protocol/flow-file.ts';
import { transcriptMarkdown } from '../../../src/trace/words.ts';
import { mermaidOf } from '../../scene/mermaid.ts';
import { pictureText, type Shape } from '../../scene/picture.ts';
import type { Replay } from '../../scene/replay.ts';

export type ExportForm = 'transcript' | 'mermaid' | 'svg' | 'trace';

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
}

export interface Exportable {
  readonly replay: Replay;
  readonly source: string;
  readonly origin: number;
  readonly objects: readonly FlowObject[];
  /** Said of the picture. */
  readonly description: string;
  readonly seen: () => Seen | undefined;
}

export function exportOf(form: ExportForm, from: Exportable): Exported | undefined {
  const { replay, source, origin, objects, description } = from;
  const { story } = replay;
  const file = (ending: string, mediaType: string, data: string): Exported => ({
    suggestedName: `${source}${ending}`,
    mediaType,
    data,
  });
  switch (form) {
    case 'transcript': {
      const data = transcriptMarkdown(story, replay.shownSteps(), origin, `Transcript of ${source}`);
      return file('.md', 'text/markdown', data);
    }
    case 'mermaid':
      return file('.mmd', 'text/vnd.mermaid', mermaidOf(story, replay.shownSteps(), `Steps of ${source}`));
    case 'trace': {
      const { topology, steps } = story;
      return file('.trace.json', 'application/json', writeTrace({ source, topology, objects, steps }));
    }
    case 'svg': {
      const seen = from.seen();
      if (!seen) return undefined;
      const background = getComputedStyle(document.body).backgroundColor;
      return file(
        '.svg',
        'image/svg+xml',
        pictureText({ ...seen, background, title: `Steps of ${source}`, description }),
      );
    }
  }
}
