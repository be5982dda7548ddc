// Sub-resources that change part of a pod. Models EphemeralContainersREST and ResizeREST in pkg/registry/core/pod/storage.
import type { Container, Pod } from '../../../model/generated/core.v1.ts';
import type { Obj } from '../registry/strategy.ts';

export function ephemeralContainers(next: Obj, old: Obj): Obj {
  const containers = (next as Pod).spec?.ephemeralContainers;
  const { ephemeralContainers: _, ...spec } = (old as Pod).spec ?? { containers: [] };
  return withOwners(old, next, { ...spec, ...(containers ? { ephemeralContainers: containers } : {}) });
}

/** Only resources and their resize policy get through. Models dropNonResizeUpdates. */
export function resize(next: Obj, old: Obj): Obj {
  const [now, was] = [(next as Pod).spec, (old as Pod).spec];
  if (now === undefined || was === undefined) return old;
  const initContainers = resized(was.initContainers, now.initContainers);
  const containers = resized(was.containers, now.containers) ?? [];
  return withOwners(old, next, { ...was, containers, ...(initContainers ? { initContainers } : {}) });
}

function resized(
  was: readonly Container[] | undefined,
  now: readonly Container[] | undefined,
): Container[] | undefined {
  return was?.map((c) => {
    const wanted = now?.find((n) => n.name === c.name);
    if (wanted === undefined) return c;
    return {
      ...c,
      ...(wanted.resources ? { resources: wanted.resources } : {}),
      ...(wanted.resizePolicy ? { resizePolicy: wanted.resizePolicy } : {}),
    };
  });
}

function withOwners(old: Obj, next: Obj, spec: object): Obj {
  const { managedFields } = next.metadata;
  return { ...old, metadata: { ...old.metadata, ...(managedFields ? { managedFields } : {}) }, spec };
}
