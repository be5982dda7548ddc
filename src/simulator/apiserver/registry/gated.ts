// Fields of pods whose feature gates v1.36 leaves off (GenericWorkload, ContainerStopSignals): they are dropped before
// anything is checked, without a word. Models dropDisabledFields of pkg/api/pod/util.go.
import type { Container, PodSpec } from '../../../model/generated/core.v1.ts';
import { byObject } from '../../../model/remember.ts';
import { apiVersionOf, type ResourceInfo } from '../../../model/resources.ts';
import { templatePath } from '../../../model/templates.ts';
import type { Obj } from './strategy.ts';

type Fields = { readonly [field: string]: unknown };

const POD: readonly string[] = [];

/** Where the resource holds a pod's spec; null where it holds none. */
const pathOf = byObject((r: ResourceInfo): readonly string[] | null => {
  const apiVersion = apiVersionOf(r);
  return apiVersion === 'v1' && r.kind === 'Pod' ? POD : (templatePath(apiVersion, r.kind) ?? null);
});

export function withoutGated(o: Obj, r: ResourceInfo): Obj {
  const path = pathOf(r);
  return path === null ? o : (within(o as unknown as Fields, [...path, 'spec']) as unknown as Obj);
}

function within(o: Fields, [key, ...rest]: readonly string[]): Fields {
  if (key === undefined) return podSpec(o as unknown as PodSpec) as unknown as Fields;
  const inner = o[key];
  if (typeof inner !== 'object' || inner === null) return o;
  const next = within(inner as Fields, rest);
  return next === inner ? o : { ...o, [key]: next };
}

function podSpec(spec: PodSpec): PodSpec {
  const { schedulingGroup, ...rest } = spec;
  if (schedulingGroup === undefined && !signalled(spec.containers) && !signalled(spec.initContainers)) return spec;
  return {
    ...rest,
    containers: (spec.containers ?? []).map(container),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(container) }),
  };
}

/** A pod that has no containers comes here too: validation is still to refuse it. */
function signalled(containers: readonly Container[] | undefined): boolean {
  return (containers ?? []).some(({ lifecycle }) => lifecycle?.stopSignal !== undefined);
}

function container(c: Container): Container {
  if (c.lifecycle?.stopSignal === undefined) return c;
  const { stopSignal: _, ...hooks } = c.lifecycle;
  const { lifecycle: __, ...rest } = c;
  return Object.keys(hooks).length === 0 ? rest : { ...c, lifecycle: hooks };
}
