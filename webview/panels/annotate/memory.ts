// What the panel remembers while it is hidden, moved to another window, or reloaded.
export const TABS = ['lines', 'order', 'transcript'] as const;
export type Tab = (typeof TABS)[number];

export interface Memory {
  /** The document that is annotated: the host opens it again. */
  readonly uri: string;
  readonly line: number;
  readonly tab: Tab;
  /** Ids of the components that are filtered for. */
  readonly chosen: readonly string[];
  /** The pane with the whole record is open. */
  readonly details: boolean;
}

export const FRESH: Memory = { uri: '', line: 0, tab: 'lines', chosen: [], details: true };

/** What VS Code kept for us, as far as it can be used. */
export function recall(state: unknown): Memory {
  if (typeof state !== 'object' || state === null) return FRESH;
  const kept = state as { readonly [field: string]: unknown };
  return {
    uri: typeof kept.uri === 'string' ? kept.uri : FRESH.uri,
    line: Number.isSafeInteger(kept.line) && (kept.line as number) >= 0 ? (kept.line as number) : FRESH.line,
    tab: TABS.find((tab) => tab === kept.tab) ?? FRESH.tab,
    chosen: Array.isArray(kept.chosen) ? kept.chosen.filter((id) => typeof id === 'string') : FRESH.chosen,
    details: kept.details !== false,
  };
}
