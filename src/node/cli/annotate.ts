// `kube-anatomy annotate`: the annotated manifest as a page that opens anywhere, or as Markdown.
import fs from 'node:fs';
import path from 'node:path';
import { annotationPage } from '../../manifest/annotate/page.ts';
import { annotationTranscript } from '../../manifest/annotate/transcript.ts';
import { createManifestService } from '../../manifest/service.ts';
import { type Command, UsageError } from './args.ts';
import { shippedKnowledge } from './explain.ts';
import { readText } from './read.ts';

const URI = 'annotate:';

export const annotate: Command = {
  name: 'annotate',
  positionals: ['FILE'],
  about: `Writes a manifest with what each line makes which component do, and in which order, as one HTML page.
The page holds everything it needs, and no values of Secrets. '-' reads standard input.`,
  flags: {
    output: { type: 'string', short: 'o', value: 'FILE', help: 'write to this file instead of standard output' },
    markdown: { type: 'boolean', help: 'write Markdown instead of a page' },
  },
  async run(values, [file = '']) {
    const text = readText(file);
    const name = file === '-' ? 'manifest' : path.basename(file);
    const service = createManifestService({ knowledge: shippedKnowledge() });
    service.update(URI, 1, text);
    const annotated = service.annotated(URI);
    const made = values.markdown === true ? annotationTranscript(name, annotated) : annotationPage(name, annotated);
    if (typeof values.output === 'string') write(values.output, made);
    else process.stdout.write(made);
    for (const { line, message } of annotated.problems) process.stderr.write(`${file}:${line + 1}: ${message}\n`);
    if (annotated.objects.length > 0) return 0;
    process.stderr.write(`${name} holds no Kubernetes object: nothing names both apiVersion and kind.\n`);
    return 1;
  },
};

function write(file: string, text: string): void {
  try {
    fs.writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
}
