// What stands for writing where there is no API server: it is done at once.
import type { Process } from '../../kernel/process.ts';
import type { ClaimBook } from './devices/claims.ts';
import type { ClaimWriter } from './plugins/dynamic-resources.ts';

export const nothing = (): Process<undefined> => (function* () {})() as Process<undefined>;

/** Claims have what was found for them as soon as their pod has its node. */
export function claimsAtOnce(book: ClaimBook): ClaimWriter {
  return {
    bind(pod, _node, { claims, chosen }) {
      for (const claim of claims) {
        const allocation = chosen.get(claim) ?? claim.status?.allocation;
        const user = { resource: 'pods', name: pod.name, uid: pod.uid };
        const reservedFor = [...(claim.status?.reservedFor ?? []), user];
        const resourceVersion = String(Number(claim.metadata.resourceVersion ?? 0) + 1);
        const status = { ...claim.status, ...(allocation ? { allocation } : {}), reservedFor };
        book.settle(claim, { ...claim, metadata: { ...claim.metadata, resourceVersion }, status });
      }
      return nothing();
    },
    unreserve: () => {},
    deallocate: () => {},
    remove: () => {},
  };
}
