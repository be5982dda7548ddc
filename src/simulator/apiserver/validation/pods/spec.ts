// Models ValidatePodSpec of pkg/apis/core/validation.
import type { PodDNSConfig, PodResourceClaim, PodSpec } from '../../../../model/generated/core.v1.ts';
import { dnsLabel, dnsSubdomain, qualifiedName, requiredEnum } from '../common.ts';
import { type Errors, type Loose, NO_PATH, type Path } from '../field.ts';
import { validateLegacyIp } from '../ip.ts';
import { validateLabels } from '../labels.ts';
import type { Meta } from '../meta.ts';
import { isDns1123Subdomain, isDns1123SubdomainWithUnderscore, rangeError } from '../names.ts';
import { Ordered } from '../value.ts';
import { validateAffinity, validateSpread, validateTolerations } from './affinity.ts';
import {
  type ContainerContext,
  validateContainers,
  validateEphemeralContainers,
  validateInitContainers,
} from './containers.ts';
import { DNS_POLICIES, PREEMPTION_POLICIES, RESTART_POLICIES } from './enums.ts';
import { validatePodResources, validateResources } from './resources.ts';
import { validatePodSecurity } from './security.ts';
import { eachContainer } from './visit.ts';
import { validateVolumes } from './volumes.ts';
import { validateHostProcess, validateOs } from './windows.ts';

type Spec = Loose<PodSpec>;

const MAX_INT32 = 2 ** 31 - 1;
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** `pod` is the metadata of a real pod, and absent for a template. */
export function validatePodSpec(errs: Errors, path: Path, spec: Spec, pod: Meta | undefined): void {
  if (spec.terminationGracePeriodSeconds === undefined) errs.required(path.child('terminationGracePeriodSeconds'));
  const volumes = validateVolumes(errs, path.child('volumes'), spec.volumes ?? [], pod);
  const claims = new Set<string>();
  for (const { name } of spec.resourceClaims ?? []) if (name) claims.add(name);
  if (spec.resourceClaims) validateResourceClaims(errs, path.child('resourceClaims'), spec.resourceClaims, pod);
  const c: ContainerContext = {
    errs,
    volumes,
    claims,
    grace: spec.terminationGracePeriodSeconds,
    os: spec.os?.name,
    restartPolicy: spec.restartPolicy ?? '',
    hostUsers: spec.hostUsers ?? true,
  };
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec;
  validateContainers(c, path.child('containers'), containers);
  validateInitContainers(c, path.child('initContainers'), initContainers, containers);
  const others = [...containers, ...initContainers];
  validateEphemeralContainers(c, path.child('ephemeralContainers'), ephemeralContainers, others);
  validatePodResources(errs, path, spec, claims);
  if (spec.hostNetwork) validateHostNetworkPorts(errs, path, spec, pod !== undefined);
  validatePlacement(errs, path, spec);
  validateIdentity(errs, path, spec);
  validateRest(errs, path, spec);
  validateFileKeyVolumes(errs, path, spec);
}

function validatePlacement(errs: Errors, path: Path, spec: Spec): void {
  requiredEnum(errs, path.child('restartPolicy'), spec.restartPolicy, RESTART_POLICIES);
  requiredEnum(errs, path.child('dnsPolicy'), spec.dnsPolicy, DNS_POLICIES);
  if (spec.nodeSelector) validateLabels(errs, path.child('nodeSelector'), spec.nodeSelector);
  validatePodSecurity(errs, path.child('securityContext'), spec);
  validateAffinity(errs, path.child('affinity'), spec.affinity);
  validateDnsConfig(errs, path.child('dnsConfig'), spec);
  for (const [i, { conditionType = '' }] of (spec.readinessGates ?? []).entries()) {
    qualifiedName(errs, path.child('readinessGates').index(i).child('conditionType'), conditionType);
  }
  const gates = new Set<string>();
  for (const [i, { name = '' }] of (spec.schedulingGates ?? []).entries()) {
    const at = path.child('schedulingGates').index(i);
    qualifiedName(errs, at, name);
    if (gates.has(name)) errs.duplicate(at, name);
    gates.add(name);
  }
  if (spec.topologySpreadConstraints) {
    validateSpread(errs, path.child('topologySpreadConstraints'), spec.topologySpreadConstraints);
  }
  validateHostProcess(errs, path, spec);
  if (spec.hostUsers === false) validateHostUsers(errs, path, spec);
}

function validateIdentity(errs: Errors, path: Path, spec: Spec): void {
  if (spec.hostnameOverride !== undefined) validateHostnameOverride(errs, path.child('hostnameOverride'), spec);
  for (const field of ['serviceAccountName', 'nodeName'] as const) {
    const value = spec[field];
    if (value) errs.each(path.child(field), value, isDns1123Subdomain(value));
  }
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) {
    errs.invalid(path.child('activeDeadlineSeconds'), deadline, rangeError(1, MAX_INT32));
  }
  for (const field of ['hostname', 'subdomain'] as const) {
    const value = spec[field];
    if (value) dnsLabel(errs, path.child(field), value);
  }
}

function validateRest(errs: Errors, path: Path, spec: Spec): void {
  if (spec.tolerations) validateTolerations(errs, path.child('tolerations'), spec.tolerations);
  for (const [i, { ip = '', hostnames = [] }] of (spec.hostAliases ?? []).entries()) {
    const at = path.child('hostAliases').index(i);
    validateLegacyIp(errs, at.child('ip'), ip);
    for (const [j, name] of hostnames.entries()) dnsSubdomain(errs, at.child('hostnames').index(j), name);
  }
  if (spec.priorityClassName) dnsSubdomain(errs, path.child('priorityClassName'), spec.priorityClassName);
  if (spec.runtimeClassName !== undefined) dnsSubdomain(errs, path.child('runtimeClassName'), spec.runtimeClassName);
  if (spec.preemptionPolicy !== undefined) {
    requiredEnum(errs, path.child('preemptionPolicy'), spec.preemptionPolicy, PREEMPTION_POLICIES);
  }
  if (spec.overhead) validateResources(errs, path.child('overhead'), { limits: spec.overhead }, new Set());
  validateOs(errs, path, spec);
  const group = (spec as { readonly schedulingGroup?: { readonly podGroupName?: string } }).schedulingGroup;
  if (group) {
    const at = path.child('schedulingGroup').child('podGroupName');
    if (group.podGroupName === undefined) errs.invalid(at, undefined, 'must specify one of: `podGroupName`');
    else dnsSubdomain(errs, at, group.podGroupName);
  }
}

function validateResourceClaims(
  errs: Errors,
  path: Path,
  claims: readonly Loose<PodResourceClaim>[],
  pod: Meta | undefined,
): void {
  const names = new Set<string>();
  for (const [i, claim] of claims.entries()) {
    if (pod?.annotations?.[MIRROR_ANNOTATION] !== undefined) {
      errs.forbidden(NO_PATH, 'static pods do not support resource claims');
      continue;
    }
    const at = path.index(i);
    const { name = '', resourceClaimName, resourceClaimTemplateName } = claim;
    if (name === '') errs.required(at.child('name'));
    else if (names.has(name)) errs.duplicate(at.child('name'), name);
    else dnsLabel(errs, at.child('name'), name);
    names.add(name);
    const shown = new Ordered([
      ['Name', name],
      ['ResourceClaimName', resourceClaimName],
      ['ResourceClaimTemplateName', resourceClaimTemplateName],
    ]);
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const detail = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      errs.invalid(at, shown, detail);
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      errs.invalid(at, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    }
    for (const field of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
      const value = claim[field];
      if (value !== undefined) dnsSubdomain(errs, at.child(field), value);
    }
  }
}

/** In a template hostPort may still be absent: the pod's defaults will fill it in. */
function validateHostNetworkPorts(errs: Errors, path: Path, spec: Spec, isPod: boolean): void {
  for (const [i, { ports = [] }] of (spec.containers ?? []).entries()) {
    for (const [j, { hostPort = 0, containerPort = 0 }] of ports.entries()) {
      if ((!isPod && hostPort === 0) || hostPort === containerPort) continue;
      const at = path.child('containers').index(i).child('ports').index(j).child('hostPort');
      errs.invalid(at, hostPort, 'must match `containerPort` when `hostNetwork` is true');
    }
  }
}

const DNS_LIMITS = { nameservers: 3, searches: 32, characters: 2048 };

function validateDnsConfig(errs: Errors, path: Path, spec: Spec): void {
  const config = spec.dnsConfig;
  if (spec.dnsPolicy === 'None') {
    if (!config) {
      errs.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None');
      return;
    }
    if (!config.nameservers?.length) {
      const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      errs.required(path.child('nameservers'), detail);
      return;
    }
  }
  if (config) validateDnsLists(errs, path, config);
}

function validateDnsLists(errs: Errors, path: Path, config: Loose<PodDNSConfig>): void {
  const { nameservers = [], searches = [], options = [] } = config;
  const servers = path.child('nameservers');
  if (nameservers.length > DNS_LIMITS.nameservers) {
    errs.invalid(servers, nameservers, `must not have more than ${DNS_LIMITS.nameservers} nameservers`);
  }
  for (const [i, server] of nameservers.entries()) validateLegacyIp(errs, servers.index(i), server);
  const domains = path.child('searches');
  if (searches.length > DNS_LIMITS.searches) {
    errs.invalid(domains, searches, `must not have more than ${DNS_LIMITS.searches} search paths`);
  }
  if (searches.join(' ').length > DNS_LIMITS.characters) {
    const detail = `must not have more than ${DNS_LIMITS.characters} characters (including spaces) in the search list`;
    errs.invalid(domains, searches, detail);
  }
  for (const [i, search] of searches.entries()) {
    if (search === '.') continue;
    const domain = search.endsWith('.') ? search.slice(0, -1) : search;
    errs.each(domains.index(i), domain, isDns1123SubdomainWithUnderscore(domain));
  }
  for (const [i, option] of options.entries()) {
    if (!option.name) errs.required(path.child('options').index(i), 'must not be empty');
  }
}

function validateHostUsers(errs: Errors, path: Path, spec: Spec): void {
  const detail = 'when `hostUsers` is false';
  if (spec.hostNetwork) errs.forbidden(path.child('hostNetwork'), detail);
  if (spec.hostPID) errs.forbidden(path.child('HostPID'), detail);
  if (spec.hostIPC) errs.forbidden(path.child('HostIPC'), detail);
  eachContainer(spec, path, (container, at) => {
    if (container.volumeDevices?.length) errs.forbidden(at().child('volumeDevices'), detail);
  });
}

function validateHostnameOverride(errs: Errors, path: Path, spec: Spec): void {
  const name = spec.hostnameOverride ?? '';
  if (spec.setHostnameAsFQDN) errs.forbidden(path, 'may not be specified when setHostnameAsFQDN is true');
  if (spec.hostNetwork) errs.forbidden(path, 'may not be specified when hostNetwork is true');
  if (name.length > 64) errs.tooLong(path, 64);
  dnsSubdomain(errs, path, name);
}

/** Environment files live in emptyDir volumes only. */
function validateFileKeyVolumes(errs: Errors, path: Path, spec: Spec): void {
  eachContainer(spec, path, (container, at) => {
    for (const [i, variable] of (container.env ?? []).entries()) {
      const ref = variable.valueFrom?.fileKeyRef;
      if (!ref) continue;
      const { volumeName = '' } = ref;
      const where = at().child('env').index(i).child('valueFrom').child('fileKeyRef').child('volumeName');
      const volume = (spec.volumes ?? []).find((v) => v.name === volumeName);
      if (!volume) errs.notFound(where, volumeName);
      else if (!volume.emptyDir) errs.invalid(where, volumeName, 'referenced volume must be of type emptyDir');
    }
  });
}
