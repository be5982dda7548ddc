// The browser of the host and UI tests: found on the machine, or Debian's where we may install it.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { progress, UserError } from '../lib/say.mjs';
import { run } from './processes.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Without these a headless Chromium looks up and calls its maker's hosts, and asks for a sandbox that root has not. */
const ARGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a headless Chromium, installing Debian's first where there is none and this is root. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = find() ?? (await installed());
  const root = process.getuid?.() === 0;
  return chromium.launch({ executablePath, args: [...ARGS, ...(root ? ['--no-sandbox'] : [])] });
}

/** Makes sure that there is a Chromium, so that a test run asks for it before it starts, not in its middle. */
export async function ensureChromium(): Promise<void> {
  if (!find()) await installed();
}

function find(): string | undefined {
  const asked = process.env.CHROMIUM_PATH;
  if (asked) {
    if (existsSync(asked)) return asked;
    throw new UserError(
      `CHROMIUM_PATH names ${asked}, which does not exist. Let it name a chromium or chrome program.`,
    );
  }
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))), ...MAC];
  return candidates.find((file) => existsSync(file));
}

async function installed(): Promise<string> {
  const debian = existsSync('/etc/os-release') && /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  if (debian && process.getuid?.() === 0) {
    progress('installing chromium with apt-get');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] as ('ignore' | 'inherit')[] };
    await run('apt-get', ['update', '-qq'], quiet);
    await run('apt-get', ['install', '-y', '-qq', 'chromium'], quiet);
    const found = find();
    if (found) return found;
  }
  throw new UserError(
    'Chromium is missing: the host and UI tests drive VS Code with it. Install chromium or Chrome, or let CHROMIUM_PATH name one.',
  );
}
