// The transcript as Markdown, for the clipboard without a panel: one line a step, times counted from the first.
import { findComponent } from '../../knowledge/components.ts';
import type { Step } from '../../trace/step.ts';

export function transcript(steps: readonly Step[], title: string): string {
  const shown = steps.filter((s) => !s.routine);
  const origin = shown[0]?.at ?? 0;
  return `# ${plain(title)}\n\n${shown.map((s) => line(s, origin)).join('\n')}\n`;
}

function line({ at, actor, text, simplification }: Step, origin: number): string {
  const component = findComponent(actor.component);
  const where = actor.node && component?.group === 'node' ? ` on ${actor.node}` : '';
  const simple = simplification === undefined ? '' : ` _(simplified: ${plain(simplification)})_`;
  return `- ${Math.round((at - origin) / 1000)} ms **${plain((component?.name ?? actor.component) + where)}** ${plain(text)}${simple}`;
}

/** Markdown that also reads well as it is: only what would become markup is escaped. */
function plain(text: string): string {
  return text.replace(/[\\`*_[\]<]/g, (c) => `\\${c}`).replace(/\s+/g, ' ');
}
