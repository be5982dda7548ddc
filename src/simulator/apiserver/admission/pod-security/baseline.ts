// Level baseline: what opens the node to a pod. Models k8s.io/pod-security-admission/policy/check_*.go (v1.36).
import type { Container, PodSpec, SELinuxOptions } from '../../../../model/generated/core.v1.ts';
import {
  allContainers,
  type Check,
  distinct,
  named,
  offenders,
  plural,
  quoted,
  setters,
  type Violation,
} from './check.ts';

const DEFAULT_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
const SELINUX_TYPES = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']);
const SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]);
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

const appArmor: Check = (spec, metadata) => {
  const bad: string[] = [];
  if (spec.securityContext?.appArmorProfile?.type === 'Unconfined')
    bad.push('pod must not set securityContext.appArmorProfile.type to "Unconfined"');
  const containers = offenders(spec, (c) => c.securityContext?.appArmorProfile?.type === 'Unconfined');
  if (containers.length > 0)
    bad.push(`${named(containers)} must not set securityContext.appArmorProfile.type to "Unconfined"`);
  for (const [k, v] of Object.entries(metadata?.annotations ?? {})) {
    const allowed = v === '' || v === 'runtime/default' || v.startsWith('localhost/');
    if (k.startsWith(APPARMOR) && !allowed) bad.push(`annotation ${JSON.stringify(`${k}=${v}`)}`);
  }
  if (bad.length === 0) return undefined;
  return {
    reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', bad.length),
    detail: bad.join(', '),
  };
};

const capabilities: Check = (spec) => {
  const bad: string[] = [];
  const added: string[] = [];
  for (const c of allContainers(spec)) {
    const forbidden = (c.securityContext?.capabilities?.add ?? []).filter((a) => !DEFAULT_CAPABILITIES.has(a));
    if (forbidden.length > 0) bad.push(c.name);
    added.push(...forbidden);
  }
  if (bad.length === 0) return undefined;
  const detail = `${named(bad)} must not include ${quoted(distinct(added))} in securityContext.capabilities.add`;
  return { reason: 'non-default capabilities', detail };
};

const hostNamespaces: Check = (spec) => {
  const set = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((f) => spec[f]);
  return set.length === 0 ? undefined : { reason: 'host namespaces', detail: set.map((f) => `${f}=true`).join(', ') };
};

const hostPathVolumes: Check = (spec) => {
  const bad = (spec.volumes ?? []).filter((v) => v.hostPath !== undefined).map((v) => v.name);
  if (bad.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', bad.length)} ${quoted(bad)}` };
};

const hostPorts: Check = (spec) => {
  const ports = (c: Container): number[] => (c.ports ?? []).map((p) => p.hostPort ?? 0).filter((p) => p !== 0);
  const bad = offenders(spec, (c) => ports(c).length > 0);
  if (bad.length === 0) return undefined;
  const all = distinct(allContainers(spec).flatMap(ports).map(String));
  const detail = `${named(bad)} ${plural('uses', 'use', bad.length)} ${plural('hostPort', 'hostPorts', all.length)} ${all.join(', ')}`;
  return { reason: 'hostPort', detail };
};

const hostProbes: Check = (spec) => {
  const handlers = (c: Container): ({ host?: string } | undefined)[] => {
    const probes = [c.livenessProbe, c.readinessProbe, c.startupProbe, c.lifecycle?.preStop, c.lifecycle?.postStart];
    return probes.flatMap((p) => [p?.httpGet, p?.tcpSocket]);
  };
  const hosts = (c: Container): string[] =>
    handlers(c)
      .map((h) => h?.host ?? '')
      .filter((h) => !['', '127.0.0.1', '::1', 'localhost'].includes(h));
  const bad = offenders(spec, (c) => hosts(c).length > 0);
  if (bad.length === 0) return undefined;
  const all = distinct(allContainers(spec).flatMap(hosts));
  const detail = `${named(bad)} ${plural('uses', 'use', bad.length)} ${plural('probe or lifecycle host', 'probe or lifecycle hosts', all.length)} ${quoted(all)}`;
  return { reason: 'probe or lifecycle host', detail };
};

const privileged: Check = (spec) => {
  const bad = offenders(spec, (c) => c.securityContext?.privileged === true);
  if (bad.length === 0) return undefined;
  return { reason: 'privileged', detail: `${named(bad)} must not set securityContext.privileged=true` };
};

const procMount: Check = (spec) => {
  const of = (c: Container): string => c.securityContext?.procMount ?? 'Default';
  const bad = offenders(spec, (c) => of(c) !== 'Default');
  if (bad.length === 0) return undefined;
  const types = distinct(
    allContainers(spec)
      .map(of)
      .filter((t) => t !== 'Default'),
  );
  return { reason: 'procMount', detail: `${named(bad)} must not set securityContext.procMount to ${quoted(types)}` };
};

const seLinux: Check = (spec) => {
  const types: string[] = [];
  let user = false;
  let role = false;
  const bad = (o: SELinuxOptions | undefined): boolean => {
    if (o === undefined) return false;
    const type = !SELINUX_TYPES.has(o.type ?? '');
    if (type) types.push(o.type ?? '');
    user ||= Boolean(o.user);
    role ||= Boolean(o.role);
    return type || Boolean(o.user) || Boolean(o.role);
  };
  const pod = bad(spec.securityContext?.seLinuxOptions);
  const containers = offenders(spec, (c) => bad(c.securityContext?.seLinuxOptions));
  if (!pod && containers.length === 0) return undefined;
  const data: string[] = [];
  if (types.length > 0) data.push(`${plural('type', 'types', types.length)} ${quoted(distinct(types))}`);
  if (user) data.push('user may not be set');
  if (role) data.push('role may not be set');
  const detail = `${setters(pod, containers)} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`;
  return { reason: 'seLinuxOptions', detail };
};

function seccomp(spec: PodSpec): Violation | undefined {
  const forbidden = (t: string | undefined): boolean => t === 'Unconfined';
  const pod = forbidden(spec.securityContext?.seccompProfile?.type);
  const containers = offenders(spec, (c) => forbidden(c.securityContext?.seccompProfile?.type));
  if (!pod && containers.length === 0) return undefined;
  const detail = `${setters(pod, containers)} must not set securityContext.seccompProfile.type to "Unconfined"`;
  return { reason: 'seccompProfile', detail };
}

const sysctls: Check = (spec) => {
  const bad = (spec.securityContext?.sysctls ?? []).map((s) => s.name).filter((n) => !SYSCTLS.has(n));
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
};

const windowsHostProcess: Check = (spec) => {
  const pod = spec.securityContext?.windowsOptions?.hostProcess === true;
  const containers = offenders(spec, (c) => c.securityContext?.windowsOptions?.hostProcess === true);
  if (!pod && containers.length === 0) return undefined;
  return {
    reason: 'hostProcess',
    detail: `${setters(pod, containers)} must not set securityContext.windowsOptions.hostProcess=true`,
  };
};

/** In the order of upstream's check ids. Those that level restricted replaces are marked. */
export const BASELINE: readonly { readonly check: Check; readonly replaced?: true }[] = [
  { check: appArmor },
  { check: capabilities, replaced: true },
  { check: hostNamespaces },
  { check: hostPathVolumes, replaced: true },
  { check: hostPorts },
  { check: hostProbes },
  { check: privileged },
  { check: procMount },
  { check: seLinux },
  { check: seccomp, replaced: true },
  { check: sysctls },
  { check: windowsHostProcess },
];
