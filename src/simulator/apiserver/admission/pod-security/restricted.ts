// Level restricted: what a hardened pod sets. Models k8s.io/pod-security-admission/policy/check_*.go (v1.36).
import type { PodSpec, Volume } from '../../../../model/generated/core.v1.ts';
import { allContainers, type Check, distinct, named, offenders, plural, quoted, setters } from './check.ts';

/** Linux-only rules are not asked of Windows pods. */
const windows = (spec: PodSpec): boolean => spec.os?.name === 'windows';

const allowPrivilegeEscalation: Check = (spec) => {
  if (windows(spec)) return undefined;
  const bad = offenders(spec, (c) => c.securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

const capabilities: Check = (spec) => {
  if (windows(spec)) return undefined;
  const missing = offenders(spec, (c) => !(c.securityContext?.capabilities?.drop ?? []).includes('ALL'));
  const adding: string[] = [];
  const added: string[] = [];
  for (const c of allContainers(spec)) {
    const forbidden = (c.securityContext?.capabilities?.add ?? []).filter((a) => a !== 'NET_BIND_SERVICE');
    if (forbidden.length > 0) adding.push(c.name);
    added.push(...forbidden);
  }
  const details: string[] = [];
  if (missing.length > 0) details.push(`${named(missing)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0)
    details.push(`${named(adding)} must not include ${quoted(distinct(added))} in securityContext.capabilities.add`);
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const ALLOWED_VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

function volumeType(v: Volume): string {
  return Object.keys(v).find((k) => k !== 'name') ?? 'unknown';
}

const restrictedVolumes: Check = (spec) => {
  const bad = (spec.volumes ?? []).filter((v) => !ALLOWED_VOLUMES.has(volumeType(v)));
  if (bad.length === 0) return undefined;
  const types = distinct(bad.map(volumeType));
  const names = bad.map((v) => v.name);
  const detail = `${plural('volume', 'volumes', names.length)} ${quoted(names)} ${plural('uses', 'use', names.length)} restricted volume ${plural('type', 'types', types.length)} ${quoted(types)}`;
  return { reason: 'restricted volume types', detail };
};

const runAsNonRoot: Check = (spec) => {
  const pod = spec.securityContext?.runAsNonRoot;
  const explicit = offenders(spec, (c) => c.securityContext?.runAsNonRoot === false);
  const implicit = offenders(spec, (c) => c.securityContext?.runAsNonRoot === undefined && pod !== true);
  const reason = 'runAsNonRoot != true';
  const podBad = pod === false;
  if (podBad || explicit.length > 0)
    return { reason, detail: `${setters(podBad, explicit)} must not set securityContext.runAsNonRoot=false` };
  if (implicit.length === 0) return undefined;
  return { reason, detail: `pod or ${named(implicit)} must set securityContext.runAsNonRoot=true` };
};

const runAsUser: Check = (spec) => {
  const pod = spec.securityContext?.runAsUser === 0;
  const containers = offenders(spec, (c) => c.securityContext?.runAsUser === 0);
  if (!pod && containers.length === 0) return undefined;
  return { reason: 'runAsUser=0', detail: `${setters(pod, containers)} must not set runAsUser=0` };
};

const GOOD_PROFILES = new Set(['RuntimeDefault', 'Localhost']);

const seccomp: Check = (spec) => {
  if (windows(spec)) return undefined;
  const type = spec.securityContext?.seccompProfile?.type;
  const podGood = type !== undefined && GOOD_PROFILES.has(type);
  const podBad = type !== undefined && !podGood;
  const of = (c: { securityContext?: { seccompProfile?: { type?: string } } }): string | undefined =>
    c.securityContext?.seccompProfile?.type;
  const explicit = offenders(spec, (c) => of(c) !== undefined && !GOOD_PROFILES.has(of(c) ?? ''));
  const implicit = offenders(spec, (c) => of(c) === undefined && !podGood);
  const reason = 'seccompProfile';
  if (podBad || explicit.length > 0) {
    const types = distinct(
      [...(podBad ? [type ?? ''] : []), ...allContainers(spec).flatMap((c) => of(c) ?? [])].filter(
        (t) => !GOOD_PROFILES.has(t),
      ),
    );
    return {
      reason,
      detail: `${setters(podBad, explicit)} must not set securityContext.seccompProfile.type to ${quoted(types)}`,
    };
  }
  if (implicit.length === 0) return undefined;
  return {
    reason,
    detail: `pod or ${named(implicit)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};

export const RESTRICTED: readonly Check[] = [
  allowPrivilegeEscalation,
  capabilities,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccomp,
];
