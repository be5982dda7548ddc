// A request with the gates it passed, and the scheduler's table.
import type { NodeVerdict, RequestInfo, ScheduleDetail } from '../../../src/trace/step.ts';
import { isRefusal } from '../../scene/gates.ts';
import { h, present } from './dom.ts';

const MARK = { ok: '✓', refused: '✕', skipped: '–' } as const;
const VERDICT_WORD = { ok: 'passed', refused: 'refused', skipped: 'skipped' } as const;

/** `said` is the sentence that stands above: a refusal that it tells already is not told again. */
export function requestView(request: RequestInfo, said: string): HTMLElement {
  const bad = isRefusal(request);
  const gates = request.stages.map(({ stage, verdict, text }) =>
    h(
      'li',
      { class: `gate ${verdict}` },
      h('span', { class: 'mark', 'aria-hidden': 'true' }, MARK[verdict] ?? '·'),
      h('span', { class: 'sr' }, VERDICT_WORD[verdict] ?? verdict),
      h('span', { class: 'stage' }, stage.replaceAll('-', ' ')),
      h('span', { class: 'dim' }, text),
    ),
  );
  return h(
    'section',
    {},
    h('h3', {}, 'Request'),
    h(
      'p',
      { class: 'request' },
      h('code', {}, `${request.method} ${request.path}`),
      ' → ',
      h('span', { class: bad ? 'code bad' : 'code' }, String(request.code)),
    ),
    h('p', { class: 'dim' }, `as ${request.user}`),
    ...present([
      request.message !== undefined &&
        !said.includes(request.message) &&
        h('p', { class: bad ? 'refusal' : 'dim' }, request.message),
      gates.length > 0 &&
        h(
          'details',
          bad ? { open: true } : {},
          h('summary', {}, `The gates it passed (${request.stages.filter((s) => s.verdict !== 'skipped').length})`),
          h('ol', { class: 'gates' }, ...gates),
        ),
    ]),
  );
}

/** Nodes in rows, plugins in columns; refused nodes say by which plugin and why. `said` as for a request. */
export function scheduleView(detail: ScheduleDetail, said: string): HTMLElement {
  const plugins = pluginsOf(detail);
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col' }, 'Node'),
    ...plugins.map((p) => h('th', { scope: 'col', title: p }, spaced(p))),
    h('th', { scope: 'col' }, 'Total'),
  );
  const sorted = detail.nodes.toSorted((a, b) => (b.total ?? -1) - (a.total ?? -1));
  const table = h(
    'table',
    { class: 'scores' },
    h('thead', {}, head),
    h('tbody', {}, ...sorted.map((node) => scoreRow(node, plugins, detail.chosen))),
  );
  return h(
    'section',
    {},
    h('h3', {}, 'Scheduling'),
    ...present([!said.includes(detail.why) && h('p', {}, detail.why)]),
    h('div', { class: 'wide', tabindex: 0, role: 'group', 'aria-label': 'Scores by node and plugin' }, table),
    h(
      'details',
      {},
      h('summary', {}, `${detail.filters.length} filters ran`),
      h('p', { class: 'dim' }, detail.filters.join(' · ')),
    ),
  );
}

function pluginsOf(detail: ScheduleDetail): string[] {
  const all = detail.nodes.flatMap((node) => (node.scores ?? []).map((score) => score.plugin));
  const useful = new Set(
    detail.nodes.flatMap((node) => (node.scores ?? []).filter((s) => s.weighted !== 0).map((s) => s.plugin)),
  );
  return [...new Set(all)].filter((plugin) => useful.has(plugin));
}

/** `NodeResourcesFit` may break into lines between its words. */
function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1\u200b$2');
}

function scoreRow(node: NodeVerdict, plugins: readonly string[], chosen: string | undefined): HTMLElement {
  const name = h('th', { scope: 'row' }, node.node === chosen ? `▸ ${node.node}` : node.node);
  if (node.rejectedBy !== undefined) {
    const why = [node.rejectedBy, ...(node.reasons ?? [])].join(': ');
    return h('tr', { class: 'rejected' }, name, h('td', { colspan: plugins.length + 1 }, `✕ ${why}`));
  }
  const cells = plugins.map((plugin) => {
    const score = node.scores?.find((s) => s.plugin === plugin);
    return h(
      'td',
      score ? { title: `raw ${score.raw}, normalized ${score.normalized}, weighted ${score.weighted}` } : {},
      score ? String(score.weighted) : '',
    );
  });
  return h(
    'tr',
    { class: node.node === chosen ? 'chosen' : '' },
    name,
    ...cells,
    h('td', { class: 'total' }, node.total === undefined ? '' : String(node.total)),
  );
}
