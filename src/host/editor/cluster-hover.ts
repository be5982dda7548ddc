// What a connected cluster says of a field, below what the extension knows: custom resources, and where the cluster is of
// another version than the one that our words hold for. Nothing is asked of anybody while no cluster is connected.
import * as vscode from 'vscode';
import type { Served, ServedSchemas, ServerVersion } from '../../cluster/openapi.ts';
import type { ClusterSource } from '../../cluster/source.ts';
import type { Explanation } from '../../manifest/explanation.ts';
import type { ObjectDocuments } from '../documents.ts';
import { settings } from '../settings.ts';
import { clusterText } from './cluster-text.ts';
import { LANGUAGES, type Manifests, rangeOf } from './manifests.ts';

/** A cluster that does not answer must not hold the hover up. */
const PATIENCE_MS = 3_000;

export interface ClusterHoverDeps {
  readonly manifests: Manifests;
  readonly documents: ObjectDocuments;
  /** The cluster that is shown. */
  readonly shown: () => ClusterSource;
  readonly log: vscode.LogOutputChannel;
}

export class ClusterHover implements vscode.HoverProvider, vscode.Disposable {
  private readonly deps: ClusterHoverDeps;
  private readonly schemas = new WeakMap<ClusterSource, ServedSchemas>();
  private readonly registration: vscode.Disposable;

  constructor(deps: ClusterHoverDeps) {
    this.deps = deps;
    this.registration = vscode.languages.registerHoverProvider(LANGUAGES, this);
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const source = this.deps.documents.live(document.uri)?.source ?? this.deps.shown();
    if (!settings.hover || source.state.phase !== 'connected') return undefined;
    const { service, uri } = await this.deps.manifests.of(document);
    const place = service.placeAt(uri, position.line, position.character);
    if (!place || place.path.length === 0) return undefined;
    const explained = service.explainAt(uri, position.line, position.character);
    try {
      const { served, version } = await within(PATIENCE_MS, this.ask(source, place), token);
      const text = clusterText({ source: source.name, version, served, explained });
      return text === undefined ? undefined : new vscode.Hover(new vscode.MarkdownString(text), rangeOf(place.range));
    } catch (error) {
      this.deps.log.debug(`schema of ${source.name}: ${error}`);
      return undefined;
    }
  }

  dispose(): void {
    this.registration.dispose();
  }

  private async ask(
    source: ClusterSource,
    { object, path }: { readonly object: Explanation['object']; readonly path: Explanation['path'] },
  ): Promise<{ served: Served | undefined; version: ServerVersion | undefined }> {
    const schemas = await this.of(source);
    const [served, version] = await Promise.all([schemas.describe(object, path, Date.now()), schemas.version()]);
    return { served, version };
  }

  private async of(source: ClusterSource): Promise<ServedSchemas> {
    const { ServedSchemas } = await import('../../cluster/openapi.ts');
    let served = this.schemas.get(source);
    if (!served) {
      served = new ServedSchemas((path, query) =>
        source.request({ method: 'GET', path, ...(query && { query }), asUser: false }),
      );
      this.schemas.set(source, served);
    }
    return served;
  }
}

function within<T>(ms: number, answer: Promise<T>, token: vscode.CancellationToken): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    const end = token.onCancellationRequested(() => reject(new Error('not wanted any more')));
    answer.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      end.dispose();
    });
  });
}
