// `--allow-privileged`: kube-apiserver's own default is false; kubeadm sets it. Models ValidateSecurityContext in
// pkg/apis/core/validation/validation.go and pkg/capabilities.
import type { PodSpec } from '../../model/generated/core.v1.ts';
import { isRecord, type KubeObject } from '../../model/object.ts';
import type { FieldError } from './validation/index.ts';

function inSpec(spec: PodSpec, path: string): FieldError[] {
  const lists = { initContainers: spec.initContainers, containers: spec.containers };
  return Object.entries(lists).flatMap(([list, containers]) =>
    (containers ?? []).flatMap((c, i): FieldError[] => {
      if (!c.securityContext?.privileged) return [];
      const field = `${path}.${list}[${i}].securityContext.privileged`;
      return [{ reason: 'FieldValueForbidden', field, message: 'Forbidden: disallowed by cluster policy' }];
    }),
  );
}

/** Privileged containers of a pod or of a workload's template. */
export function privilegedErrors(o: KubeObject): FieldError[] {
  const { spec } = o as { spec?: unknown };
  if (!isRecord(spec)) return [];
  if (o.kind === 'Pod') return inSpec(spec as unknown as PodSpec, 'spec');
  const { template } = spec;
  if (!isRecord(template) || !isRecord(template.spec)) return [];
  return inSpec(template.spec as unknown as PodSpec, 'spec.template.spec');
}
