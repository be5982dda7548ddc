// Which families of problems others report: VS Code of JSON, the YAML extension of Red Hat of YAML, and more of it once that is
// given the API's schema.
import type { DiagnosticFamily } from '../../manifest/diagnostic.ts';

/** What is seen without any schema. */
export const OF_ANY_TEXT: readonly DiagnosticFamily[] = ['syntax', 'duplicate-key'];
const OF_SCHEMA: readonly DiagnosticFamily[] = ['unknown-field', 'type', 'enum', 'required'];

export interface OtherExtensions {
  /** redhat.vscode-yaml is installed and validates. */
  readonly yaml: boolean;
  /** ms-kubernetes-tools brings it the API's schema. */
  readonly kubernetesTools: boolean;
  /** The setting `yaml.schemas`. */
  readonly schemas: unknown;
}

export function familiesOf({ yaml, kubernetesTools, schemas }: OtherExtensions): readonly DiagnosticFamily[] {
  if (!yaml) return [];
  const names = typeof schemas === 'object' && schemas !== null ? Object.keys(schemas) : [];
  // `kubernetes` is the word by which that extension knows its own copy of the schema; others are addresses.
  return kubernetesTools || names.some((name) => /kubernetes/i.test(name))
    ? [...OF_ANY_TEXT, ...OF_SCHEMA]
    : OF_ANY_TEXT;
}
