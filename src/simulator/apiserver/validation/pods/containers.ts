// Models the checks of containers, init containers and ephemeral containers.
import type {
  ContainerPort,
  ContainerResizePolicy,
  ContainerRestartRule,
  EphemeralContainer,
} from '../../../../model/generated/core.v1.ts';
import { dnsLabel, requiredEnum } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { isPortName, isPortNumber } from '../names.ts';
import { PROTOCOLS, validatePullPolicy } from './enums.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import { validateDevices, validateMounts } from './mounts.ts';
import { PROBES, validateLifecycle, validateProbe } from './probes.ts';
import { validateResources } from './resources.ts';
import { validateSecurityContext } from './security.ts';
import type { LooseContainer } from './visit.ts';
import type { Volumes } from './volumes.ts';

/** What a container's checks need to know of its pod. */
export interface ContainerContext {
  readonly errs: Errors;
  readonly volumes: Volumes;
  readonly claims: ReadonlySet<string>;
  readonly grace: number | undefined;
  readonly os: string | undefined;
  readonly restartPolicy: string;
  readonly hostUsers: boolean;
}

const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];

function validateCommon(c: ContainerContext, path: Path, container: LooseContainer): void {
  const { errs } = c;
  const { name = '', image = '' } = container;
  if (name === '') errs.required(path.child('name'));
  else dnsLabel(errs, path.child('name'), name);
  if (image === '') errs.required(path.child('image'));
  requiredEnum(errs, path.child('terminationMessagePolicy'), container.terminationMessagePolicy, MESSAGE_POLICIES);
  if (container.ports) validatePorts(errs, path.child('ports'), container.ports);
  if (container.env) validateEnv(errs, path.child('env'), container.env);
  if (container.envFrom) validateEnvFrom(errs, path.child('envFrom'), container.envFrom);
  if (container.volumeMounts) validateMounts(errs, path.child('volumeMounts'), container, c.volumes);
  if (container.volumeDevices) validateDevices(errs, path.child('volumeDevices'), container, c.volumes);
  validatePullPolicy(errs, path.child('imagePullPolicy'), container.imagePullPolicy);
  validateResources(errs, path.child('resources'), container.resources, c.claims);
  if (container.resizePolicy) validateResizePolicy(c, path.child('resizePolicy'), container.resizePolicy);
  validateSecurityContext(errs, path.child('securityContext'), container.securityContext, c.hostUsers);
}

function validatePorts(errs: Errors, path: Path, ports: readonly Loose<ContainerPort>[]): void {
  const names = new Set<string>();
  for (const [i, { name, containerPort = 0, hostPort = 0, protocol }] of ports.entries()) {
    const at = path.index(i);
    if (name) {
      const messages = isPortName(name);
      errs.each(at.child('name'), name, messages);
      if (messages.length === 0 && names.has(name)) errs.duplicate(at.child('name'), name);
      names.add(name);
    }
    if (containerPort === 0) errs.required(at.child('containerPort'));
    else errs.each(at.child('containerPort'), containerPort, isPortNumber(containerPort));
    if (hostPort !== 0) errs.each(at.child('hostPort'), hostPort, isPortNumber(hostPort));
    requiredEnum(errs, at.child('protocol'), protocol, PROTOCOLS);
  }
}

const RESIZABLE = ['cpu', 'memory'];
const RESIZE_POLICIES = ['NotRequired', 'RestartContainer'];

function validateResizePolicy(
  c: ContainerContext,
  path: Path,
  policies: readonly Loose<ContainerResizePolicy>[],
): void {
  const seen = new Set<string>();
  for (const [i, { resourceName = '', restartPolicy = '' }] of policies.entries()) {
    if (seen.has(resourceName)) c.errs.duplicate(path.index(i), resourceName);
    seen.add(resourceName);
    requiredEnum(c.errs, path, resourceName, RESIZABLE);
    requiredEnum(c.errs, path, restartPolicy, RESIZE_POLICIES);
    if (c.restartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      const detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
      c.errs.invalid(path, restartPolicy, detail);
    }
  }
}

const CONTAINER_RESTARTS = ['Always', 'Never', 'OnFailure'];
const RULE_ACTIONS = ['Restart', 'RestartAllContainers'];

function validateRestartPolicy(errs: Errors, path: Path, container: LooseContainer): void {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  if (restartPolicy === undefined) {
    if (rules.length === 0) return;
    errs.required(path.child('restartPolicy'), 'must specify restartPolicy when restart rules are used');
  } else if (!CONTAINER_RESTARTS.includes(restartPolicy)) {
    errs.notSupported(path.child('restartPolicy'), restartPolicy, CONTAINER_RESTARTS);
  }
  const at = path.child('restartPolicyRules');
  if (rules.length > 20) errs.tooMany(at, rules.length, 20);
  for (const [i, rule] of rules.entries()) validateRestartRule(errs, at.index(i), rule);
}

function validateRestartRule(errs: Errors, path: Path, { action = '', exitCodes }: Loose<ContainerRestartRule>): void {
  if (!RULE_ACTIONS.includes(action)) errs.notSupported(path.child('action'), action, RULE_ACTIONS);
  if (!exitCodes) {
    errs.required(path.child('exitCodes'), 'must be specified');
    return;
  }
  const { operator = '', values = [] } = exitCodes;
  const at = path.child('exitCodes');
  if (operator !== 'In' && operator !== 'NotIn') errs.notSupported(at.child('operator'), operator, ['In', 'NotIn']);
  if (values.length > 255) errs.tooMany(at.child('values'), values.length, 255);
}

function validateRunning(c: ContainerContext, path: Path, container: LooseContainer): void {
  const { lifecycle } = container;
  if (lifecycle) validateLifecycle(c.errs, path.child('lifecycle'), lifecycle, c.grace, c.os);
  for (const probe of PROBES) validateProbe(c.errs, path, probe, container[probe], c.grace);
}

export function validateContainers(c: ContainerContext, path: Path, containers: readonly LooseContainer[]): void {
  if (containers.length === 0) {
    c.errs.required(path);
    return;
  }
  const names = new Set<string>();
  for (const [i, container] of containers.entries()) {
    const at = path.index(i);
    const name = container.name ?? '';
    validateCommon(c, at, container);
    if (names.has(name)) c.errs.duplicate(at.child('name'), name);
    names.add(name);
    validateRunning(c, at, container);
    validateRestartPolicy(c.errs, at, container);
  }
  validateHostPorts(c.errs, path, containers);
}

/** No two containers may take the same port of the node. */
function validateHostPorts(errs: Errors, path: Path, containers: readonly LooseContainer[]): void {
  const taken = new Set<string>();
  for (const [i, { ports = [] }] of containers.entries()) {
    for (const [j, { hostPort = 0, protocol = '', hostIP = '' }] of ports.entries()) {
      if (hostPort === 0) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) errs.duplicate(path.index(i).child('ports').index(j).child('hostPort'), key);
      taken.add(key);
    }
  }
}

const NOT_FOR_INIT = ['lifecycle', ...PROBES] as const;

export function validateInitContainers(
  c: ContainerContext,
  path: Path,
  containers: readonly LooseContainer[],
  regular: readonly LooseContainer[],
): void {
  const { errs } = c;
  const names = new Set(regular.map((r) => r.name ?? ''));
  for (const [i, container] of containers.entries()) {
    const at = path.index(i);
    const name = container.name ?? '';
    validateCommon(c, at, container);
    validateRestartPolicy(errs, at, container);
    if (names.has(name)) errs.duplicate(at.child('name'), name);
    else if (name !== '') names.add(name);
    // One at a time: an init container can only be in its own way.
    validateHostPorts(errs, path, [container]);
    if (container.restartPolicy === 'Always') {
      validateRunning(c, at, container);
      continue;
    }
    for (const field of NOT_FOR_INIT) {
      if (!container[field]) continue;
      errs.forbidden(at.child(field), 'may not be set for init containers without restartPolicy=Always');
    }
    for (const [j, policy] of (container.resizePolicy ?? []).entries()) {
      if (policy.restartPolicy !== 'RestartContainer') continue;
      const where = at.child('resizePolicy').index(j).child('restartPolicy');
      const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
      errs.invalid(where, policy.restartPolicy, detail);
    }
  }
}

/** In the order of the Go struct, as upstream walks it. */
const NOT_FOR_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

const EPHEMERAL = 'cannot be set for an Ephemeral Container';

export function validateEphemeralContainers(
  c: ContainerContext,
  path: Path,
  containers: readonly Loose<EphemeralContainer>[],
  others: readonly LooseContainer[],
): void {
  const { errs } = c;
  const targets = new Set(others.map((o) => o.name ?? ''));
  const names = new Set(targets);
  for (const [i, container] of containers.entries()) {
    const at = path.index(i);
    const { name = '', targetContainerName: target = '' } = container;
    validateCommon(c, at, container);
    validateImageSpace(errs, at, container);
    if (names.has(name)) errs.duplicate(at.child('name'), name);
    names.add(name);
    if (target !== '' && !targets.has(target)) errs.notFound(at.child('targetContainerName'), target);
    for (const field of NOT_FOR_EPHEMERAL) {
      const value = container[field];
      const empty = field === 'resources' && Object.keys(value ?? {}).length === 0;
      if (value !== undefined && !empty) errs.forbidden(at.child(field), EPHEMERAL);
    }
    for (const [j, mount] of (container.volumeMounts ?? []).entries()) {
      const where = at.child('volumeMounts').index(j);
      if (mount.subPath) errs.forbidden(where.child('subPath'), EPHEMERAL);
      if (mount.subPathExpr) errs.forbidden(where.child('subPathExpr'), EPHEMERAL);
    }
  }
}

/** Asked of pods and not of templates, which accepted such images before. */
export function validateImageSpace(errs: Errors, path: Path, { image = '' }: LooseContainer): void {
  if (image.trim() !== image) errs.invalid(path.child('image'), image, 'must not have leading or trailing whitespace');
}
