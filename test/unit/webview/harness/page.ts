// The flow panel in a headless Chromium, without VS Code: the built bundle, a host that answers, a policy as strict as VS Code's.

import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { ToFlow } from '../../../../src/protocol/flow.ts';
import { themeCss, themes } from './themes.ts';

const ORIGIN = 'https://flow.test/';

export interface Look {
  readonly theme: 'dark' | 'light' | 'contrast';
  readonly width: number;
  readonly height: number;
  readonly reducedMotion?: boolean;
}

export async function bundle(): Promise<{ script: string; style: string }> {
  const options = { bundle: true, write: false, target: 'es2023', logLevel: 'error' } as const;
  const script = await build({
    ...options,
    entryPoints: ['webview/panels/flow/main.ts'],
    format: 'iife',
    minify: true,
  });
  const style = await build({ ...options, entryPoints: ['webview/panels/flow/main.css'] });
  return { script: script.outputFiles[0]?.text ?? '', style: style.outputFiles[0]?.text ?? '' };
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

/** Opens the panel and answers `ready` with `init`. What the panel sends is kept in `window.sent`. */
export async function open(
  browser: Browser,
  code: { script: string; style: string },
  look: Look,
  init: ToFlow,
): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: look.width, height: look.height },
    reducedMotion: look.reducedMotion ? 'reduce' : 'no-preference',
  });
  page.on('console', (message) => console.log(`[${message.type()}]`, message.text()));
  page.on('pageerror', (error) => console.log('[pageerror]', error.stack));
  const theme = themes[look.theme];
  if (!theme) throw new Error(`no theme ${look.theme}`);
  const files: { readonly [name: string]: readonly [string, string] } = {
    'flow.js': ['text/javascript', code.script],
    'flow.css': ['text/css', code.style],
    'theme.css': ['text/css', themeCss(theme)],
    '': ['text/html', html(theme.body, init)],
  };
  await page.route(`${ORIGIN}**`, (route) => {
    const file = files[route.request().url().slice(ORIGIN.length)];
    return file ? route.fulfill({ contentType: file[0], body: file[1] }) : route.fulfill({ status: 404 });
  });
  await page.goto(ORIGIN);
  return page;
}

function html(body: string, init: ToFlow): string {
  const data = JSON.stringify(init).replaceAll('<', '\\u003c');
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Flow</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${ORIGIN}; script-src 'nonce-n' ${ORIGIN}; img-src data:;">
<link rel="stylesheet" href="theme.css"><link rel="stylesheet" href="flow.css"></head><body class="${body}"><div id="root"></div>
<script nonce="n">
window.sent = []; window.kept = undefined;
window.acquireVsCodeApi = () => ({
  postMessage(m) {
    window.sent.push(m);
    if (m.type === 'ready') setTimeout(() => window.postMessage(${data}, '*'));
    else if (m.type === 'explainField') setTimeout(() => window.postMessage({ type: 'done', request: m.request, text: 'How many pods are wanted.' }, '*'));
    else if (m.request) setTimeout(() => window.postMessage({ type: 'done', request: m.request }, '*'));
  },
  getState() { return window.kept; },
  setState(s) { window.kept = s; },
});
</script><script nonce="n" src="flow.js"></script></body></html>`;
}
