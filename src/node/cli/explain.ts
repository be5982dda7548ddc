// `kube-anatomy explain`: what the hover says of a manifest's fields, for a terminal.
import fs from 'node:fs';
import path from 'node:path';
import { createKnowledge, type Knowledge } from '../../knowledge/knowledge.ts';
import { explainText, runExplain } from '../../manifest/report.ts';
import { RefusedError } from '../../model/refused.ts';
import { type Command, UsageError } from './args.ts';
import { readText } from './read.ts';

/** The data files stand beside the bundle. */
function data(name: string): string {
  const file = path.join(import.meta.dirname, 'knowledge', name);
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    throw new RefusedError(`${file} is missing.`, "Build first: 'npm run build'.");
  }
}

/** What the build packs, read when it is asked for. */
export function shippedKnowledge(): Knowledge {
  return createKnowledge({ fields: () => data('fields.json'), descriptions: () => data('descriptions.json') });
}

export const explain: Command = {
  name: 'explain',
  positionals: ['FILE'],
  about: `Says of a manifest's fields who handles them, when, and what goes wrong.
Without --line every field of the file is explained. '-' reads standard input.`,
  flags: {
    line: { type: 'number', value: 'L', help: 'line, counted from 1', min: 1 },
    column: { type: 'number', value: 'C', help: 'column, counted from 1', min: 1 },
    json: { type: 'boolean', help: 'print the answer as JSON' },
  },
  async run(values, [file = '']) {
    const { line, column } = values;
    if (column !== undefined && line === undefined)
      throw new UsageError('--column says where on a line: give --line too');
    const answer = runExplain({
      knowledge: shippedKnowledge(),
      file: file === '-' ? 'standard input' : file,
      text: readText(file),
      ...(typeof line === 'number' ? { line } : {}),
      ...(typeof column === 'number' ? { column } : {}),
    });
    if (values.json === true) process.stdout.write(`${JSON.stringify(answer, null, 1)}\n`);
    else (answer.problem === undefined ? process.stdout : process.stderr).write(`${explainText(answer)}\n`);
    return answer.problem === undefined ? 0 : 1;
  },
};
