// What discovery tells of beyond the built-in kinds. Models k8s.io/client-go/discovery as controllers use it.
import type { Process } from '../../../kernel/process.ts';
import { isRecord } from '../../../model/object.ts';
import { allResources, type ResourceInfo } from '../../../model/resources.ts';
import type { StepId } from '../../../trace/step.ts';
import type { Client } from '../../runtime/client.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const BUILT_IN: ReadonlySet<string> = new Set(allResources().map((r) => r.group));

interface Found {
  readonly resource: string;
  readonly singularResource?: string;
  readonly responseKind?: { readonly kind?: string };
  readonly scope?: string;
  readonly verbs?: readonly string[];
}

interface FoundGroup {
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly { readonly version: string; readonly resources?: readonly Found[] }[];
}

function resourcesOf(group: FoundGroup): ResourceInfo[] {
  const found = new Map<string, ResourceInfo>();
  const name = group.metadata?.name ?? '';
  // Versions come in the order of preference.
  for (const { version, resources = [] } of group.versions ?? []) {
    for (const r of resources) {
      if (found.has(r.resource)) continue;
      found.set(r.resource, {
        group: name,
        version,
        preferred: true,
        plural: r.resource,
        singular: r.singularResource ?? '',
        kind: r.responseKind?.kind ?? '',
        namespaced: r.scope === 'Namespaced',
        verbs: r.verbs ?? [],
        shortNames: [],
        categories: [],
        subresources: [],
        etcdPrefix: '',
      });
    }
  }
  return [...found.values()];
}

/** Resources of groups that are not built in, each in its preferred version; undefined: discovery failed. */
export function* discoverCustom(client: Client, causes: readonly StepId[]): Process<ResourceInfo[] | undefined> {
  const { code, body } = yield* client.send({ method: 'GET', path: '/apis', accept: AGGREGATED, causes });
  if (code !== 200 || !isRecord(body) || !Array.isArray(body.items)) return undefined;
  return (body.items as FoundGroup[]).filter((g) => !BUILT_IN.has(g.metadata?.name ?? '')).flatMap(resourcesOf);
}
