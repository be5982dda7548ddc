// Kinds whose pods the simulator can place without making them.
const ANSWERED = new Set(['v1 Pod', 'apps/v1 Deployment', 'apps/v1 ReplicaSet']);

export function canBePlaced({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean {
  return ANSWERED.has(`${apiVersion} ${kind}`);
}
