// What the checks of Pod Security share. Models k8s.io/pod-security-admission/policy.
import type { Container, PodSpec } from '../../../../model/generated/core.v1.ts';
import type { ObjectMeta } from '../../../../model/generated/meta.v1.ts';

export interface Violation {
  /** `privileged`. */
  readonly reason: string;
  /** `container "main" must not set securityContext.privileged=true`. */
  readonly detail: string;
}

/** One rule; undefined when the pod keeps it. */
export type Check = (spec: PodSpec, metadata: ObjectMeta | undefined) => Violation | undefined;

export function allContainers(spec: PodSpec): Container[] {
  return [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...((spec.ephemeralContainers ?? []) as readonly Container[]),
  ];
}

export const quoted = (names: readonly string[]): string => names.map((n) => JSON.stringify(n)).join(', ');
export const plural = (one: string, many: string, n: number): string => (n === 1 ? one : many);

/** `container "a"`, `containers "a", "b"`. */
export function named(containers: readonly string[]): string {
  return `${plural('container', 'containers', containers.length)} ${quoted(containers)}`;
}

/** `pod`, `container "a"`, `pod and containers "a", "b"`. */
export function setters(pod: boolean, containers: readonly string[], joint = 'and'): string {
  if (containers.length === 0) return 'pod';
  return pod ? `pod ${joint} ${named(containers)}` : named(containers);
}

/** Names of the containers for which `bad` holds. */
export function offenders(spec: PodSpec, bad: (c: Container) => boolean): string[] {
  return allContainers(spec)
    .filter(bad)
    .map((c) => c.name);
}

export const distinct = (list: readonly string[]): string[] => [...new Set(list)].sort();
