// What every script of this folder says to the person who runs it: progress, and one clear last error.

/** An error a person can act on: shown as it is, without a stack trace. */
export class UserError extends Error {}

const started = Date.now();

/**
 * Prints one progress line with the seconds since the script started.
 * @param {string} text
 */
export function progress(text) {
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6);
  process.stdout.write(`${seconds} s  ${text}\n`);
}

/**
 * Runs a script's body; an error becomes a message on stderr and exit code 1.
 * @param {() => Promise<number | void>} body resolves to the exit code, 0 when it says nothing
 */
export async function runScript(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    process.exitCode = 1;
    const said = error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`\nerror: ${said}\n`);
  }
}
