// What is said of a field by the cluster itself, as Markdown: only where it adds to what the extension says.
import type { Served, ServerVersion } from '../../cluster/openapi.ts';
import { KUBERNETES_VERSION } from '../../knowledge/components.ts';
import type { Explanation } from '../../manifest/explanation.ts';
import { code, literal } from '../../model/markdown.ts';

/** Schemas of clusters carry whole pages; a hover shows the beginning. */
const LONGEST = 1_200;
const OUR_MINOR = Number(/^v1\.(\d+)/.exec(KUBERNETES_VERSION)?.[1] ?? 0);

export interface ClusterSays {
  readonly source: string;
  readonly version: ServerVersion | undefined;
  readonly served: Served | undefined;
  /** What the extension knows of the place. */
  readonly explained: Pick<Explanation, 'schemaText' | 'since' | 'fieldType' | 'successor'> | undefined;
}

/** Undefined where it would say nothing that is not said already. */
export function clusterText({ source, version, served, explained }: ClusterSays): string | undefined {
  const name = `**${literal(source)}**${version ? ` (${literal(version.text)})` : ''}`;
  const since = explained?.since ? ` The field is told of since ${literal(explained.since)}.` : '';
  if (served?.found === 'unknown-field')
    return `⚠ ${name} does not know this field: it drops it, or refuses it where it is asked to be strict.${since}`;
  if (served?.found === 'unknown-kind') {
    // Of a version that is gone everywhere it has been said.
    if (!explained || explained.successor !== undefined) return undefined;
    return `⚠ ${name} does not serve this kind in this version.${since}`;
  }
  const other =
    explained && version !== undefined && version.minor !== OUR_MINOR
      ? `What is said above holds for ${KUBERNETES_VERSION}; ${name} is ${version.minor < OUR_MINOR ? 'older' : 'newer'}.${since}`
      : undefined;
  const text = served && fieldText(name, served, explained);
  return [other, text].filter((part) => part !== undefined).join('\n\n') || undefined;
}

/** What a CustomResourceDefinition in a file of the workspace says of a field. */
export function definitionText(file: string, served: Served | undefined): string | undefined {
  const name = `The definition in **${literal(file)}**`;
  if (served?.found === 'unknown-field')
    return `⚠ ${name} has no such field: kube-apiserver drops it, or refuses it where it is asked to be strict.`;
  return served && fieldText(name, served, undefined);
}

function fieldText(name: string, served: Served, explained: ClusterSays['explained']): string | undefined {
  if (served.found !== 'field') return undefined;
  const { description, type, required, values } = served.field;
  if (explained && (description === undefined || description === explained.schemaText)) return undefined;
  const facts = [code(type), ...(values ? [values.map(code).join(' or ')] : [])];
  const head = `${name} says: ${facts.join(' · ')}${required ? ' · required' : ''}`;
  if (description === undefined) return head;
  const cut = description.length > LONGEST ? `${description.slice(0, LONGEST)}…` : description;
  return `${head}\n\n${literal(cut)}`;
}
