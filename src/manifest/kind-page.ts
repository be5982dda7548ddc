// A kind → its page: who acts on objects of it and in which order, and its fields at a glance, each of which has its own page.
import type { Knowledge } from '../knowledge/knowledge.ts';
import { code, literal } from '../model/markdown.ts';
import { type ResourceInfo, resourceForKind } from '../model/resources.ts';
import { schemaForKind, type TypeSchema } from '../model/schema.ts';
import { compareStages, stageById, stageOf } from './annotate/stages.ts';
import { known } from './explain.ts';
import type { FieldFacts } from './explanation.ts';
import { descend, type Place, rootPlace } from './typing.ts';

interface Row {
  readonly path: string;
  readonly facts: FieldFacts;
}

/** Said of every kind alike, on the pages of these fields. */
const COMMON = new Set(['apiVersion', 'kind', 'metadata']);

/** Undefined for a kind that the release does not serve. */
export function kindPage(knowledge: Knowledge, apiVersion: string, kind: string): string | undefined {
  const type = schemaForKind(apiVersion, kind);
  if (!type) return undefined;
  const rows = rowsOf(knowledge, type, rootPlace(apiVersion, kind));
  const resource = resourceForKind(apiVersion, kind);
  const written = rows.filter(({ path }) => !/^status\b/.test(path));
  const parts = [
    `# ${literal(kind)}`,
    `${code(apiVersion)} · ${knowledge.version}`,
    ...(resource ? [served(resource)] : []),
    ...acting(rows, kind),
    ...section('What a person writes', written),
    ...section(
      'What the cluster answers',
      rows.filter((row) => !written.includes(row)),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

function served({ namespaced, plural, shortNames, verbs, subresources, etcdPrefix }: ResourceInfo): string {
  const names = [plural, ...shortNames].map(code).join(', ');
  const parts = subresources.map(({ name }) => name).sort();
  const lines = [
    `kubectl knows it as ${names}; ${namespaced ? 'it belongs to a namespace' : 'it belongs to no namespace'}.`,
    `kube-apiserver lets one ${[...verbs].sort().join(', ')}${parts.length > 0 ? `, and speaks of its ${parts.map(code).join(', ')} apart` : ''}.`,
  ];
  if (etcdPrefix) lines.push(`etcd keeps it under ${code(`${etcdPrefix}/${namespaced ? 'NAMESPACE/' : ''}NAME`)}.`);
  return lines.map((line) => `- ${line}`).join('\n');
}

/** The fields at the root and one below it: deeper ones are on the pages of these. */
function rowsOf(knowledge: Knowledge, type: TypeSchema, root: Place): Row[] {
  const rows: Row[] = [];
  const add = (place: Place | undefined, path: string): void => {
    const facts = place && known(knowledge, place);
    if (facts) rows.push({ path, facts });
  };
  for (const field of type.fields.values()) {
    if (COMMON.has(field.name)) continue;
    const place = descend(root, field.name);
    const inner = field.kind === 'object' ? field.object : undefined;
    if (!place || !inner) add(place, field.name);
    else for (const below of inner.fields.keys()) add(descend(place, below), `${field.name}.${below}`);
  }
  return rows;
}

function acting(rows: readonly Row[], kind: string): string[] {
  const stages = new Map<string, Set<string>>();
  for (const { path, facts } of rows) {
    for (const { component, step } of facts.handlers) {
      const stage = stageOf(component, step, false, kind);
      stages.set(stage, (stages.get(stage) ?? new Set()).add(path));
    }
  }
  if (stages.size === 0) return [];
  const lines = [...stages]
    .sort(([a], [b]) => compareStages(a, b))
    .map(([id, paths], index) => `${index + 1}. **${stageById(id).title}**: ${[...paths].map(code).join(', ')}`);
  return ['## Who acts on it, in this order', lines.join('\n')];
}

function section(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(({ path, facts }) => {
    const value = facts.required ? 'required' : facts.default && `default ${facts.default}`;
    const [actor] = [...facts.handlers, ...facts.writtenBy];
    const does = facts.is ?? (actor && `**${actor.name}**: ${actor.does}`);
    return `- ${[code(path), code(facts.fieldType), value, does].filter(Boolean).join(' · ')}`;
  });
  return [`## ${title}`, lines.join('\n')];
}
