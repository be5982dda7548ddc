// The licences of what is bundled: each package whose code is in one of our outputs, with its own text.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Metafile } from 'esbuild';
import { ROOT } from '../lib/dependencies.mjs';
import { UserError } from '../lib/say.mjs';

/** Whose words are shipped as data, not as code: the schema's descriptions of fields. */
const AS_DATA = ['kubernetes-models', '@kubernetes-models/apimachinery'];

const HEAD = [
  'Kube Anatomy contains code of the packages below, each with its licence.',
  'The descriptions of fields and the OpenAPI documents are those of Kubernetes (https://github.com/kubernetes/kubernetes),',
  'Copyright The Kubernetes Authors, Apache License 2.0, the text of which is in LICENSE.',
].join('\n');

/**
 * The text of ThirdPartyNotices.txt for these bundles.
 * @throws UserError for a package that states no licence and brings none: nothing of it may be shipped
 */
export function notices(metafiles: readonly Metafile[]): string {
  const bundled = metafiles.flatMap((metafile) =>
    Object.values(metafile.outputs).flatMap((output) =>
      Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? packageOf(file) : [])),
    ),
  );
  const names = [...new Set([...bundled, ...AS_DATA])].sort();
  return `${[HEAD, ...names.map(notice)].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** The innermost package that a file belongs to, as its path from node_modules: `@noble/hashes`. */
const packageOf = (file: string): string[] => {
  const inside = /(?:^|\/)node_modules\/((?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
  return inside === undefined ? [] : [inside];
};

interface Stated {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

function notice(name: string): string {
  const folder = path.join(ROOT, 'node_modules', name);
  const stated = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Stated;
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)([.-].*)?$/i.test(file));
  if (texts.length === 0 && !stated.license) {
    throw new UserError(`${name} states no licence: leave it out, or find out which it is under`);
  }
  const author = typeof stated.author === 'object' ? stated.author.name : stated.author;
  const title = `${stated.name} ${stated.version}${stated.license ? ` (${stated.license})` : ''}`;
  const said = texts.map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  return [title, ...(said.length > 0 ? said : [`By ${author ?? 'its authors'}.`])].join('\n\n');
}
