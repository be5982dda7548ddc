// Models ValidatePodStatusUpdate: what kubelets, the scheduler and controllers write about a pod.
import type {
  Container,
  ContainerStatus,
  ContainerUser,
  PodCondition,
  PodSpec,
  PodStatus,
} from '../../../../model/generated/core.v1.ts';
import { dnsSubdomain, immutable, qualifiedName } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { isIpv6, validateLegacyIp } from '../ip.ts';
import { validateMetaUpdate } from '../meta.ts';
import { isUnixId } from '../names.ts';
import { validateAnnotationUpdate } from './annotations.ts';
import { ANNOTATIONS, type LoosePod } from './pod.ts';

type Spec = Loose<PodSpec>;
type Status = Loose<PodStatus>;
type Statuses = readonly Loose<ContainerStatus>[];

const STATUS = Path.of('status');
const NEGATIVE_GENERATION = 'must be a non-negative integer';
const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];
const LISTS = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;

export function validatePodStatus(errs: Errors, now: LoosePod, old: LoosePod): void {
  const { spec = {}, status = {}, metadata } = now;
  const { spec: oldSpec = {}, status: before = {} } = old;
  validateMetaUpdate(errs, metadata, old.metadata);
  validateAnnotationUpdate(errs, ANNOTATIONS, metadata?.annotations, old.metadata?.annotations, spec);
  validateConditions(errs, STATUS.child('conditions'), status.conditions ?? []);
  if (spec.nodeName !== oldSpec.nodeName) errs.forbidden(STATUS.child('nodeName'), 'may not be changed directly');
  validateNominated(errs, status, before, oldSpec);
  const generation = status.observedGeneration ?? 0;
  if (generation < 0) errs.invalid(STATUS.child('observedGeneration'), generation, NEGATIVE_GENERATION);
  immutable(errs, STATUS.child('qosClass'), status.qosClass ?? '', before.qosClass ?? '');
  for (const list of LISTS) {
    validateTransitions(errs, STATUS.child(list), status[list] ?? [], before[list] ?? [], restarts(oldSpec, list));
  }
  validateClaims(errs, status, spec);
  validateIps(errs, status, before);
  for (const list of LISTS) validateUsers(errs, STATUS.child(list), status[list] ?? [], spec.os?.name);
}

function validateConditions(errs: Errors, path: Path, conditions: readonly Loose<PodCondition>[]): void {
  for (const [i, { type = '', observedGeneration = 0 }] of conditions.entries()) {
    const at = path.index(i);
    if (observedGeneration < 0) errs.invalid(at.child('observedGeneration'), observedGeneration, NEGATIVE_GENERATION);
    if (!SYSTEM_CONDITIONS.includes(type)) qualifiedName(errs, at.child('Type'), type);
  }
}

function validateNominated(errs: Errors, status: Status, before: Status, oldSpec: Spec): void {
  const { nominatedNodeName: name = '' } = status;
  const at = STATUS.child('nominatedNodeName');
  if (name === '' || name === before.nominatedNodeName) return;
  dnsSubdomain(errs, at, name);
  if (oldSpec.nodeName) errs.forbidden(at, 'may not be set on pods that are already bound to a node');
}

/** Whether a container that ended with this code is started again. */
type Restarts = (name: string, exitCode: number) => boolean;

function restarts(spec: Spec, list: (typeof LISTS)[number]): Restarts {
  if (list === 'ephemeralContainerStatuses') return () => false;
  const regular: readonly Loose<Container>[] = spec.containers ?? [];
  const inits: readonly Loose<Container>[] = spec.initContainers ?? [];
  const containers = list === 'containerStatuses' ? regular : inits;
  const all = [...regular, ...inits].some((c) =>
    c.restartPolicyRules?.some((r) => r.action === 'RestartAllContainers'),
  );
  return (name, exitCode) => {
    const container = containers.find((c) => c.name === name);
    if (all) return true;
    if (!container) return false;
    const matches = container.restartPolicyRules?.some((rule) => {
      const { operator, values = [] } = rule.exitCodes ?? {};
      return rule.action === 'Restart' && values.includes(exitCode) === (operator === 'In');
    });
    const policy = container.restartPolicy ?? spec.restartPolicy;
    return matches || policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
  };
}

function validateTransitions(errs: Errors, path: Path, now: Statuses, old: Statuses, mayRestart: Restarts): void {
  for (const [i, { name = '', state }] of old.entries()) {
    if (!state?.terminated) continue;
    const after = now.find((status) => status.name === name);
    if (!after || after.state?.terminated || mayRestart(name, state.terminated.exitCode ?? 0)) continue;
    errs.forbidden(path.index(i).child('state'), 'may not be transitioned to non-terminated state');
  }
}

function validateClaims(errs: Errors, status: Status, spec: Spec): void {
  const seen = new Set<string>();
  for (const [i, { name = '', resourceClaimName: claim }] of (status.resourceClaimStatuses ?? []).entries()) {
    const at = STATUS.child('resourceClaimStatuses').index(i);
    if (!spec.resourceClaims?.some((c) => c.name === name)) {
      errs.invalid(at.child('name'), name, 'must match the name of an entry in `spec.resourceClaims`');
    }
    if (seen.has(name)) errs.duplicate(at.child('name'), name);
    seen.add(name);
    if (claim !== undefined) dnsSubdomain(errs, at.child('resourceClaimName'), claim);
  }
}

const ONE_PER_FAMILY = 'may specify no more than one IP for each IP family';

function validateIps(errs: Errors, status: Status, before: Status): void {
  const texts = (ips: readonly { readonly ip?: string }[] | undefined) => (ips ?? []).map(({ ip = '' }) => ip);
  for (const field of ['podIPs', 'hostIPs'] as const) {
    const at = STATUS.child(field);
    const ips = texts(status[field]);
    const existing = texts(before[field]);
    if (field === 'hostIPs' && ips.length > 0 && (status.hostIP ?? '') !== ips[0]) {
      errs.invalid(at.index(0).child('ip'), ips[0], 'must be equal to `hostIP`');
    }
    for (const [i, ip] of ips.entries()) validateLegacyIp(errs, at.index(i), ip, existing);
    if (ips.length > 1 && (new Set(ips.map(isIpv6)).size < 2 || ips.length > 2)) {
      const shown = ips.map((IP) => ({ IP }));
      errs.invalid(at, shown, ONE_PER_FAMILY);
    }
  }
}

function validateUsers(errs: Errors, path: Path, statuses: Statuses, os: string | undefined): void {
  for (const [i, { user }] of statuses.entries()) {
    const at = path.index(i).child('linux');
    if (!user?.linux) continue;
    if (os === 'windows') errs.forbidden(at, 'cannot be set for a windows pod');
    else validateUser(errs, at, user.linux);
  }
}

function validateUser(errs: Errors, path: Path, user: NonNullable<Loose<ContainerUser>['linux']>): void {
  for (const field of ['uid', 'gid'] as const) {
    const id = user[field] ?? 0;
    errs.each(path.child(field), id, isUnixId(id));
  }
  for (const [i, id] of (user.supplementalGroups ?? []).entries()) {
    errs.each(path.child('supplementalGroups').index(i), id, isUnixId(id));
  }
}
