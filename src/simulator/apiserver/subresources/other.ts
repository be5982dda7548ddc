// `namespaces/finalize` and the approval of certificate signing requests. Models pkg/registry/core/namespace/strategy.go and
// pkg/registry/certificates/certificates/strategy.go.
import type { CertificateSigningRequest } from '../../../model/generated/certificates.v1.ts';
import { type Obj, part } from '../registry/strategy.ts';

/** Of spec and status, only spec.finalizers change. */
export function finalize(next: Obj, old: Obj): Obj {
  const { finalizers } = part(next, 'spec');
  const { finalizers: _, ...rest } = part(old, 'spec');
  const spec = { ...rest, ...(Array.isArray(finalizers) && finalizers.length > 0 ? { finalizers } : {}) };
  return { ...old, metadata: next.metadata, spec };
}

/** Of spec and status, only conditions change, and each tells when it came. */
export function approval(now: string): (next: Obj, old: Obj) => Obj {
  return (next, old) => {
    const before = old.status as CertificateSigningRequest['status'];
    const conditions = ((next.status as CertificateSigningRequest['status'])?.conditions ?? []).map((c) => {
      const had = before?.conditions?.find((x) => x.type === c.type);
      const changed = had?.status !== c.status;
      return {
        ...c,
        lastUpdateTime: c.lastUpdateTime ?? now,
        lastTransitionTime: c.lastTransitionTime ?? (changed ? now : (had?.lastTransitionTime ?? now)),
      };
    });
    return { ...old, metadata: next.metadata, status: { ...before, conditions } };
  };
}
