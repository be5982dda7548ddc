// Models the checks that concern Windows, and those that keep Linux and Windows settings apart.
import type { PodSpec, WindowsSecurityContextOptions } from '../../../../model/generated/core.v1.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { isDns1123Subdomain } from '../names.ts';
import { eachContainer } from './visit.ts';

const MAX_SPEC_KIB = 64;

export function validateWindowsOptions(
  errs: Errors,
  path: Path,
  options: Loose<WindowsSecurityContextOptions> | undefined,
): void {
  if (!options) return;
  const { gmsaCredentialSpecName: specName, gmsaCredentialSpec: spec, runAsUserName } = options;
  if (specName !== undefined) errs.each(path.child('gmsaCredentialSpecName'), specName, isDns1123Subdomain(specName));
  if (spec !== undefined) {
    const at = path.child('gmsaCredentialSpec');
    if (spec === '') errs.invalid(at, spec, 'gmsaCredentialSpec cannot be an empty string');
    else if (spec.length > MAX_SPEC_KIB * 1024) {
      errs.invalid(at, spec, `gmsaCredentialSpec size must be under ${MAX_SPEC_KIB} KiB`);
    }
  }
  if (runAsUserName !== undefined) {
    errs.each(path.child('runAsUserName'), runAsUserName, userNameMessages(runAsUserName));
  }
}

const DNS_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const DNS_DOMAIN = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`);
const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;

function userNameMessages(name: string): readonly string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if (/\p{Cc}/u.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const user = parts.at(-1) ?? '';
  const domain = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const messages: string[] = [];
  if ((domain ?? '').length >= 256) messages.push("runAsUserName's Domain length must be under 256 characters");
  if (domain !== undefined && !NET_BIOS.test(domain) && !DNS_DOMAIN.test(domain)) {
    messages.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === '') messages.push("runAsUserName's User cannot be empty");
  else if (user.length > 104) messages.push("runAsUserName's User length must not be longer than 104 characters");
  if (/^[. ]+$/.test(user)) messages.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    messages.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
  }
  return messages;
}

/** HostProcess containers: all of a pod's containers, and on the network of the host. */
export function validateHostProcess(errs: Errors, path: Path, spec: Loose<PodSpec>): void {
  const own = spec.securityContext?.windowsOptions?.hostProcess;
  let containers = 0;
  let hostProcess = 0;
  eachContainer(spec, path, (container, at) => {
    containers++;
    const value = container.securityContext?.windowsOptions?.hostProcess;
    if (own !== undefined && value !== undefined && own !== value) {
      const where = at().child('securityContext').child('windowsOptions').child('hostProcess');
      errs.invalid(where, value, `pod hostProcess value must be identical if both are specified, was ${own}`);
    }
    if (value ?? own) hostProcess++;
  });
  if (hostProcess === 0) return;
  if (hostProcess !== containers) {
    const detail = 'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errs.invalid(path, '', detail);
  }
  if (!spec.hostNetwork) {
    const detail = 'hostNetwork must be true if pod contains any hostProcess containers';
    errs.invalid(path.child('hostNetwork'), false, detail);
  }
}

const LINUX_ONLY_POD = [
  'sc.appArmorProfile',
  'sc.seLinuxOptions',
  'hostUsers',
  'hostPID',
  'hostIPC',
  'sc.seccompProfile',
  'sc.fsGroup',
  'sc.fsGroupChangePolicy',
  'sc.sysctls',
  'shareProcessNamespace',
  'sc.runAsUser',
  'sc.runAsGroup',
  'sc.supplementalGroups',
  'sc.supplementalGroupsPolicy',
  'sc.seLinuxChangePolicy',
];

const LINUX_ONLY_CONTAINER = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];

type Fields = { readonly [field: string]: unknown };

const isSet = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

export function validateOs(errs: Errors, path: Path, spec: Loose<PodSpec>): void {
  if (!spec.os) return;
  const { name = '' } = spec.os;
  if (name === '') errs.required(path.child('os').child('name'));
  else if (name === 'linux') validateLinux(errs, path, spec);
  else if (name === 'windows') validateWindows(errs, path, spec);
  else errs.notSupported(path.child('os'), name, ['linux', 'windows']);
}

function validateLinux(errs: Errors, path: Path, spec: Loose<PodSpec>): void {
  const detail = 'windows options cannot be set for a linux pod';
  const field = (at: Path): Path => at.child('securityContext').child('windowsOptions');
  if (spec.securityContext?.windowsOptions) errs.forbidden(field(path), detail);
  eachContainer(spec, path, (container, at) => {
    if (container.securityContext?.windowsOptions) errs.forbidden(field(at()), detail);
  });
}

function validateWindows(errs: Errors, path: Path, spec: Loose<PodSpec>): void {
  const detail = 'cannot be set for a windows pod';
  const own = spec as Fields;
  const context = (spec.securityContext ?? {}) as Fields;
  for (const name of LINUX_ONLY_POD) {
    const field = name.replace('sc.', '');
    const inContext = field !== name;
    const value = inContext ? context[field] : own[field];
    // hostPID and hostIPC are plain booleans upstream: false is the same as absent.
    if (!isSet(value) || (value === false && /^host(PID|IPC)$/.test(field))) continue;
    errs.forbidden((inContext ? path.child('securityContext') : path).child(field), detail);
  }
  eachContainer(spec, path, (container, at) => {
    const sc = (container.securityContext ?? {}) as Fields;
    for (const field of LINUX_ONLY_CONTAINER) {
      if (isSet(sc[field])) errs.forbidden(at().child('securityContext').child(field), detail);
    }
  });
}
