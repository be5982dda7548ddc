// The annotated manifest in a headless Chromium, without VS Code: node test/unit/webview/harness/annotate.ts [FILE] [OUT]
// Pictures in every theme and size, and what axe-core says of each.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { rowsOf, summaryOf } from '../../../../src/host/annotate/rows.ts';
import { ORDER_NOTE } from '../../../../src/manifest/annotate/order.ts';
import { recordRows } from '../../../../src/manifest/annotate/record.ts';
import { annotationTranscript } from '../../../../src/manifest/annotate/transcript.ts';
import { createManifestService } from '../../../../src/manifest/service.ts';
import type { ToAnnotate } from '../../../../src/protocol/annotate.ts';
import { sourceKnowledge } from '../../../support/knowledge.ts';
import { launch } from './page.ts';
import { themeCss, themes } from './themes.ts';

const ORIGIN = 'https://annotate.test/';
const file = process.argv[2] ?? 'media/samples/web.yaml';
const out = process.argv[3] ?? 'artifacts/annotate';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const service = createManifestService({ knowledge: sourceKnowledge() });
service.update('f', 1, readFileSync(file, 'utf8'));
const manifest = service.annotated('f');
const init: ToAnnotate = {
  type: 'init',
  protocol: 1,
  uri: 'file:///web.yaml',
  name: 'web.yaml',
  rows: rowsOf(manifest),
  summary: summaryOf(manifest),
  note: ORDER_NOTE,
  line: 7,
};
const records = manifest.lines.map(({ fields }) => fields.map((f) => recordRows(f.facts, f.reading)));
const data = JSON.stringify({ init, records, transcript: annotationTranscript('web.yaml', manifest) });

async function bundled(ext: 'ts' | 'css'): Promise<string> {
  const made = await build({
    bundle: true,
    write: false,
    target: 'es2023',
    logLevel: 'error',
    entryPoints: [`webview/panels/annotate/main.${ext}`],
    format: ext === 'ts' ? 'iife' : undefined,
  } as const);
  return made.outputFiles[0]?.text ?? '';
}

const script = await bundled('ts');
const style = await bundled('css');
console.log(`script ${Math.round(script.length / 1024)} KiB, style ${Math.round(style.length / 1024)} KiB`);
const browser = await launch();

interface Look {
  readonly theme: string;
  readonly width: number;
  readonly height: number;
  readonly rtl?: boolean;
}

async function open({ theme, width, height, rtl }: Look): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height } });
  page.on('console', (message) => console.log(`[${message.type()}]`, message.text()));
  page.on('pageerror', (error) => console.log('[pageerror]', error.stack));
  const chosen = themes[theme];
  if (!chosen) throw new Error(`no theme ${theme}`);
  const html = `<!DOCTYPE html><html lang="en"${rtl ? ' dir="rtl"' : ''}><head><meta charset="utf-8"><title>Annotated</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${ORIGIN}; script-src 'nonce-n' ${ORIGIN};">
<link rel="stylesheet" href="theme.css"><link rel="stylesheet" href="a.css"></head><body class="${chosen.body}">
<script nonce="n">
const host = ${data.replaceAll('<', '\\u003c')};
window.sent = []; window.kept = undefined;
const reply = (m) => setTimeout(() => window.postMessage(m, '*'));
window.acquireVsCodeApi = () => ({
  postMessage(m) {
    window.sent.push(m);
    if (m.type === 'ready') reply(host.init);
    else if (m.type === 'record') reply({ type: 'done', request: m.request, rows: host.records[m.line]?.[0] ?? [] });
    else if (m.type === 'transcript') reply({ type: 'done', request: m.request, text: host.transcript });
    else if (m.request) reply({ type: 'done', request: m.request });
  },
  getState() { return window.kept; },
  setState(s) { window.kept = s; },
});
</script><script nonce="n" src="a.js"></script></body></html>`;
  const files: { readonly [name: string]: readonly [string, string] } = {
    'a.js': ['text/javascript', script],
    'a.css': ['text/css', style],
    'theme.css': ['text/css', themeCss(chosen)],
    '': ['text/html', html],
  };
  await page.route(`${ORIGIN}**`, (route) => {
    const found = files[route.request().url().slice(ORIGIN.length)];
    return found ? route.fulfill({ contentType: found[0], body: found[1] }) : route.fulfill({ status: 404 });
  });
  await page.goto(ORIGIN);
  await page.waitForSelector('.row.field');
  return page;
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const run = (
      window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe;
    const { violations: found } = await run.run();
    return found.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`);
  });
}

async function shoot(name: string, look: Look, then?: (page: Page) => Promise<unknown>): Promise<void> {
  const page = await open(look);
  await then?.(page);
  await page.waitForTimeout(200);
  await page.screenshot({ path: `${out}/${name}.png` });
  for (const line of await violations(page)) console.log(`axe ${name}: ${line}`);
  await page.close();
}

mkdirSync(out, { recursive: true });
const beside = { width: 700, height: 760 };
/** As the built-in theme has it where it differs from the light one. */
const contrastLight = {
  body: 'vscode-high-contrast-light',
  vars: {
    ...themes.light?.vars,
    'editor-background': '#ffffff',
    foreground: '#292929',
    descriptionForeground: '#292929b3',
    contrastBorder: '#0f4a85',
    contrastActiveBorder: '#006bbd',
    'widget-border': '#0f4a85',
    focusBorder: '#006bbd',
    'list-inactiveSelectionBackground': '#00000000',
  },
};
Object.assign(themes, { contrastLight });
for (const theme of Object.keys(themes)) {
  await shoot(`${theme}-lines`, { theme, ...beside });
  await shoot(`${theme}-wide`, { theme, width: 1280, height: 720 });
  await shoot(`${theme}-order`, { theme, ...beside }, (page) => page.getByRole('tab', { name: 'Order' }).click());
  await shoot(`${theme}-transcript`, { theme, ...beside }, (page) =>
    page.getByRole('tab', { name: 'Transcript' }).click(),
  );
  await shoot(`${theme}-filtered`, { theme, ...beside }, (page) =>
    page.getByRole('button', { name: /kubelet/ }).click(),
  );
}
await shoot('narrow', { theme: 'dark', width: 360, height: 760 });
await shoot('zoom-200', { theme: 'light', width: 350, height: 380 });
await shoot('rtl', { theme: 'dark', ...beside, rtl: true });
await browser.close();
