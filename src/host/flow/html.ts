// The page of a webview: no remote content, scripts and styles by nonce or from dist/webview alone.
import * as vscode from 'vscode';

export function nonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

export function webviewRoot(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}

export function panelHtml(webview: vscode.Webview, extensionUri: vscode.Uri, name: string, title: string): string {
  const token = nonce();
  const file = (ext: string): vscode.Uri =>
    webview.asWebviewUri(vscode.Uri.joinPath(webviewRoot(extensionUri), `${name}.${ext}`));
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${token}'`,
    `style-src ${webview.cspSource} 'nonce-${token}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" nonce="${token}" href="${file('css')}">
</head>
<body>
<script nonce="${token}" src="${file('js')}"></script>
</body>
</html>`;
}
