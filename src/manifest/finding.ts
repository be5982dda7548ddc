// A problem at offsets of the piece that it was found in, so that it stays good while the piece does.
import type { DiagnosticFamily, Severity } from './diagnostic.ts';

export interface Finding {
  readonly family: DiagnosticFamily;
  readonly severity: Severity;
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly component: string;
  /** The component's own words. */
  readonly words?: string;
  /** Text to put in the place of the finding, or of another place. */
  readonly replacement?: {
    readonly title: string;
    readonly text: string;
    /** As it is, without the quotes of what it replaces. */
    readonly bare?: true;
    readonly from?: number;
    readonly to?: number;
  };
  /** An entry to be written before the finding, which is a key of the map that lacks it. */
  readonly entry?: { readonly name: string; readonly value: string; readonly flow: boolean } | undefined;
}
