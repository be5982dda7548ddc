// A StatefulSet's volumeClaimTemplates become volumes of its pods, which replace volumes of the same name: the template
// is checked as the pods will be.
import type { StatefulSetSpec } from '../../../../model/generated/apps.v1.ts';
import type { Volume } from '../../../../model/generated/core.v1.ts';
import type { Errors, Loose } from '../field.ts';
import { SPEC, validatePodTemplateSpec } from '../pods/pod.ts';
import { validateClaimSpec } from '../storage/claims.ts';

export function validateStatefulTemplate(errs: Errors, spec: Loose<StatefulSetSpec>): void {
  const claims = spec.volumeClaimTemplates ?? [];
  const template = spec.template ?? {};
  const volumes = new Map<string, Loose<Volume>>();
  for (const { metadata } of claims) {
    const name = metadata?.name ?? '';
    volumes.set(name, { name, persistentVolumeClaim: { claimName: name } });
  }
  const own = (template.spec?.volumes ?? []).filter((v) => !volumes.has(v.name ?? ''));
  const withClaims = { ...template, spec: { ...template.spec, volumes: [...volumes.values(), ...own] } };
  validatePodTemplateSpec(errs, SPEC.child('template'), claims.length > 0 ? withClaims : template);
}

export function validateClaimTemplates(errs: Errors, spec: Loose<StatefulSetSpec>): void {
  for (const [i, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
    validateClaimSpec(errs, SPEC.child('volumeClaimTemplates').index(i).child('spec'), claim.spec ?? {}, {});
  }
}
