// Models the checks of security contexts, of pods and of containers.
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
} from '../../../../model/generated/core.v1.ts';
import { optionalEnum } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { isUnixId } from '../names.ts';
import { descendingPath } from '../paths.ts';
import { Ordered } from '../value.ts';
import { validateWindowsOptions } from './windows.ts';

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function validateSeccomp(errs: Errors, path: Path, profile: Loose<SeccompProfile> | undefined): void {
  if (!profile) return;
  const { type = '', localhostProfile } = profile;
  if (type === '') errs.required(path.child('type'), 'type is required when seccompProfile is set');
  else if (!PROFILE_TYPES.includes(type)) errs.notSupported(path.child('type'), type, PROFILE_TYPES);
  const at = path.child('localhostProfile');
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return;
    const shown = new Ordered([
      ['Type', type],
      ['LocalhostProfile', localhostProfile],
    ]);
    errs.invalid(at, shown, 'can only be set when seccomp type is Localhost');
  } else if (localhostProfile === undefined) errs.required(at, 'must be set when seccomp type is Localhost');
  else descendingPath(errs, at, localhostProfile);
}

const PATH_MAX = 4095;

function validateAppArmor(errs: Errors, path: Path, profile: Loose<AppArmorProfile> | undefined): void {
  if (!profile) return;
  const { type = '', localhostProfile } = profile;
  const at = path.child('localhostProfile');
  if (type === 'Localhost') {
    const trimmed = localhostProfile?.trim();
    if (trimmed !== localhostProfile) errs.invalid(at, localhostProfile, 'must not be padded with whitespace');
    else if (!trimmed) errs.required(at, 'must be set when AppArmor type is Localhost');
    if ((localhostProfile ?? '').length > PATH_MAX) errs.tooLong(at, PATH_MAX);
  } else if (type === '') errs.required(path.child('type'), 'type is required when appArmorProfile is set');
  else if (!PROFILE_TYPES.includes(type)) errs.notSupported(path.child('type'), type, PROFILE_TYPES);
  else if (localhostProfile !== undefined) {
    errs.invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost');
  }
}

function validateId(errs: Errors, path: Path, field: string, id: number | undefined): void {
  if (id !== undefined) errs.each(path.child(field), id, isUnixId(id));
}

export function validateSecurityContext(
  errs: Errors,
  path: Path,
  sc: Loose<SecurityContext> | undefined,
  hostUsers: boolean,
): void {
  if (!sc) return;
  validateId(errs, path, 'runAsUser', sc.runAsUser);
  validateId(errs, path, 'runAsGroup', sc.runAsGroup);
  if (sc.procMount !== undefined) {
    optionalEnum(errs, path, 'procMount', sc.procMount, ['Default', 'Unmasked']);
    if (hostUsers && sc.procMount === 'Unmasked') {
      errs.invalid(path.child('procMount'), sc.procMount, '`hostUsers` must be false to use `Unmasked`');
    }
  }
  validateSeccomp(errs, path.child('seccompProfile'), sc.seccompProfile);
  if (sc.allowPrivilegeEscalation === false) {
    const prefix = 'cannot set `allowPrivilegeEscalation` to false and ';
    if (sc.privileged) errs.invalid(path, securityValue(sc), `${prefix}\`privileged\` to true`);
    for (const capability of sc.capabilities?.add ?? []) {
      if (capability === 'CAP_SYS_ADMIN') {
        errs.invalid(path, securityValue(sc), `${prefix}\`capabilities.Add\` CAP_SYS_ADMIN`);
      }
    }
  }
  validateWindowsOptions(errs, path.child('windowsOptions'), sc.windowsOptions);
  validateAppArmor(errs, path.child('appArmorProfile'), sc.appArmorProfile);
}

/** The internal struct, which has no JSON names. */
function securityValue(sc: Loose<SecurityContext>): Ordered {
  const { capabilities: caps, seLinuxOptions: se, windowsOptions: win } = sc;
  return new Ordered([
    [
      'Capabilities',
      caps &&
        new Ordered([
          ['Add', caps.add],
          ['Drop', caps.drop],
        ]),
    ],
    ['Privileged', sc.privileged],
    [
      'SELinuxOptions',
      se &&
        new Ordered([
          ['User', se.user ?? ''],
          ['Role', se.role ?? ''],
          ['Type', se.type ?? ''],
          ['Level', se.level ?? ''],
        ]),
    ],
    [
      'WindowsOptions',
      win &&
        new Ordered([
          ['GMSACredentialSpecName', win.gmsaCredentialSpecName],
          ['GMSACredentialSpec', win.gmsaCredentialSpec],
          ['RunAsUserName', win.runAsUserName],
          ['HostProcess', win.hostProcess],
        ]),
    ],
    ['RunAsUser', sc.runAsUser],
    ['RunAsGroup', sc.runAsGroup],
    ['RunAsNonRoot', sc.runAsNonRoot],
    ['ReadOnlyRootFilesystem', sc.readOnlyRootFilesystem],
    ['AllowPrivilegeEscalation', sc.allowPrivilegeEscalation],
    ['ProcMount', sc.procMount],
    ['SeccompProfile', profileValue(sc.seccompProfile)],
    ['AppArmorProfile', profileValue(sc.appArmorProfile)],
  ]);
}

function profileValue(profile: Loose<SeccompProfile> | undefined): Ordered | undefined {
  if (!profile) return undefined;
  return new Ordered([
    ['Type', profile.type ?? ''],
    ['LocalhostProfile', profile.localhostProfile],
  ]);
}

const SYSCTL = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const sysctlTest = new RegExp(SYSCTL);

function validateSysctls(errs: Errors, path: Path, spec: Loose<PodSpec>): void {
  const seen = new Set<string>();
  for (const [i, { name = '' }] of (spec.securityContext?.sysctls ?? []).entries()) {
    const at = path.index(i).child('name');
    if (name === '') errs.required(at);
    else if (name.length > 253 || !sysctlTest.test(name)) {
      errs.invalid(at, name, `must have at most 253 characters and match regex ${SYSCTL}`);
    } else if (seen.has(name)) errs.duplicate(at, name);
    const namespace = sysctlNamespace(name);
    if (spec.hostNetwork && namespace === 'net') {
      errs.invalid(at, name, "may not be specified when 'hostNetwork' is true");
    } else if (spec.hostIPC && namespace === 'ipc') {
      errs.invalid(at, name, "may not be specified when 'hostIPC' is true");
    }
    seen.add(name);
  }
}

/** Which kernel namespace a sysctl belongs to (component-helpers/node/util/sysctl). */
function sysctlNamespace(name: string): 'net' | 'ipc' | undefined {
  const dotted = /^[^./]*\//.test(name) ? name.replaceAll('/', '.') : name;
  if (dotted.startsWith('net.')) return 'net';
  return dotted === 'kernel.sem' || /^(kernel\.shm|kernel\.msg|fs\.mqueue\.)/.test(dotted) ? 'ipc' : undefined;
}

/** hostNetwork, hostPID and the like lie in the spec of v1 and in the security context of upstream's internal type. */
export function validatePodSecurity(errs: Errors, path: Path, spec: Loose<PodSpec>): void {
  if (spec.shareProcessNamespace && spec.hostPID) {
    const ids = path.child('shareProcessNamespace');
    validatePodIds(errs, path, spec.securityContext ?? {});
    errs.invalid(ids, true, 'ShareProcessNamespace and HostPID cannot both be enabled');
  } else if (spec.securityContext) validatePodIds(errs, path, spec.securityContext);
  const sc = spec.securityContext;
  if (!sc) return;
  if (sc.sysctls?.length) validateSysctls(errs, path.child('sysctls'), spec);
  optionalEnum(errs, path, 'fsGroupChangePolicy', sc.fsGroupChangePolicy, ['Always', 'OnRootMismatch']);
  validateSeccomp(errs, path.child('seccompProfile'), sc.seccompProfile);
  validateWindowsOptions(errs, path.child('windowsOptions'), sc.windowsOptions);
  validateAppArmor(errs, path.child('appArmorProfile'), sc.appArmorProfile);
  optionalEnum(errs, path, 'supplementalGroupsPolicy', sc.supplementalGroupsPolicy, ['Merge', 'Strict']);
  optionalEnum(errs, path, 'seLinuxChangePolicy', sc.seLinuxChangePolicy, ['MountOption', 'Recursive']);
}

function validatePodIds(errs: Errors, path: Path, sc: Loose<PodSecurityContext>): void {
  validateId(errs, path, 'fsGroup', sc.fsGroup);
  validateId(errs, path, 'runAsUser', sc.runAsUser);
  validateId(errs, path, 'runAsGroup', sc.runAsGroup);
  for (const [i, id] of (sc.supplementalGroups ?? []).entries()) {
    errs.each(path.child('supplementalGroups').index(i), id, isUnixId(id));
  }
}
