// The annotated manifest: takes the host's messages, holds the rows and the reader's place, and keeps every part up to date.
import {
  ANNOTATE_PROTOCOL,
  type AnnotateAct,
  type AnnotateField,
  type AnnotateRow,
  type AnnotateSummary,
  type FromAnnotate,
  type ToAnnotate,
} from '../../../src/protocol/annotate.ts';
import { parseToAnnotate } from '../../../src/protocol/annotate-parse.ts';
import { type Chosen, fieldLine, Legend, movedLine, nextLine, textColumns } from '../../scene/annotate.ts';
import { Banner } from '../flow/banner.ts';
import { h } from '../flow/dom.ts';
import { type AskOf, type VsCode, Wire } from '../wire.ts';
import { Details } from './details.ts';
import { Filters } from './filters.ts';
import { LineList } from './line-list.ts';
import { type Memory, recall, TABS, type Tab } from './memory.ts';
import { loading, nothingHere, problemsNotice, silent } from './notices.ts';
import { Order } from './order.ts';
import { rowElement } from './rows.ts';
import { Toolbar } from './toolbar.ts';
import { Transcript } from './transcript.ts';

/** ms without an answer before the panel says so. */
const PATIENCE = 8_000;
const EMPTY: AnnotateSummary = { stages: [], components: [], objects: 0, problems: [] };

type Init = Extract<ToAnnotate, { readonly type: 'init' }>;
type Splice = Extract<ToAnnotate, { readonly type: 'splice' }>;

export class Panel {
  private readonly vscode: VsCode;
  private readonly host: Wire<FromAnnotate, ToAnnotate>;
  private memory: Memory;
  private rows: AnnotateRow[] = [];
  private summary = EMPTY;
  private legend = new Legend(EMPTY);
  private remark = '';
  private greeted = false;
  private asked = false;
  private readonly banner = new Banner();
  private readonly notice = h('div', { class: 'notices' });
  private readonly live = h('p', { class: 'sr', 'aria-live': 'polite' });
  private readonly body = h('main', { class: 'body' });
  private readonly toolbar: Toolbar;
  private readonly filters: Filters;
  private readonly list: LineList;
  private readonly order: Order;
  private readonly transcript: Transcript;
  private readonly details: Details;
  private readonly views: { readonly [tab in Tab]: HTMLElement };

  constructor(root: HTMLElement, vscode: VsCode) {
    this.vscode = vscode;
    this.host = new Wire(vscode, parseToAnnotate);
    this.memory = recall(vscode.getState());
    this.toolbar = new Toolbar({
      tab: (tab) => this.openTab(tab),
      details: () => this.toggleDetails(),
      export: () => void this.request({ type: 'export' }),
    });
    this.filters = new Filters(this.memory.chosen, (chosen) => this.filter(chosen));
    this.list = new LineList('Lines of the manifest', this.source(), () => this.scrolled());
    this.order = new Order((line) => this.choose(line, false));
    this.transcript = new Transcript(() => void this.request({ type: 'copy' }));
    this.details = new Details({
      record: async (line, { column }) => {
        const answer = await this.host.ask({ type: 'record', line, column });
        return answer.type === 'done' ? answer.rows : undefined;
      },
      watch: (line, field, act) => void this.watch(line, field, act),
      edit: (line) => this.choose(line, true),
    });
    const { list, order, transcript } = this;
    this.views = {
      lines: view('lines', list),
      order: view('order', order),
      transcript: view('transcript', transcript),
    };
    this.build(root);
    this.host.listen(
      (message) => this.take(message),
      (problem) => this.complain(problem),
    );
    this.hello();
  }

  private source(): ConstructorParameters<typeof LineList>[1] {
    const total = (): number => this.rows.length;
    return {
      get total(): number {
        return total();
      },
      make: (line) => {
        const row = this.rows[line];
        return row ? rowElement(row, { legend: this.legend, chosen: this.filters.value }) : h('div', { class: 'row' });
      },
    };
  }

  private build(root: HTMLElement): void {
    const reading = h('div', { class: 'reading' }, ...TABS.map((tab) => this.views[tab]));
    this.body.append(reading, this.details.element);
    const { toolbar, banner, filters, notice, body, live } = this;
    root.replaceChildren(toolbar.element, banner.element, filters.element, notice, body, live);
    this.listen();
    this.showDetails();
    this.openTab(this.memory.tab);
  }

  private listen(): void {
    const lines = this.list.element;
    lines.addEventListener('click', (event) => {
      if (!(event.target instanceof Element) || !window.getSelection()?.isCollapsed) return;
      const line = this.list.lineOf(event.target);
      if (line !== undefined) this.choose(line, event.detail > 1);
    });
    lines.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const move = this.moveOf(event.key);
      if (move === undefined) return;
      event.preventDefault();
      move();
    });
  }

  private moveOf(key: string): (() => void) | undefined {
    const to = (line: number | undefined) => () => line !== undefined && this.choose(line, false);
    const step = (from: number, by: -1 | 1) => to(nextLine(this.rows, from, by, this.filters.value));
    const { line } = this.memory;
    if (key === 'ArrowDown') return step(line, 1);
    if (key === 'ArrowUp') return step(line, -1);
    if (key === 'Home') return step(-1, 1);
    if (key === 'End') return step(this.rows.length, -1);
    if (key === 'Enter') return () => this.choose(line, true);
    return undefined;
  }

  private hello(): void {
    this.notify(loading());
    const { uri } = this.memory;
    this.host.send({ type: 'ready', protocol: ANNOTATE_PROTOCOL, ...(uri === '' ? {} : { uri }) });
    window.setTimeout(() => {
      if (!this.greeted) this.notify(silent(() => this.hello()));
    }, PATIENCE);
  }

  private take(message: ToAnnotate): void {
    if (message.type === 'init') this.init(message);
    else if (message.type === 'splice') this.splice(message);
    else if (message.type === 'cursor') this.follow(message.line);
    else if (message.type === 'scroll') this.lead(message.line);
    else if (message.type === 'error') {
      this.greeted = true;
      this.notify(undefined);
      this.banner.show(message.message, message.advice);
    }
  }

  private init({ uri, name, rows, summary, note, line }: Init): void {
    this.greeted = true;
    this.asked = false;
    const known = this.memory.uri === uri;
    this.remark = note;
    this.rows = [...rows];
    this.banner.hide();
    this.toolbar.title(name);
    this.describe(summary);
    this.remember({ uri, line: line ?? (known ? this.memory.line : 0) });
    this.list.reset();
    this.show();
    this.follow(this.memory.line);
  }

  private splice({ have, from, removed, rows, summary }: Splice): void {
    if (have !== this.rows.length) {
      if (!this.asked) this.host.send({ type: 'resync' });
      this.asked = true;
      return;
    }
    this.rows.splice(from, removed, ...rows);
    const before = this.legend;
    this.describe(summary);
    this.list.splice(from, removed, rows.length);
    if (this.legend.differsFrom(before)) this.list.refresh();
    this.remember({ line: movedLine(this.memory.line, from, removed, rows.length) });
    this.show();
    this.follow(this.memory.line, false);
  }

  private describe(summary: AnnotateSummary): void {
    this.summary = summary;
    this.legend = new Legend(summary);
    this.filters.update(summary, this.rows);
    this.list.element.style.setProperty('--text', String(textColumns(this.rows)));
  }

  // Where the reader is ------------------------------------------------------------------------------------------------

  /** The reader chose a line here. */
  private choose(line: number, focus: boolean): void {
    this.host.send({ type: 'select', line, column: this.rows[line]?.fields[0]?.column ?? 0, focus });
    this.follow(line);
  }

  /** The line is the current one, whoever said so. */
  private follow(line: number, reveal = true): void {
    this.remember({ line });
    const at = fieldLine(this.rows, line);
    const row = at === undefined ? undefined : this.rows[at];
    this.list.setCurrent(Math.min(line, this.rows.length - 1), reveal && this.memory.tab === 'lines');
    this.order.setCurrent(at ?? -1);
    if (at === undefined || !row) this.details.nothing();
    else void this.details.show(at, row, this.legend);
  }

  private lead(line: number): void {
    if (this.memory.tab === 'lines') this.list.top = line;
  }

  private scrolled(): void {
    this.host.send({ type: 'scrolled', line: this.list.top });
  }

  private filter(chosen: Chosen): void {
    this.remember({ chosen: [...chosen] });
    this.filters.update(this.summary, this.rows);
    this.list.refresh();
    this.show();
    this.follow(this.memory.line, false);
  }

  // What is shown ------------------------------------------------------------------------------------------------------

  private show(): void {
    const { rows, summary, legend, filters, remark } = this;
    if (this.memory.tab === 'order') this.order.show(rows, summary, legend, filters.value, remark);
    if (this.memory.tab === 'transcript') void this.showTranscript();
    if (!this.greeted) return;
    const { objects, problems } = summary;
    this.notify(objects === 0 ? nothingHere(problems) : problemsNotice(problems, (line) => this.choose(line, true)));
    this.body.classList.toggle('covered', objects === 0);
  }

  private async showTranscript(): Promise<void> {
    const answer = await this.host.ask({ type: 'transcript' });
    if (answer.type === 'done') this.transcript.show(answer.text ?? '');
    else this.banner.show(answer.message, answer.advice);
  }

  private openTab(tab: Tab): void {
    this.remember({ tab });
    this.toolbar.update(tab, this.memory.details);
    for (const one of TABS) this.views[one].hidden = one !== tab;
    this.show();
    this.follow(this.memory.line);
  }

  private toggleDetails(): void {
    this.remember({ details: !this.memory.details });
    this.showDetails();
  }

  private showDetails(): void {
    this.details.element.hidden = !this.memory.details;
    this.body.classList.toggle('alone', !this.memory.details);
    this.toolbar.update(this.memory.tab, this.memory.details);
  }

  private notify(notice: HTMLElement | undefined): void {
    this.notice.replaceChildren(...(notice ? [notice] : []));
  }

  private complain(problem: string): void {
    this.host.send({ type: 'error', message: problem });
    this.banner.show(
      'The panel did not understand the extension.',
      `${problem} Reload the window, so that both are of one version.`,
    );
  }

  // What is asked of the host --------------------------------------------------------------------------------------------

  private async watch(line: number, { column }: AnnotateField, { component }: AnnotateAct): Promise<void> {
    await this.request({ type: 'watch', line, column, component });
  }

  private async request(message: AskOf<FromAnnotate>): Promise<void> {
    const answer = await this.host.ask(message);
    if (answer.type === 'error') this.banner.show(answer.message, answer.advice);
    else if (answer.text) this.live.textContent = answer.text;
  }

  private remember(part: Partial<Memory>): void {
    this.memory = { ...this.memory, ...part };
    this.vscode.setState(this.memory);
  }
}

function view(tab: Tab, { element }: { readonly element: HTMLElement }): HTMLElement {
  return h('div', { class: 'view', id: `view-${tab}`, role: 'tabpanel', 'aria-labelledby': `tab-${tab}` }, element);
}
