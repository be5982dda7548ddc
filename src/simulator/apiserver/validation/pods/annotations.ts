// Models the checks of annotations that mean something on a pod: mirror pods, deletion cost, seccomp and AppArmor of old.
import type { PodSpec } from '../../../../model/generated/core.v1.ts';
import { sortedKeys } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import type { StringMap } from '../labels.ts';
import { descendingPath } from '../paths.ts';
import { MIRROR_ANNOTATION } from './spec.ts';
import { eachContainer } from './visit.ts';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

type Spec = Loose<PodSpec>;

export function validatePodAnnotations(errs: Errors, path: Path, annotations: StringMap | undefined, spec: Spec): void {
  if (!annotations) return;
  const mirror = annotations[MIRROR_ANNOTATION];
  if (mirror !== undefined && !spec.nodeName) {
    errs.invalid(path.key(MIRROR_ANNOTATION), mirror, 'must set spec.nodeName if mirror pod annotation is set');
  }
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isInt32(cost)) {
    errs.invalid(path.key(DELETION_COST), cost, 'must be a 32bit integer');
  }
  const seccomp = annotations[SECCOMP_POD];
  if (seccomp !== undefined) validateSeccompText(errs, path.child(SECCOMP_POD), seccomp);
  for (const key of sortedKeys(annotations)) {
    if (key.startsWith(SECCOMP_CONTAINER)) validateSeccompText(errs, path.child(key), annotations[key] ?? '');
  }
  for (const key of sortedKeys(annotations)) {
    if (key.startsWith(APPARMOR)) validateAppArmorText(errs, path.key(key), key, annotations[key] ?? '', spec);
  }
}

/** No plus sign and no leading zeros. */
function isInt32(text: string): boolean {
  return /^(0|-?[1-9]\d*)$/.test(text) && Math.abs(Number(text) + 0.5) <= 2 ** 31 - 0.5;
}

function validateSeccompText(errs: Errors, path: Path, profile: string): void {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return;
  if (profile.startsWith('localhost/')) descendingPath(errs, path, profile.slice('localhost/'.length));
  else errs.invalid(path, profile, 'must be a valid seccomp profile');
}

function validateAppArmorText(errs: Errors, path: Path, key: string, profile: string, spec: Spec): void {
  const name = key.slice(APPARMOR.length);
  let found = false;
  eachContainer(spec, path, (container) => {
    found ||= container.name === name;
  });
  if (!found) errs.invalid(path, name, 'container not found');
  if (profile === '' || profile === 'runtime/default' || profile === 'unconfined') return;
  if (!profile.startsWith('localhost/')) {
    errs.invalid(path, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`);
  }
}

export function validateAnnotationUpdate(
  errs: Errors,
  path: Path,
  now: StringMap | undefined,
  old: StringMap | undefined,
  spec: Spec,
): void {
  const special = (key: string): string | undefined =>
    key.startsWith(APPARMOR) ? 'AppArmor annotations' : key === MIRROR_ANNOTATION ? 'mirror pod annotation' : undefined;
  for (const key of sortedKeys(old)) {
    const what = special(key);
    if (what && now?.[key] !== old?.[key]) errs.forbidden(path.key(key), `may not remove or update ${what}`);
  }
  for (const key of sortedKeys(now)) {
    const what = special(key);
    if (what && old?.[key] === undefined) errs.forbidden(path.key(key), `may not add ${what}`);
  }
  validatePodAnnotations(errs, path, now, spec);
}

interface Profile {
  readonly type?: string | undefined;
  readonly localhostProfile?: string | undefined;
}

/** Where a profile is given both as a field and as the annotation of old, they must say the same. */
function compareProfile(errs: Errors, path: Path, kind: 'seccomp' | 'apparmor', text: string, profile: Profile): void {
  const mismatch = (field: string, what: string): void =>
    errs.forbidden(path.child(field), `${kind} ${what} in annotation and field must match`);
  if (profile.type === 'Unconfined') {
    if (text !== 'unconfined') mismatch('type', 'type');
  } else if (profile.type === 'RuntimeDefault') {
    const same = text === 'runtime/default' || (kind === 'seccomp' && text === 'docker/default');
    if (!same) mismatch('type', 'type');
  } else if (profile.type === 'Localhost') {
    if (!text.startsWith('localhost/')) mismatch('type', 'type');
    else if (text.slice('localhost/'.length) !== profile.localhostProfile) mismatch('localhostProfile', 'profile');
  }
}

export function validateProfilesMatch(errs: Errors, path: Path, annotations: StringMap | undefined, spec: Spec): void {
  if (!annotations) return;
  const own = spec.securityContext;
  const text = annotations[SECCOMP_POD];
  if (own?.seccompProfile && text !== undefined) {
    compareProfile(errs, path.child('securityContext').child('seccompProfile'), 'seccomp', text, own.seccompProfile);
  }
  eachContainer(spec, path, (container, at) => {
    const value = annotations[SECCOMP_CONTAINER + (container.name ?? '')];
    const profile = container.securityContext?.seccompProfile;
    if (!profile || value === undefined) return;
    compareProfile(errs, at().child('securityContext').child('seccompProfile'), 'seccomp', value, profile);
  });
  if (spec.os?.name === 'windows') return;
  eachContainer(spec, path, (container, at) => {
    const value = annotations[APPARMOR + (container.name ?? '')];
    const profile = container.securityContext?.appArmorProfile ?? own?.appArmorProfile;
    if (!profile || value === undefined) return;
    compareProfile(errs, at().child('securityContext').child('appArmorProfile'), 'apparmor', value, profile);
  });
}
