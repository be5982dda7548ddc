// Reading what the command line names, with errors that say what to do.
import fs from 'node:fs';
import { UsageError } from './args.ts';

/** The text of a file; `-` is standard input. Of bytes that are no UTF-8 it warns on standard error. */
export function readText(file: string): string {
  const { text, warning } = decoded(read(file), file);
  if (warning !== undefined) console.error(`kube-anatomy: ${warning}`);
  return text;
}

/** UTF-8 as text, with `�` in the place of what is none, and a sentence that says where. */
export function decoded(bytes: Buffer, file: string): { readonly text: string; readonly warning?: string } {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new UsageError(`${file} is UTF-16: save it as UTF-8`);
  }
  const text = bytes.toString('utf8');
  const at = text.indexOf('\ufffd');
  // The character itself may be written, too.
  if (at === -1 || Buffer.from(text).equals(bytes)) return { text };
  const line = text.slice(0, at).split('\n').length;
  return {
    text,
    warning: `line ${line} of ${file} holds bytes that are no UTF-8, and \ufffd stands for them: save it as UTF-8`,
  };
}

function read(file: string): Buffer {
  try {
    return fs.readFileSync(file === '-' ? 0 : file);
  } catch (e) {
    const why = (e as NodeJS.ErrnoException).code;
    if (why === 'ENOENT') throw new UsageError(`there is no file ${file}`);
    if (why === 'EISDIR') throw new UsageError(`${file} is a folder: name a file`);
    throw new UsageError(`${file} cannot be read: ${why ?? (e as Error).message}`);
  }
}
