// Models ValidatePodResize and ValidatePodEphemeralContainersUpdate: the parts of a running pod that may still change.
import type { EphemeralContainer, ResourceRequirements } from '../../../../model/generated/core.v1.ts';
import { quote } from '../../../../model/quote.ts';
import { same } from '../common.ts';
import { specDiff } from '../diff.ts';
import { type Errors, type Loose, NO_PATH, type Path } from '../field.ts';
import { validateMetaUpdate } from '../meta.ts';
import { validateAnnotationUpdate } from './annotations.ts';
import { ANNOTATIONS, type LoosePod, SPEC, validateMetaAndSpec } from './pod.ts';
import { printEphemeral } from './printed.ts';
import { qosOf } from './qos.ts';
import { MIRROR_ANNOTATION } from './spec.ts';
import type { LooseContainer } from './visit.ts';

type Resources = Loose<ResourceRequirements>;
type Amounts = { readonly [name: string]: string | number | undefined };

const isMirror = (pod: LoosePod) => pod.metadata?.annotations?.[MIRROR_ANNOTATION] !== undefined;
const ONLY = 'only cpu and memory resources';

export function validateEphemeralContainers(errs: Errors, now: LoosePod, old: LoosePod): void {
  if (isMirror(old)) {
    errs.forbidden(NO_PATH, 'static pods do not support ephemeral containers');
    return;
  }
  const at = SPEC.child('ephemeralContainers');
  const containers: readonly Loose<EphemeralContainer>[] = now.spec?.ephemeralContainers ?? [];
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateMetaAndSpec(errs, now);
  const annotations = now.metadata?.annotations;
  validateAnnotationUpdate(errs, ANNOTATIONS, annotations, old.metadata?.annotations, now.spec ?? {});
  for (const before of old.spec?.ephemeralContainers ?? []) {
    const after = containers.find((c) => c.name === before.name);
    const which = `existing ephemeral containers ${quote(before.name ?? '')} may not be`;
    if (!after) errs.forbidden(at, `${which} removed\n`);
    else if (!same(before, after))
      errs.forbidden(at, `${which} changed\n${specDiff(printEphemeral(before), printEphemeral(after))}`);
  }
}

export function validateResize(errs: Errors, now: LoosePod, old: LoosePod): void {
  const kind = isMirror(old) ? 'static' : old.spec?.os?.name === 'windows' ? 'windows' : undefined;
  if (kind) {
    errs.forbidden(NO_PATH, `${kind} pods cannot be resized`);
    return;
  }
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateMetaAndSpec(errs, now);
  if ((old.status?.qosClass ?? qosOf(old)) !== qosOf(now)) {
    const detail = 'Pod QOS Class may not change as a result of resizing';
    errs.invalid(SPEC, now.status?.qosClass ?? '', detail);
  }
  const running = old.status?.containerStatuses?.find((c) => c.state?.running);
  if (running && !running.resources) errs.forbidden(SPEC, 'Pod running on node without support for resize');
  validatePodLevel(errs, now.spec?.resources, old.spec?.resources);
  if (old.status?.nodeAllocatableResourceClaimStatuses?.length) {
    errs.forbidden(SPEC, 'pods with node allocatable resource claims cannot be resized');
  }
  if (sameContainers(errs, now, old)) validateAmounts(errs, now, old);
}

function isThere(resources: Resources | undefined): boolean {
  return Object.keys(resources?.requests ?? {}).length + Object.keys(resources?.limits ?? {}).length > 0;
}

function validatePodLevel(errs: Errors, now: Resources | undefined, old: Resources | undefined): void {
  if (!isThere(now) && !isThere(old)) return;
  const at = SPEC.child('resources');
  if (old && !now) {
    errs.forbidden(at, 'pod-level resources cannot be removed');
    return;
  }
  for (const name of ['requests', 'limits'] as const) {
    if (old && isRemoved(now?.[name], old[name])) {
      errs.forbidden(at.child(name), `pod-level resource ${name} cannot be removed`);
    }
  }
  if (!same(restored(now, old), old)) errs.forbidden(SPEC, `${ONLY} are mutable at pod-level`);
}

const LISTS = ['containers', 'initContainers'] as const;

function sameContainers(errs: Errors, now: LoosePod, old: LoosePod): boolean {
  const before = errs.count;
  for (const list of LISTS) {
    const [a, b] = [now.spec?.[list] ?? [], old.spec?.[list] ?? []];
    const at = SPEC.child(list);
    if (a.length !== b.length) errs.forbidden(at, `${list} may not be added or removed on resize`);
    else {
      for (const [i, container] of b.entries()) {
        if (a[i]?.name === container.name) continue;
        errs.forbidden(at.index(i).child('name'), `${list} may not be renamed or reordered on resize`);
      }
    }
  }
  return errs.count === before;
}

/** Gate InPlacePodVerticalScalingInitContainers, on since v1.36: init containers that are no sidecars may be resized too. */
function validateAmounts(errs: Errors, now: LoosePod, old: LoosePod): void {
  const [{ containers = [], initContainers = [], ...rest }, { spec: was = {} }] = [now.spec ?? {}, old];
  const inits = was.initContainers ?? [];
  const regular = was.containers ?? [];
  for (const [i, before] of inits.entries()) {
    const at = SPEC.child('initContainers').index(i).child('resources');
    validateRemoved(errs, at, initContainers[i]?.resources, before.resources);
  }
  for (const [i, before] of regular.entries()) {
    const at = SPEC.child('containers').index(i).child('resources');
    validateRemoved(errs, at, containers[i]?.resources, before.resources);
  }
  for (const [i, before] of regular.entries()) {
    if (!same(withOld(containers[i] ?? {}, before), before)) errs.forbidden(SPEC, `${ONLY} are mutable`);
  }
  for (const [i, before] of inits.entries()) {
    const at = SPEC.child('initContainers').index(i);
    if (!same(withOld(initContainers[i] ?? {}, before), before)) {
      errs.forbidden(at, `${ONLY} for init or sidecar containers are mutable`);
    }
  }
  if (errs.count > 0) return;
  const { containers: _, initContainers: __, ...wasRest } = was;
  if (!same({ ...rest, resources: restored(rest.resources, was.resources) }, wasRest)) {
    errs.forbidden(SPEC, `${ONLY} are mutable`);
  }
}

function validateRemoved(errs: Errors, path: Path, now: Resources | undefined, old: Resources | undefined): void {
  for (const name of ['requests', 'limits'] as const) {
    if (isRemoved(now?.[name], old?.[name])) errs.forbidden(path.child(name), `resource ${name} cannot be removed`);
  }
}

function isRemoved(now: Amounts | undefined, old: Amounts | undefined): boolean {
  return Object.keys(old ?? {}).some((name) => now?.[name] === undefined);
}

/** The new amounts with those of cpu and memory put back to what they were. */
function restoredAmounts(now: Amounts | undefined, old: Amounts | undefined): Amounts {
  const { cpu: _, memory: __, ...rest } = now ?? {};
  const { cpu, memory } = old ?? {};
  return { ...rest, ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
}

function restored(now: Resources | undefined, old: Resources | undefined): Resources | undefined {
  const requests = restoredAmounts(now?.requests, old?.requests);
  const limits = restoredAmounts(now?.limits, old?.limits);
  const shown = {
    ...now,
    requests: Object.keys(requests).length > 0 ? requests : undefined,
    limits: Object.keys(limits).length > 0 ? limits : undefined,
  };
  return Object.values(shown).some((v) => v !== undefined) ? (shown as Resources) : undefined;
}

function withOld(container: LooseContainer, old: LooseContainer): LooseContainer {
  return { ...container, resources: restored(container.resources, old.resources) ?? old.resources };
}
