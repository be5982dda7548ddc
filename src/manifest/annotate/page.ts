// The annotated manifest as one page that opens anywhere: no script, nothing from elsewhere, every text escaped.
import type { ColourRole } from '../../knowledge/components.ts';
import { COMPONENT_SIGNS } from '../../knowledge/signs.ts';
import type { Act, AnnotatedField, AnnotatedLine, AnnotatedManifest } from './model.ts';
import { type NumberedStage, ORDER_NOTE, stagesOf } from './order.ts';
import { MAX_FILTERS, PAGE_STYLE, PAGE_STYLE_HASH } from './page-style.ts';
import { recordRows } from './record.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

/** A sentence of ours, its code in code. */
function sentence(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (/^`.+`$/s.test(part) ? `<code>${escaped(part.slice(1, -1))}</code>` : escaped(part)))
    .join('');
}

function sign(role: ColourRole): string {
  const { line, fill } = COMPONENT_SIGNS[role] ?? {};
  const paths = `${fill ? `<path class="f" d="${fill}"/>` : ''}${line ? `<path d="${line}"/>` : ''}`;
  return `<svg class="sign c-${role}" viewBox="-8 -8 16 16" aria-hidden="true">${paths}</svg>`;
}

interface Context {
  readonly numbers: ReadonlyMap<string, number>;
  /** Component id → index of its filter. */
  readonly filters: ReadonlyMap<string, number>;
}

/** @param name of the file, for the title. */
export function annotationPage(name: string, manifest: AnnotatedManifest): string {
  const stages = stagesOf(manifest);
  const acts = stages.flatMap(({ entries }) => entries.map(({ act }) => act));
  const components = [...new Map(acts.map((act) => [act.component, act])).values()].slice(0, MAX_FILTERS);
  const context: Context = {
    numbers: new Map(stages.map(({ id, number }) => [id, number])),
    filters: new Map(components.map(({ component }, i) => [component, i])),
  };
  const title = `${name}: who handles each line`;
  const policy = `default-src 'none'; style-src 'sha256-${PAGE_STYLE_HASH}'; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p class="dim">${escaped(about(manifest))}</p>
${manifest.problems.map(({ line, message }) => `<p class="problem">Line ${line + 1} cannot be read: ${escaped(message)}</p>`).join('\n')}
${filters(components)}
<main>
<h2>Line by line</h2>
<ol class="lines">
${manifest.lines.map((line, i) => row(line, i, context)).join('\n')}
</ol>
<h2>In the order of acting</h2>
<p>${ORDER_NOTE}</p>
${stages.map((stage) => stageSection(stage, context)).join('\n')}
</main>
</body>
</html>
`;
}

function about({ objects, lines }: AnnotatedManifest): string {
  if (objects.length === 0) return 'There is no Kubernetes object in it: nothing names both apiVersion and kind.';
  const version = lines.find(({ fields }) => fields.length > 0)?.fields[0]?.facts.version;
  const names = objects.map(({ kind, name }) => (name ? `${kind} ${name}` : kind));
  const shown = names.length > 8 ? [...names.slice(0, 8), `${names.length - 8} more`] : names;
  return `${shown.join(', ')}. What is said holds for Kubernetes ${version ?? ''}.`;
}

function filters(components: readonly Act[]): string {
  if (components.length < 2) return '';
  const choice = (id: string, text: string, checked = ''): string =>
    `<label for="${id}"><input type="radio" name="f" id="${id}"${checked}> ${text}</label>`;
  const each = components.map(({ colour, name }, i) => choice(`f${i}`, `${sign(colour)} ${escaped(name)}`));
  return `<fieldset><legend>Show the lines of</legend>\n${choice('all', 'every component', ' checked')}\n${each.join('\n')}\n</fieldset>`;
}

function classesOf(acts: readonly Act[], { filters: known }: Context): string {
  return [...new Set(acts.map(({ component }) => known.get(component)))]
    .flatMap((i) => (i === undefined ? [] : [` k${i}`]))
    .join('');
}

function row({ text, fields, continues }: AnnotatedLine, index: number, context: Context): string {
  const about = continues ? [continues] : fields;
  const acts = about.flatMap((field) => field.acts);
  const colour = about.find(({ main }) => main)?.main?.colour ?? 'none';
  const roles = [...new Set((continues ? [] : acts).map((act) => act.colour))].slice(0, 3);
  const on = acts.length > 0 ? ' on' : '';
  return (
    `<li class="row c-${colour}${on}${classesOf(acts, context)}"><span class="no">${index + 1}</span>` +
    `<span class="signs">${roles.map(sign).join('')}</span><pre>${escaped(text) || ' '}</pre>` +
    `<div class="note">${fields.map((field) => note(field, context)).join('')}</div></li>`
  );
}

function note(field: AnnotatedField, context: Context): string {
  const rows = recordRows(field.facts, field.reading)
    .map(({ label, text }, i, all) => {
      const term = label === all[i - 1]?.label ? '' : `<dt>${escaped(label)}</dt>`;
      return `${term}<dd>${sentence(text)}</dd>`;
    })
    .join('');
  const acts = field.acts.map(({ colour, name, step, does, writes, stage }) => {
    const term = `<span class="num">${context.numbers.get(stage)}</span> ${escaped(step ? `${name} · ${step}` : name)}`;
    return `<dt class="c-${colour}">${term}</dt><dd>${writes ? 'written ' : ''}${sentence(does)}</dd>`;
  });
  const path = `<dt>Field</dt><dd><code>${escaped(field.path)}</code></dd>`;
  return `<details><summary>${summary(field, context)}</summary><dl>${path}${acts.join('')}${rows}</dl></details>`;
}

function summary({ acts, facts, title }: AnnotatedField, { numbers }: Context): string {
  if (acts.length === 0) return `<span class="dim">${sentence(facts.is ?? title)}</span>`;
  return acts
    .map(({ colour, stage, name, step }) => {
      const detail = step ? ` <span class="dim">${escaped(step)}</span>` : '';
      return `<span class="c-${colour}"><span class="num">${numbers.get(stage)}</span> <b>${escaped(name)}</b>${detail}</span>`;
    })
    .join('');
}

function stageSection({ number, title, when, entries }: NumberedStage, context: Context): string {
  const colour = entries[0]?.act.colour ?? 'none';
  const items = entries.map(
    ({ line, field, act }) =>
      `<li class="entry${classesOf([act], context)}"><span class="dim">line ${line + 1}</span> <code>${escaped(field.path)}</code>: ${act.writes ? 'written ' : ''}${sentence(act.does)}</li>`,
  );
  return `<section class="entry c-${colour}${classesOf(
    entries.map(({ act }) => act),
    context,
  )}"><h3><span class="num">${number}</span> ${escaped(title)}</h3>
<p class="dim">${sentence(when)}</p>
<ul class="entries">
${items.join('\n')}
</ul></section>`;
}
