// What is known of fields, read from the sources as the build packs it.
import { packedFields } from '../../scripts/generate/fields.ts';
import { createKnowledge, type Knowledge } from '../../src/knowledge/knowledge.ts';

export function sourceKnowledge(descriptions?: string): Knowledge {
  return createKnowledge({ fields: packedFields, descriptions: () => descriptions });
}
