// Links in the text: from a kustomization to the files that it names, and from a kind to its page.
import * as vscode from 'vscode';
import { isManifest, LANGUAGES, type Manifests, rangeOf } from './manifests.ts';
import { isKustomization } from './workspace-files.ts';

/** As kustomize looks for it in a folder. */
const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

export class ManifestLinks implements vscode.DocumentLinkProvider, vscode.Disposable {
  private readonly manifests: Manifests;
  private readonly registration: vscode.Disposable;

  constructor(manifests: Manifests) {
    this.manifests = manifests;
    this.registration = vscode.languages.registerDocumentLinkProvider(LANGUAGES, this);
  }

  async provideDocumentLinks(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.DocumentLink[]> {
    const kustomization = isKustomization(document.uri);
    if (!kustomization && !isManifest(document)) return [];
    const { service, uri } = await this.manifests.of(document);
    const links = service.kinds(uri).map(({ range, ...kind }) => kindLink(kind, rangeOf(range)));
    if (!kustomization) return links;
    for (const { path, range } of service.files(uri)) {
      if (token.isCancellationRequested) return links;
      const target = await fileOf(vscode.Uri.joinPath(document.uri, '..', path));
      if (!target) continue;
      const link = new vscode.DocumentLink(rangeOf(range), target);
      link.tooltip = 'Open the file';
      links.push(link);
    }
    return links;
  }

  dispose(): void {
    this.registration.dispose();
  }
}

function kindLink(
  kind: { readonly apiVersion: string; readonly kind: string },
  range: vscode.Range,
): vscode.DocumentLink {
  const args = encodeURIComponent(JSON.stringify([kind]));
  const link = new vscode.DocumentLink(range, vscode.Uri.parse(`command:kubeAnatomy.kindPage?${args}`));
  link.tooltip = `Everything about ${kind.kind}`;
  return link;
}

/** The file, or the kustomization of a folder; undefined where there is none, for a link would lead nowhere. */
async function fileOf(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  const type = await typeOf(uri);
  if (type === undefined || !(type & vscode.FileType.Directory)) return type === undefined ? undefined : uri;
  for (const name of KUSTOMIZATIONS) {
    const file = vscode.Uri.joinPath(uri, name);
    if ((await typeOf(file)) !== undefined) return file;
  }
  return undefined;
}

async function typeOf(uri: vscode.Uri): Promise<vscode.FileType | undefined> {
  try {
    return (await vscode.workspace.fs.stat(uri)).type;
  } catch {
    return undefined;
  }
}
