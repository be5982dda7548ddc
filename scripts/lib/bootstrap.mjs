// What stands before every script: the right Node, then the dependencies, then the task itself, which may use both.
import { ensureDependencies } from './dependencies.mjs';
import { underModernNode } from './node24.mjs';
import { runScript } from './say.mjs';

/**
 * Runs a task of scripts/tasks. Those are TypeScript, which Node runs as it is, once it is new enough.
 * @param {string} name file name without its extension; the file exports `main(args)`
 */
export async function runTask(name) {
  await runScript(async () => {
    await underModernNode();
    await ensureDependencies();
    const task = await import(`../tasks/${name}.ts`);
    return task.main(process.argv.slice(2));
  });
}
