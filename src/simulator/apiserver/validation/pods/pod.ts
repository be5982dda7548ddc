// Models ValidatePodCreate, ValidatePodUpdate and ValidatePodTemplateSpec of pkg/apis/core/validation.
import type {
  Binding,
  Pod,
  PodSpec,
  PodTemplate,
  PodTemplateSpec,
  Toleration,
} from '../../../../model/generated/core.v1.ts';
import { same } from '../common.ts';
import { specDiff } from '../diff.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateLabels } from '../labels.ts';
import { METADATA, validateAnnotations, validateMeta, validateMetaUpdate } from '../meta.ts';
import { nameIsDnsSubdomain, rangeError } from '../names.ts';
import { validateTolerations } from './affinity.ts';
import { validateAnnotationUpdate, validatePodAnnotations, validateProfilesMatch } from './annotations.ts';
import { validateImageSpace } from './containers.ts';
import { gatedNodeAffinity, validateGatedNodeSelector } from './gated.ts';
import { printPodSpec } from './printed.ts';
import { validatePodSpec } from './spec.ts';
import type { LooseContainer } from './visit.ts';

export type LoosePod = Loose<Pod>;
type Spec = Loose<PodSpec>;

export const SPEC = Path.of('spec');
export const ANNOTATIONS = METADATA.child('annotations');
const POD_META = { namespaced: true, name: nameIsDnsSubdomain };

export function validateMetaAndSpec(errs: Errors, pod: LoosePod): void {
  const spec = pod.spec ?? {};
  validateMeta(errs, pod.metadata, POD_META);
  validatePodAnnotations(errs, ANNOTATIONS, pod.metadata?.annotations, spec);
  validatePodSpec(errs, SPEC, spec, pod.metadata ?? {});
  if (!spec.serviceAccountName) validateNoTokens(errs, spec);
  for (const list of ['containers', 'initContainers'] as const) {
    const containers: readonly LooseContainer[] = spec[list] ?? [];
    for (const [i, container] of containers.entries()) validateImageSpace(errs, SPEC.child(list).index(i), container);
  }
}

function validateNoTokens(errs: Errors, spec: Spec): void {
  for (const [i, volume] of (spec.volumes ?? []).entries()) {
    for (const [j, source] of (volume.projected?.sources ?? []).entries()) {
      if (!source.serviceAccountToken) continue;
      const at = SPEC.child('volumes').index(i).child('projected').child('sources').index(j);
      errs.forbidden(at.child('serviceAccountToken'), 'must not be specified when serviceAccountName is not set');
    }
  }
}

export function validatePodCreate(errs: Errors, pod: LoosePod): void {
  const spec = pod.spec ?? {};
  validateMetaAndSpec(errs, pod);
  if (spec.ephemeralContainers?.length) {
    errs.forbidden(SPEC.child('ephemeralContainers'), 'cannot be set on create');
  }
  if (spec.nodeName && spec.schedulingGates?.length) {
    errs.forbidden(SPEC.child('nodeName'), 'cannot be set until all schedulingGates have been cleared');
  }
  validateProfilesMatch(errs, SPEC, pod.metadata?.annotations, spec);
}

export function validatePodTemplateSpec(errs: Errors, path: Path, template: Loose<PodTemplateSpec>): void {
  const spec = template.spec ?? {};
  const annotations = template.metadata?.annotations;
  if (template.metadata?.labels) validateLabels(errs, path.child('labels'), template.metadata.labels);
  validateAnnotations(errs, path.child('annotations'), annotations);
  validatePodAnnotations(errs, path.child('annotations'), annotations, spec);
  validatePodSpec(errs, path.child('spec'), spec, undefined);
  validateProfilesMatch(errs, path.child('spec'), annotations, spec);
  if (spec.ephemeralContainers?.length) {
    const detail = 'ephemeral containers not allowed in pod template';
    errs.forbidden(path.child('spec').child('ephemeralContainers'), detail);
  }
}

export function validatePodTemplate(errs: Errors, template: Loose<PodTemplate>): void {
  validateMeta(errs, template.metadata, POD_META);
  validatePodTemplateSpec(errs, Path.of('template'), template.template ?? {});
}

export function validatePodTemplateUpdate(errs: Errors, now: Loose<PodTemplate>, old: Loose<PodTemplate>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validatePodTemplateSpec(errs, Path.of('template'), now.template ?? {});
}

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

export function validatePodUpdate(errs: Errors, now: LoosePod, old: LoosePod): void {
  const spec = now.spec ?? {};
  const oldSpec = old.spec ?? {};
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateMetaAndSpec(errs, now);
  validateAnnotationUpdate(errs, ANNOTATIONS, now.metadata?.annotations, old.metadata?.annotations, spec);
  for (const list of ['containers', 'initContainers'] as const) {
    if (!validateContainerUpdates(errs, SPEC.child(list), spec[list] ?? [], oldSpec[list] ?? [])) return;
  }
  if (!validateDeadlineUpdate(errs, spec, oldSpec)) return;
  validateTolerationUpdate(errs, spec.tolerations ?? [], oldSpec.tolerations ?? []);
  validateGateUpdate(errs, spec, oldSpec);
  if (same(spec, oldSpec)) return;
  const compared = withMutable(errs, spec, oldSpec);
  if (same(compared, oldSpec)) return;
  const detail = `pod updates may not change fields other than ${UPDATABLE}\n${specDiff(printPodSpec(oldSpec), printPodSpec(compared))}`;
  errs.forbidden(SPEC, detail);
}

/** False when the lists cannot be compared at all. */
function validateContainerUpdates(
  errs: Errors,
  path: Path,
  now: readonly LooseContainer[],
  old: readonly LooseContainer[],
): boolean {
  if (now.length !== old.length) {
    errs.forbidden(path, 'pod updates may not add or remove containers');
    return false;
  }
  for (const [i, container] of now.entries()) {
    if (!container.image) errs.required(path.index(i).child('image'));
    validateImageSpace(errs, path.index(i), container);
  }
  return true;
}

/** From nothing to a number, or from a number to a smaller one. */
function validateDeadlineUpdate(errs: Errors, now: Spec, old: Spec): boolean {
  const at = SPEC.child('activeDeadlineSeconds');
  const { activeDeadlineSeconds: value } = now;
  const { activeDeadlineSeconds: before } = old;
  if (value === undefined) {
    if (before !== undefined) errs.invalid(at, undefined, 'must not update from a positive integer to nil value');
    return true;
  }
  const most = 2 ** 31 - 1;
  const tooLong = before !== undefined && before < value;
  if (value < 0 || value > most) errs.invalid(at, value, rangeError(0, most));
  else if (tooLong) errs.invalid(at, value, 'must be less than or equal to previous value');
  else return true;
  return false;
}

function validateTolerationUpdate(
  errs: Errors,
  now: readonly Loose<Toleration>[],
  old: readonly Loose<Toleration>[],
): void {
  const at = SPEC.child('tolerations');
  for (const before of old) {
    const kept = now.some((t) => same({ ...before, tolerationSeconds: t.tolerationSeconds }, t));
    if (kept) continue;
    errs.forbidden(at, 'existing toleration can not be modified except its tolerationSeconds');
    return;
  }
  validateTolerations(errs, at, now);
}

function validateGateUpdate(errs: Errors, now: Spec, old: Spec): void {
  for (const [i, { name = '' }] of (now.schedulingGates ?? []).entries()) {
    if (old.schedulingGates?.some((gate) => gate.name === name)) continue;
    const at = SPEC.child('schedulingGates').index(i).child('name');
    errs.forbidden(at, `only deletion is allowed, but found new scheduling gate '${name}'`);
  }
}

/** The new spec with everything that may change put back to what it was: what still differs is forbidden. */
function withMutable(errs: Errors, now: Spec, old: Spec): Spec {
  const images = (list: 'containers' | 'initContainers') =>
    now[list]?.map((c, i) => ({ ...c, image: old[list]?.[i]?.image }));
  const grace = (old.terminationGracePeriodSeconds ?? 0) < 0 && now.terminationGracePeriodSeconds === 1;
  const compared: Spec = {
    ...now,
    containers: images('containers'),
    initContainers: images('initContainers'),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
    ...(grace ? { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds } : {}),
  };
  if (!old.schedulingGates?.length) return compared;
  // A pod that is not yet handed to the scheduler may be narrowed to fewer nodes.
  validateGatedNodeSelector(errs, SPEC.child('nodeSelector'), now.nodeSelector, old.nodeSelector);
  const affinity = gatedNodeAffinity(errs, SPEC.child('affinity').child('nodeAffinity'), now.affinity, old.affinity);
  return { ...compared, nodeSelector: old.nodeSelector, affinity };
}

export function validateBinding(errs: Errors, binding: Loose<Binding>): void {
  const { kind = '', name = '' } = binding.target ?? {};
  if (kind !== '' && kind !== 'Node') errs.notSupported(Path.of('target', 'kind'), kind, ['Node', '<empty>']);
  if (name === '') errs.required(Path.of('target', 'name'));
}
