// Runs behaviours in process, each in a namespace of its own.
import { describe, it } from 'vitest';
import { InProcess } from './in-process.ts';
import { begin, type Spec } from './trial.ts';

export function hold(name: string, specs: readonly Spec[]): void {
  describe(name, () => {
    const server = new InProcess(name);
    specs.forEach(({ title, run, level }, i) => {
      it(title, async () => {
        const t = await begin(server, `${name}-${i + 1}`, level);
        try {
          await run(t);
        } finally {
          await t.end();
        }
      });
    });
  });
}
