// The steps as a Mermaid sequence diagram. Models mermaid/packages/mermaid/src/diagrams/sequence/parser/sequenceDiagram.jison
import type { Step } from '../../src/trace/step.ts';
import { Cast } from './lifelines.ts';
import { sequenceRow } from './sequence.ts';
import type { Story } from './story.ts';

/** Mermaid refuses longer texts unless `maxTextSize` is raised. */
const MOST_CHARACTERS = 50_000;

export function mermaidOf(story: Story, steps: readonly Step[], title: string): string {
  const cast = new Cast(story);
  const rows = steps.map((step) => sequenceRow(story, cast, step));
  const taking = new Set(rows.flatMap(({ at, to, watch }) => [at, to ?? at, watch ? cast.server : at]));
  const lines = ['sequenceDiagram', `  title ${plain(title)}`];
  cast.lines.forEach(({ id, name }, i) => {
    if (taking.has(i)) lines.push(`  ${id === 'user' ? 'actor' : 'participant'} p${i} as ${plain(name)}`);
  });
  for (const { at, to, watch, text, refused } of rows) {
    if (watch) lines.push(`  p${cast.server}-->>p${at}: watch`);
    lines.push(
      to === undefined
        ? `  Note over p${at}: ${plain(text)}`
        : `  p${at}${refused ? '-x' : '->>'}p${to}: ${plain(text)}`,
    );
  }
  const diagram = `${lines.join('\n')}\n`;
  if (diagram.length <= MOST_CHARACTERS) return diagram;
  return `%% ${diagram.length} characters: set Mermaid's maxTextSize above that, or filter the steps before exporting.\n${diagram}`;
}

/** What Mermaid would take for its own signs, as its entity codes; never empty, because it wants words there. */
function plain(text: string): string {
  const line = text.replace(/\s+/g, ' ').replace(/[#;%<>]/g, (sign) => `#${sign.charCodeAt(0)};`);
  return line.trim() === '' ? '–' : line.replace(/^(no)?wrap:/, '$&\u200b').trim();
}
