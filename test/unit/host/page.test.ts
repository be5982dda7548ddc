import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { pageHtml } from '../../../src/host/flow/page.ts';

const digest = async (text: string): Promise<string> => createHash('sha256').update(text).digest('base64');
const parts = {
  script: 'const end = "</script>";\nrun(end);\n//# sourceMappingURL=flow.js.map\n',
  style: 'body{margin:0}\n/*# sourceMappingURL=flow.css.map */',
  title: 'a <b> & c',
  init: JSON.stringify({ type: 'init', text: '</script><script>alert(1)</script>' }),
  theme: { '--vscode-foreground': '#123456', '--vscode-x': 'red}</style><script>', color: 'blue' },
  look: 'vscode-dark" onload="x',
};

test('a page fetches nothing, runs its own script alone, and data cannot break out of it', async () => {
  const html = await pageHtml(parts, digest);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
  expect(policy).toContain("default-src 'none'");
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, code = '']) => code);
  expect(scripts).toHaveLength(1);
  expect(policy).toContain(`script-src 'sha256-${await digest(scripts[0] ?? '')}'`);
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
  expect(policy).toContain(`style-src 'sha256-${await digest(style)}'`);
  expect(style).toContain('--vscode-foreground:#123456');
  expect(style).not.toMatch(/vscode-x|:blue/);
  expect(html).not.toMatch(/sourceMappingURL|https?:|onload|alert\(1\)<\/script><script>/);
  expect(html).toContain('<title>a &lt;b> &amp; c</title>');
  const held = /id="trace">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  expect(JSON.parse(held)).toEqual(JSON.parse(parts.init));
});
