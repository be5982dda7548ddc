// A trace as one page that opens in any browser: the panel itself, read-only, with everything it needs inside and nothing
// that it could fetch.

export interface PageParts {
  /** Of the panel. */
  readonly script: string;
  readonly style: string;
  readonly title: string;
  /** The message that fills the panel, as JSON. */
  readonly init: string;
  /** VS Code's colours as the reader has them, by the names of their variables. */
  readonly theme: { readonly [variable: string]: string };
  /** `vscode-dark` and the like. */
  readonly look: string;
}

/** What is missing of a theme, so that a page is never without colours. */
const PLAIN: { readonly [variable: string]: string } = {
  '--vscode-foreground': '#3b3b3b',
  '--vscode-editor-background': '#ffffff',
  '--vscode-descriptionForeground': '#616161',
  '--vscode-focusBorder': '#005fb8',
  '--vscode-errorForeground': '#c72e0f',
  '--vscode-textLink-foreground': '#005fb8',
  '--vscode-button-background': '#005fb8',
  '--vscode-button-foreground': '#ffffff',
  '--vscode-badge-background': '#cccccc',
  '--vscode-badge-foreground': '#3b3b3b',
  '--vscode-charts-blue': '#1a85ff',
  '--vscode-charts-green': '#388a34',
  '--vscode-charts-orange': '#d18616',
  '--vscode-charts-purple': '#652d90',
  '--vscode-charts-red': '#e51400',
  '--vscode-charts-yellow': '#bf8803',
  '--vscode-terminal-ansiCyan': '#0598bc',
  '--vscode-font-family': 'system-ui, sans-serif',
  '--vscode-font-size': '13px',
};

/** `digest` answers the SHA-256 of a text in base64. */
export async function pageHtml(
  { script, style, title, init, theme, look }: PageParts,
  digest: (text: string) => Promise<string>,
): Promise<string> {
  // A page ends a script at `</script`, wherever it stands; a source map would be fetched.
  const code = script.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '').replaceAll(/<\/(?=script)/gi, '<\\/');
  const css = `:root{${variables(theme)}}\n${style.replace(/\n?\/\*# sourceMappingURL=.*\s*$/, '').replaceAll('</', '<\\/')}`;
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${await digest(code)}'`,
    `style-src 'sha256-${await digest(css)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const body = /^[\w -]*$/.test(look) ? look : '';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<style>${css}</style>
</head>
<body class="${body}">
<noscript>This page shows its steps by a script; allow it, nothing is fetched.</noscript>
<script type="application/json" id="trace">${init.replaceAll('<', '\\u003c')}</script>
<script>${code}</script>
</body>
</html>
`;
}

function variables(theme: PageParts['theme']): string {
  const own = Object.entries(theme).filter(([name, value]) => /^--vscode-[\w-]+$/.test(name) && !/[<>{};]/.test(value));
  return Object.entries({ ...PLAIN, ...Object.fromEntries(own) })
    .map(([name, value]) => `${name}:${value}`)
    .join(';');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
