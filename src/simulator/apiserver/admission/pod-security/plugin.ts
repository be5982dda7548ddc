// Pod Security: a namespace's labels say how hardened its pods must be. Models k8s.io/pod-security-admission/admission.
import type { Namespace, Pod, PodSpec } from '../../../../model/generated/core.v1.ts';
import type { ObjectMeta, Status } from '../../../../model/generated/meta.v1.ts';
import { isRecord, type KubeObject } from '../../../../model/object.ts';
import { forbidden, invalid } from '../../../../model/status.ts';
import type { Plugin, Review } from '../chain.ts';
import { BASELINE } from './baseline.ts';
import type { Violation } from './check.ts';
import { RESTRICTED } from './restricted.ts';

const LABEL = 'pod-security.kubernetes.io/';
type Mode = 'enforce' | 'audit' | 'warn';
type Level = 'privileged' | 'baseline' | 'restricted';
const LEVELS: readonly string[] = ['privileged', 'baseline', 'restricted'];

interface Policy {
  readonly level: Level;
  /** `latest`, `v1.30`. */
  readonly version: string;
}

function policyOf(labels: { readonly [key: string]: string } | undefined, mode: Mode): Policy {
  const level = labels?.[LABEL + mode] ?? 'privileged';
  // A level that nobody knows is taken for the strictest.
  return {
    level: LEVELS.includes(level) ? (level as Level) : 'restricted',
    version: labels?.[`${LABEL}${mode}-version`] ?? 'latest',
  };
}

export function violations(level: Level, spec: PodSpec, metadata: ObjectMeta | undefined): Violation[] {
  if (level === 'privileged') return [];
  const base = BASELINE.filter((b) => level === 'baseline' || !b.replaced).map((b) => b.check);
  const checks = level === 'restricted' ? [...base, ...RESTRICTED] : base;
  return checks.flatMap((check) => check(spec, metadata) ?? []);
}

const words = (found: readonly Violation[]): string => found.map((v) => `${v.reason} (${v.detail})`).join(', ');
const policyName = (p: Policy): string => `${p.level}:${p.version}`;

/** Where the pod template of each workload is. */
const TEMPLATES: Record<string, readonly string[]> = {
  '/podtemplates': ['template'],
  '/replicationcontrollers': ['spec', 'template'],
  'apps/deployments': ['spec', 'template'],
  'apps/replicasets': ['spec', 'template'],
  'apps/statefulsets': ['spec', 'template'],
  'apps/daemonsets': ['spec', 'template'],
  'batch/jobs': ['spec', 'template'],
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template'],
};

function templateOf(
  o: KubeObject | undefined,
  path: readonly string[],
): { metadata?: ObjectMeta; spec?: PodSpec } | undefined {
  let at: unknown = o;
  for (const p of path) at = isRecord(at) ? at[p] : undefined;
  return isRecord(at) ? at : undefined;
}

function labelsOf(r: Review): { readonly [key: string]: string } | undefined {
  return r.ctx.core.store.get(`/registry/namespaces/${r.namespace}`)?.value.metadata.labels;
}

function audit(r: Review, key: string, value: string): void {
  r.ctx.auditAnnotations = { ...r.ctx.auditAnnotations, [LABEL + key]: value };
}

/** Warns and notes for the audit log; returns a refusal when `enforce` says so. */
function judge(r: Review, spec: PodSpec, metadata: ObjectMeta | undefined, enforces: boolean): Status | undefined {
  const labels = labelsOf(r);
  const enforce = policyOf(labels, 'enforce');
  if (enforces) {
    audit(r, 'enforce-policy', policyName(enforce));
    const found = violations(enforce.level, spec, metadata);
    if (found.length > 0) {
      const why = `violates PodSecurity ${JSON.stringify(policyName(enforce))}: ${words(found)}`;
      return forbidden({ group: r.resource.group, resource: r.resource.plural }, r.name, why);
    }
  }
  const tell = (mode: 'audit' | 'warn', say: (text: string) => void): void => {
    const policy = policyOf(labels, mode);
    const found = violations(policy.level, spec, metadata);
    if (found.length > 0) say(`would violate PodSecurity ${JSON.stringify(policyName(policy))}: ${words(found)}`);
  };
  tell('audit', (text) => audit(r, 'audit-violations', text));
  tell('warn', (text) => r.ctx.warn(text));
  return undefined;
}

function podStatus(r: Review): Status | undefined {
  const pod = r.object as Pod;
  return pod.spec === undefined ? undefined : judge(r, pod.spec, pod.metadata, true);
}

function checkLabels(r: Review): Status | undefined {
  const labels = r.object?.metadata.labels ?? {};
  const causes: { reason: string; field: string; message: string }[] = [];
  for (const mode of ['enforce', 'audit', 'warn']) {
    const add = (label: string, value: string, why: string): void => {
      const message = `Invalid value: ${JSON.stringify(value)}: ${why}`;
      causes.push({ reason: 'FieldValueInvalid', field: `metadata.labels[${label}]`, message });
    };
    const level = labels[LABEL + mode];
    if (level !== undefined && !LEVELS.includes(level)) add(LABEL + mode, level, `must be one of ${LEVELS.join(', ')}`);
    const version = labels[`${LABEL}${mode}-version`];
    if (version !== undefined && version !== 'latest' && !/^v1\.(0|[1-9]\d*)$/.test(version))
      add(`${LABEL}${mode}-version`, version, 'must be "latest" or "v1.x"');
  }
  return causes.length === 0 ? undefined : invalid({ group: '', kind: 'Namespace' }, r.name, causes);
}

/** A stricter level says which of the pods that are there would not keep it. */
function namespaceStatus(r: Review): Status | undefined {
  const refused = checkLabels(r);
  if (refused !== undefined || r.operation === 'CREATE') return refused;
  const policy = policyOf((r.object as Namespace).metadata?.labels, 'enforce');
  const before = policyOf((r.old as Namespace | undefined)?.metadata?.labels, 'enforce');
  if (policy.level === before.level || LEVELS.indexOf(policy.level) < LEVELS.indexOf(before.level)) return undefined;
  const byReason = new Map<string, string[]>();
  for (const kv of r.ctx.core.store.range(`/registry/pods/${r.name}/`)) {
    const pod = kv.value as Pod;
    const found = pod.spec === undefined ? [] : violations(policy.level, pod.spec, pod.metadata);
    if (found.length === 0) continue;
    const key = found.map((v) => v.reason).join(', ');
    byReason.set(key, [...(byReason.get(key) ?? []), pod.metadata?.name ?? '']);
  }
  if (byReason.size === 0) return undefined;
  r.ctx.warn(
    `existing pods in namespace ${JSON.stringify(r.name)} violate the new PodSecurity enforce level ${JSON.stringify(policyName(policy))}`,
  );
  const lines = [...byReason].map(([reasons, pods]) => {
    const others = pods.length - 1;
    const more = others === 0 ? '' : ` (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
    return `${pods[0]}${more}: ${reasons}`;
  });
  for (const line of lines.sort()) r.ctx.warn(line);
  return undefined;
}

export const podSecurity: Plugin = {
  name: 'PodSecurity',
  handles: (r) => {
    if (r.operation !== 'CREATE' && r.operation !== 'UPDATE') return false;
    const key = `${r.resource.group}/${r.resource.plural}`;
    if (key === '/pods')
      return r.operation === 'CREATE' ? r.subresource === '' : r.subresource === 'ephemeralcontainers';
    return r.subresource === '' && (key === '/namespaces' || key in TEMPLATES);
  },
  validate: (r) => {
    const key = `${r.resource.group}/${r.resource.plural}`;
    if (key === '/pods') return podStatus(r);
    if (key === '/namespaces') return namespaceStatus(r);
    const template = templateOf(r.object, TEMPLATES[key] ?? []);
    return template?.spec === undefined ? undefined : judge(r, template.spec, template.metadata, false);
  },
};
