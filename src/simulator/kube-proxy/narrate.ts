// What a sync of kube-proxy is told as.
import type { ProxyConfig } from '../../netfilter/types.ts';
import type { LineChanges } from './changes.ts';

const MOST_NAMES = 3;

/** The Service, where it is one alone. */
export function about(services: readonly string[]) {
  const [namespace, name] = services.length === 1 ? (services[0]?.split('/') ?? []) : [];
  if (namespace === undefined || name === undefined) return {};
  return { object: { group: '', resource: 'services', kind: 'Service', namespace, name } };
}

/** Made when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export function total(all: readonly LineChanges[]): LineChanges {
  return all.reduce((a, b) => ({ added: a.added + b.added, removed: a.removed + b.removed }), { added: 0, removed: 0 });
}

export function sentence(
  { mode }: ProxyConfig,
  services: readonly string[],
  { added, removed }: LineChanges,
  full: boolean,
): string {
  const named = services.slice(0, MOST_NAMES).join(', ');
  const more = services.length > MOST_NAMES ? ` and ${services.length - MOST_NAMES} more` : '';
  const of = services.length === 0 ? '' : ` for Service${services.length === 1 ? '' : 's'} ${named}${more}`;
  const lines = `${added} line${added === 1 ? '' : 's'} added, ${removed} removed${of}`;
  if (full) return `wrote all its ${mode} rules anew, as after every start: ${lines}.`;
  return `synced its ${mode} rules: ${lines}.`;
}
