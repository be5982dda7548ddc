// What is wrong with a manifest, as plain values for editors.
import type { TextRange } from './explanation.ts';

/** Each can be switched off by itself. */
export type DiagnosticFamily =
  | 'syntax'
  | 'unknown-field'
  | 'type'
  | 'enum'
  | 'duplicate-key'
  | 'removed-api'
  | 'deprecated'
  | 'required'
  | 'duplicate'
  | 'selector'
  | 'reference'
  | 'port'
  | 'probe'
  | 'resources';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

export interface QuickFix {
  readonly title: string;
  readonly edits: readonly { readonly range: TextRange; readonly text: string }[];
}

export interface ManifestDiagnostic {
  readonly family: DiagnosticFamily;
  readonly severity: Severity;
  readonly range: TextRange;
  readonly message: string;
  /** Id of the component that would complain. */
  readonly component: string;
  /** In which words, where they are known. */
  readonly words?: string;
  readonly fixes: readonly QuickFix[];
}
