import type { ExtensionContext } from 'vscode';

/** Placeholder until the host folder's wiring lands: proves that the extension is loaded and activated. */
export function activate(_context: ExtensionContext): { readonly placeholder: true } {
  return { placeholder: true };
}
