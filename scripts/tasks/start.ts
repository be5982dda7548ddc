// `npm start`: builds the extension and opens VS Code on the sample workspace with it loaded.
// Flags: --port P (of the npm host; default any free one), --web (the npm host even where a desktop `code` is on PATH),
// --no-open (print the address or command instead of opening it).
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../lib/dependencies.mjs';
import { whenNpmIsGone } from '../lib/parent.mjs';
import { progress, UserError } from '../lib/say.mjs';
import { buildAll } from './build.ts';
import { ensureNativeModules } from './native-modules.ts';
import { options } from './options.ts';
import { findProgram, run } from './processes.ts';
import { SAMPLES } from './samples.ts';
import { startHost, workbenchUrl } from './vscode-host.ts';

const FLAGS = {
  port: { type: 'string', default: '0' },
  web: { type: 'boolean', default: false },
  'no-open': { type: 'boolean', default: false },
} as const;

export async function main(args: string[]): Promise<number> {
  const { values } = options(args, FLAGS);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UserError(`--port ${values.port} is not a port: give a number from 0 (any free one) to 65535`);
  }
  await buildAll();
  const desktop = values.web ? undefined : desktopCode();
  return desktop ? openDesktop(desktop, values['no-open']) : serve(port, values['no-open']);
}

/** The desktop VS Code on PATH, when it is new enough for `engines.vscode`. */
function desktopCode(): string | undefined {
  const found = findProgram(['code', 'code-insiders', 'codium']);
  if (!found) return undefined;
  const wanted = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).engines.vscode.replace('^', '');
  if (found.version.localeCompare(wanted, undefined, { numeric: true }) >= 0) return found.command;
  progress(`${found.command} on PATH is ${found.version}, older than the ${wanted} that is needed: using the npm host`);
  return undefined;
}

async function openDesktop(command: string, printOnly: boolean): Promise<number> {
  const args = [`--extensionDevelopmentPath=${ROOT}`, '--new-window', SAMPLES];
  if (!printOnly) {
    progress(`opening ${command} on ${path.relative(ROOT, SAMPLES)}/`);
    return run(command, args);
  }
  console.log(`Run ${command} ${args.join(' ')}`);
  return 0;
}

async function serve(port: number, printOnly: boolean): Promise<number> {
  progress('no desktop VS Code on PATH (or --web): starting the npm VS Code host');
  for (const shortcoming of await ensureNativeModules()) progress(shortcoming);
  const host = await startHost({ port, dataDir: path.join(ROOT, '.cache', 'workbench') });
  const url = workbenchUrl(host, SAMPLES);
  console.log(`\nOpen ${url}\n`);
  progress('Ctrl-C ends it');
  if (!printOnly) await openBrowser(url);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    whenNpmIsGone(resolve);
  });
  await host.stop();
  return 0;
}

/** Opens the address where there is a desktop to open it on; the printed line is enough everywhere else. */
async function openBrowser(url: string): Promise<void> {
  const opener = { darwin: 'open', linux: '/usr/bin/xdg-open' }[process.platform as string];
  const display = process.platform === 'darwin' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!opener || !display || (opener.startsWith('/') && !existsSync(opener))) return;
  await run(opener, [url], { stdio: 'ignore' }).catch(() => undefined);
}
