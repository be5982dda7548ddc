// The steps as a Mermaid sequence diagram. Models mermaid/packages/mermaid/src/diagrams/sequence/parser/sequenceDiagram.jison
import { FanOuts } from '../../src/trace/fanout.ts';
import type { Step } from '../../src/trace/step.ts';
import { watchersText } from '../../src/trace/words.ts';
import { Cast } from './lifelines.ts';
import { sequenceRow } from './sequence.ts';
import type { Story } from './story.ts';

/** Mermaid refuses longer texts unless `maxTextSize` is raised. */
const MOST_CHARACTERS = 50_000;

export function mermaidOf(story: Story, steps: readonly Step[], title: string): string {
  const cast = new Cast(
    story,
    steps.some(({ routine }) => routine),
  );
  const fans = new FanOuts(story.index);
  const rows = steps.map((step) => ({ ...sequenceRow(story, cast, fans, step), told: fans.of(step) }));
  const taking = new Set(
    rows.flatMap(({ at, to, watch, fan }) => [at, to ?? at, watch ? cast.server : at, ...(fan?.lines ?? [])]),
  );
  const lines = ['sequenceDiagram', `  title ${plain(title)}`];
  cast.lines.forEach(({ id, name }, i) => {
    if (taking.has(i)) lines.push(`  ${id === 'user' ? 'actor' : 'participant'} p${i} as ${plain(name)}`);
  });
  for (const { at, to, watch, fan, told, text, refused } of rows) {
    if (watch === 'arrow') lines.push(`  p${cast.server}-->>p${at}: watch`);
    lines.push(
      to === undefined
        ? `  Note over p${at}: ${plain(text)}`
        : `  p${at}${refused ? '-x' : '->>'}p${to}: ${plain(text)}`,
    );
    if (fan) lines.push(`  Note over ${span(fan.lines)}: ${plain(watchersText(story, told))}`);
  }
  const diagram = `${lines.join('\n')}\n`;
  if (diagram.length <= MOST_CHARACTERS) return diagram;
  return `%% ${diagram.length} characters: set Mermaid's maxTextSize above that, or filter the steps before exporting.\n${diagram}`;
}

/** A note stands over the first to the last of them. */
function span(lines: readonly number[]): string {
  const ends = [...new Set([lines[0] ?? 0, lines.at(-1) ?? 0])];
  return ends.map((line) => `p${line}`).join(',');
}

/** What Mermaid would take for its own signs, as its entity codes; never empty, because it wants words there. */
function plain(text: string): string {
  const line = text.replace(/\s+/g, ' ').replace(/[#;%<>]/g, (sign) => `#${sign.charCodeAt(0)};`);
  return line.trim() === '' ? '–' : line.replace(/^(no)?wrap:/, '$&\u200b').trim();
}
