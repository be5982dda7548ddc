// What is written into a claim once its devices are found. Models the end of Allocate and createNodeSelector of
// k8s.io/dynamic-resource-allocation/structured (internal/incubating/allocator_incubating.go), v1.36.
import type { NodeSelector, NodeSelectorRequirement } from '../../../model/generated/core.v1.ts';
import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
  ResourceClaim,
} from '../../../model/generated/resource.v1.ts';
import type { Picked } from './requests.ts';

function resultOf({ wish, pool, device, consumed }: Picked, shareId: () => string): DeviceRequestAllocationResult {
  const { bindingConditions = [], bindingFailureConditions = [] } = device;
  return {
    request: wish.name,
    driver: pool.driver,
    pool: pool.name,
    device: device.name,
    ...(wish.admin ? { adminAccess: true } : {}),
    ...(wish.tolerations.length > 0 ? { tolerations: wish.tolerations } : {}),
    ...(bindingConditions.length > 0 ? { bindingConditions } : {}),
    ...(bindingFailureConditions.length > 0 ? { bindingFailureConditions } : {}),
    ...(consumed === undefined ? {} : { shareID: shareId() }),
    ...(consumed && Object.keys(consumed).length > 0 ? { consumedCapacity: consumed } : {}),
  };
}

/** The configuration of each class once, then the claim's own; one for all requests names none. */
function configsOf({ spec }: ResourceClaim, picked: readonly Picked[]): DeviceAllocationConfiguration[] {
  const { requests = [], config = [] } = spec.devices ?? {};
  const wishes = requests.flatMap(({ name }) => picked.find((p) => p.wish.request === name)?.wish ?? []);
  const classes = new Map(wishes.map((w) => [w.class.metadata.name, w.class]));
  const ofClasses = [...classes.values()].flatMap((c) =>
    (c.spec.config ?? []).map((own) => ({
      source: 'FromClass' as const,
      requests: wishes.filter((w) => w.class === c).map((w) => w.name),
      ...own,
    })),
  );
  const ofClaim = config.flatMap(({ requests: names = [], ...own }) => {
    const all = names.length === 0;
    const meant = all ? [undefined] : wishes.filter((w) => names.includes(w.request) || names.includes(w.name));
    return meant.map(() => ({ source: 'FromClaim' as const, ...(all ? {} : { requests: names }), ...own }));
  });
  return [...ofClasses, ...ofClaim].map((c: DeviceAllocationConfiguration) => {
    if ((c.requests?.length ?? 0) !== requests.length) return c;
    const { requests: _, ...rest } = c;
    return rest;
  });
}

function same(a: NodeSelectorRequirement, b: NodeSelectorRequirement): boolean {
  const values = (r: NodeSelectorRequirement): string => [...(r.values ?? [])].sort().join('\n');
  return a.key === b.key && a.operator === b.operator && values(a) === values(b);
}

/** From where the devices can be reached; nothing: from everywhere. */
function selectorOf(picked: readonly Picked[], node: string): NodeSelector | undefined {
  const fields: NodeSelectorRequirement[] = [];
  const expressions: NodeSelectorRequirement[] = [];
  const add = (to: NodeSelectorRequirement[], from: readonly NodeSelectorRequirement[] = []): void => {
    for (const r of from) if (!to.some((known) => same(known, r))) to.push(r);
  };
  for (const { slice, device } of picked) {
    const where = slice.spec.perDeviceNodeSelection ? device : slice.spec;
    if (where.nodeName !== undefined || device.bindsToNode) {
      return {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
      };
    }
    const [term] = where.nodeSelector?.nodeSelectorTerms ?? [];
    add(fields, term?.matchFields);
    add(expressions, term?.matchExpressions);
  }
  if (fields.length + expressions.length === 0) return undefined;
  return {
    nodeSelectorTerms: [
      {
        ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
        ...(fields.length > 0 ? { matchFields: fields } : {}),
      },
    ],
  };
}

export function allocationOf(
  claim: ResourceClaim,
  picked: readonly Picked[],
  node: string,
  shareId: () => string,
): AllocationResult {
  const config = configsOf(claim, picked);
  const nodeSelector = selectorOf(picked, node);
  return {
    devices: {
      results: picked.map((p) => resultOf(p, shareId)),
      ...(config.length > 0 ? { config } : {}),
    },
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
  };
}
