// «Dry-Run in the Simulator»: what its API server and its scheduler would say of a manifest, as problems, with nothing stored.
import * as vscode from 'vscode';
import type { DryRunAnswer } from '../../cluster/apply/dry-run.ts';
import type { ManifestObject, ManifestService } from '../../manifest/service.ts';
import { makesPods } from '../../model/templates.ts';
import { messageOf, showError } from '../messages.ts';
import { settings } from '../settings.ts';
import type { SimulatorSession } from '../simulator/session.ts';
import { isManifest, LANGUAGES, type Manifests, rangeOf } from './manifests.ts';

const APISERVER = 'kube-apiserver (dry run)';
const SCHEDULER = 'kube-scheduler (dry run)';
const COMMAND = 'kubeAnatomy.dryRun';
const KIND = vscode.CodeActionKind.Source.append('kubeAnatomy.dryRun');

export interface DryRunDeps {
  readonly session: SimulatorSession;
  readonly manifests: Manifests;
  readonly log: vscode.LogOutputChannel;
  /** Starts the simulator unless it runs; false where it cannot, which was told of. */
  readonly ensure: () => Promise<boolean>;
}

export class DryRunner implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('kubeAnatomyDryRun');
  private readonly subscriptions: vscode.Disposable[];
  private readonly deps: DryRunDeps;

  constructor(deps: DryRunDeps) {
    this.deps = deps;
    this.subscriptions = [
      this.collection,
      vscode.languages.registerCodeActionsProvider(LANGUAGES, this, { providedCodeActionKinds: [KIND] }),
      // What was said is said of the text as it was.
      vscode.workspace.onDidChangeTextDocument(
        ({ document, contentChanges }) => contentChanges.length > 0 && this.collection.delete(document.uri),
      ),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.collection.delete(uri)),
      vscode.workspace.onDidSaveTextDocument((document) => void this.saved(document)),
    ];
  }

  provideCodeActions(document: vscode.TextDocument): vscode.CodeAction[] {
    if (!isManifest(document)) return [];
    const title = 'Dry-run in the simulator';
    const action = new vscode.CodeAction(title, KIND);
    action.command = { title, command: COMMAND, arguments: [document.uri.toString()] };
    return [action];
  }

  /** `target` is a URI or its text; without it the active editor is meant. Returns what was found. */
  async run(target: unknown): Promise<readonly vscode.Diagnostic[] | undefined> {
    const uri =
      target instanceof vscode.Uri ? target : typeof target === 'string' ? vscode.Uri.parse(target, true) : undefined;
    const document = uri ? await vscode.workspace.openTextDocument(uri) : vscode.window.activeTextEditor?.document;
    if (!document || !isManifest(document)) {
      showError('There is no manifest to try.', 'Open a YAML or JSON file with Kubernetes objects first.');
      return undefined;
    }
    if (!(await this.deps.ensure())) return undefined;
    const { found, skipped, count } = await this.ask(document);
    const more = skipped.length > 0 ? ` ${skipped.join(' ')}` : '';
    const said =
      found.length > 0
        ? `$(warning) Dry run: ${found.length === 1 ? 'one problem' : `${found.length} problems`}.`
        : `$(check) Dry run: ${count - skipped.length} of ${count} objects would be accepted.`;
    vscode.window.setStatusBarMessage(`${said}${more}`, 8000);
    return found;
  }

  dispose(): void {
    for (const s of this.subscriptions) s.dispose();
  }

  /** Asks only a simulator that runs: saving a file starts nothing. */
  private async saved(document: vscode.TextDocument): Promise<void> {
    const { log, session } = this.deps;
    if (!settings.dryRunOnSave || session.state.phase !== 'running' || !isManifest(document)) return;
    await this.ask(document).catch((error) => log.error(`dry run of ${document.uri}: ${messageOf(error)}`));
  }

  private async ask(
    document: vscode.TextDocument,
  ): Promise<{ found: vscode.Diagnostic[]; skipped: string[]; count: number }> {
    const { version } = document;
    const text = document.getText();
    const { dryRun } = await import('../../cluster/apply/dry-run.ts');
    const { service, uri } = await this.deps.manifests.of(document);
    const objects = service.objects(uri);
    const { objects: answers, problems } = await dryRun(text, 'default', (request) =>
      this.deps.session.call('request', { ...request, observer: true }),
    );
    const found = problems.map(({ line, message }) => problem(lineRange(document, line), message, APISERVER));
    for (const [index, answer] of answers.entries()) {
      const object = matching(objects, answers, index);
      found.push(...said(service, uri, object, answer, lineRange(document, answer.line)));
      if (object && answer.causes.length === 0) found.push(...(await this.placed(text, object, answer)));
    }
    if (!document.isClosed && document.version === version) this.collection.set(document.uri, found);
    const skipped = [...new Set(answers.flatMap((one) => one.skipped ?? []))];
    return { found, skipped, count: answers.length };
  }

  private async placed(
    manifest: string,
    object: ManifestObject,
    { apiVersion, kind, name, namespace, skipped }: DryRunAnswer,
  ): Promise<vscode.Diagnostic[]> {
    if (skipped !== undefined || !makesPods(apiVersion, kind)) return [];
    const written = object.namespace === undefined ? {} : { namespace: object.namespace };
    const options = { manifest, namespace: namespace ?? 'default', object: { apiVersion, kind, name, ...written } };
    const answer = await this.deps.session.call('schedule', options).catch((error) => {
      // A pod that has its node, or another scheduler: there is nothing to say of it, which is no reason to say nothing else.
      this.deps.log.info(`dry run of ${kind} ${name}: ${messageOf(error)}`);
      return undefined;
    });
    const { pods, wanted } = answer ?? { pods: [], wanted: 0 };
    const waiting = pods.filter(({ chosen }) => chosen === null);
    const [first] = waiting;
    if (!first) return [];
    const how = wanted === 1 ? 'The pod' : `${waiting.length} of ${wanted} pods`;
    const message = `${how} would stay Pending. ${first.message === null ? first.detail.why : `FailedScheduling: ${first.message}`}`;
    return [problem(rangeOf(object.range), message, SCHEDULER, vscode.DiagnosticSeverity.Warning, true)];
  }
}

function matching(
  objects: readonly ManifestObject[],
  answers: readonly DryRunAnswer[],
  index: number,
): ManifestObject | undefined {
  const answer = answers[index];
  const same = (one: ManifestObject | undefined): boolean =>
    one?.kind === answer?.kind && (one?.name ?? '') === answer?.name;
  const there = objects[index];
  return same(there) ? there : objects.find(same);
}

function said(
  service: ManifestService,
  uri: string,
  object: ManifestObject | undefined,
  { causes, warnings }: DryRunAnswer,
  line: vscode.Range,
): vscode.Diagnostic[] {
  const at = (field: string | undefined): vscode.Range => {
    const range = object && field !== undefined ? service.fieldRange(uri, object, field) : undefined;
    return range ? rangeOf(range) : line;
  };
  const fieldOf = (warning: string): string | undefined => /^([a-z][\w.[\]-]*):/i.exec(warning)?.[1];
  return [
    ...causes.map(({ field, message }) => problem(at(field), message, APISERVER)),
    ...warnings.map((warning) => problem(at(fieldOf(warning)), warning, APISERVER, vscode.DiagnosticSeverity.Warning)),
  ];
}

function problem(
  range: vscode.Range,
  message: string,
  source: string,
  severity = vscode.DiagnosticSeverity.Error,
  firstLine = false,
): vscode.Diagnostic {
  const at = firstLine ? new vscode.Range(range.start, range.start.with({ character: 1_000 })) : range;
  const made = new vscode.Diagnostic(at, message, severity);
  made.source = source;
  return made;
}

function lineRange(document: vscode.TextDocument, line: number): vscode.Range {
  return document.lineAt(Math.min(document.lineCount, Math.max(1, line)) - 1).range;
}
