// Reading what the command line names, with errors that say what to do.
import fs from 'node:fs';
import { UsageError } from './args.ts';

/** The text of a file; `-` is standard input. */
export function readText(file: string): string {
  try {
    return fs.readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (e) {
    const why = (e as NodeJS.ErrnoException).code;
    if (why === 'ENOENT') throw new UsageError(`there is no file ${file}`);
    if (why === 'EISDIR') throw new UsageError(`${file} is a folder: name a file`);
    throw new UsageError(`${file} cannot be read: ${why ?? (e as Error).message}`);
  }
}
