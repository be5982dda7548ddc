// Makes every table anew that is derived from ground truth: the folder shared/ beside the checkout, and kubectl's binary.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../lib/dependencies.mjs';
import { ensureKubectl } from '../lib/kubectl.mjs';
import { progress, UserError } from '../lib/say.mjs';
import { options } from './options.ts';
import { run } from './processes.ts';

export async function main(args: string[]): Promise<number> {
  options(args, {});
  if (!existsSync(path.resolve(ROOT, '../shared'))) {
    throw new UserError(
      'generating needs the folder shared/ beside the checkout; the committed tables are complete without',
    );
  }
  const kubectl = await ensureKubectl();
  // The schema needs the Go structs, the rest needs the schema.
  const generators: [name: string, ...args: string[]][] = [
    ['types'],
    ['go-types', kubectl],
    ['go-structs', kubectl],
    ['schema'],
    ['resources'],
    ['protobuf', kubectl],
    ['bootstrap'],
    ['health'],
    ['openapi'],
  ];
  for (const [name, ...rest] of generators) {
    progress(`generating ${name}`);
    const code = await run(process.execPath, [`scripts/generate/${name}.ts`, ...rest]);
    if (code !== 0) return code;
  }
  return 0;
}
