// What of the cluster kube-proxy's rules are made from, after any number of steps. The story keeps little of an object; here
// Services, EndpointSlices, ServiceCIDRs and Nodes are kept whole, from when somebody first asks.
import type { Node, Service } from '../../../src/model/generated/core.v1.ts';
import type { EndpointSlice } from '../../../src/model/generated/discovery.v1.ts';
import type { ServiceCIDR } from '../../../src/model/generated/networking.v1.ts';
import { byObject } from '../../../src/model/remember.ts';
import { serviceOfSlice } from '../../../src/netfilter/endpoints.ts';
import { keyOfService } from '../../../src/netfilter/services.ts';
import { Fold, isWrite, lastAt, type ObjectHistory, objectKey } from '../../../src/trace/fold.ts';
import type { Step } from '../../../src/trace/step.ts';
import type { Story } from '../story.ts';

const RESOURCES = new Set(['services', 'endpointslices', 'servicecidrs', 'nodes']);

/** A step about nothing that matters here. */
const ELSE: Step = {
  id: 0,
  at: 0,
  actor: { component: '' },
  kind: 'system',
  action: '',
  causes: [],
  fidelity: 'simulated',
  text: '',
};

export interface Snapshot {
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly serviceCIDRs: readonly ServiceCIDR[];
}

export class Network {
  private readonly story: Story;
  private readonly fold = new Fold();
  private readonly revisions: { readonly after: number; readonly revision: number }[] = [];
  /** By node, the positions of its kube-proxy's syncs. */
  private readonly synced = new Map<string, number[]>();

  constructor(story: Story) {
    this.story = story;
    for (const { ref, value } of story.seeds) if (RESOURCES.has(ref.resource)) this.fold.seed(ref, value);
  }

  private grow(): void {
    const { steps } = this.story;
    for (let i = this.fold.length; i < steps.length; i++) {
      const step = steps[i];
      if (step === undefined) break;
      // Positions count every step, so that they are the story's.
      this.fold.add(step.object && RESOURCES.has(step.object.resource) ? step : ELSE);
      if (step.resourceVersion !== undefined && isWrite(step))
        this.revisions.push({ after: i + 1, revision: Number(step.resourceVersion) });
      if (isSync(step)) this.note(step, i);
    }
  }

  private note({ actor }: Step, position: number): void {
    const list = this.synced.get(actor.node ?? '');
    if (list) list.push(position);
    else this.synced.set(actor.node ?? '', [position]);
  }

  /** The syncs of a node's kube-proxy among the first `count` steps, oldest first. */
  syncs(node: string, count: number): Step[] {
    this.grow();
    return (this.synced.get(node) ?? []).filter((at) => at < count).flatMap((at) => this.story.steps[at] ?? []);
  }

  /** How many steps had happened when etcd was at this revision. */
  countAt(revision: number): number {
    this.grow();
    let found = 0;
    for (const entry of this.revisions) {
      if (entry.revision > revision) break;
      found = entry.after;
    }
    return found;
  }

  at(count: number): Snapshot {
    this.grow();
    return {
      services: this.all('services', count) as unknown as Service[],
      slices: this.all('endpointslices', count) as unknown as EndpointSlice[],
      serviceCIDRs: this.all('servicecidrs', count) as unknown as ServiceCIDR[],
    };
  }

  node(name: string, count: number): Node | undefined {
    this.grow();
    const history = this.fold.get(objectKey({ group: '', resource: 'nodes', kind: 'Node', name }));
    return history && (valueAt(history, count) as unknown as Node | undefined);
  }

  /**
   * Services older than the trace of which no EndpointSlice is known: what their rules are cannot be told. Every Service that
   * has rules gets a slice soon, an empty one if need be.
   */
  unknown({ services, slices }: Snapshot): Set<string> {
    const known = new Set(slices.map((slice) => serviceOfSlice(slice)));
    const old = services.filter(({ metadata: { namespace = '', name = '' } }) => {
      const history = this.fold.get(objectKey({ group: '', resource: 'services', kind: 'Service', namespace, name }));
      return history?.versions[0]?.after === 0;
    });
    return new Set(old.map(keyOfService).filter((key) => !known.has(key)));
  }

  /** The step that wrote the Service as it is after `count` steps; undefined where it is older than the trace. */
  writerOf(resource: 'services' | 'endpointslices', namespace: string, name: string, count: number): Step | undefined {
    const group = resource === 'services' ? '' : 'discovery.k8s.io';
    const history = this.fold.get(objectKey({ group, resource, kind: '', namespace, name }));
    const version = history && lastAt(history.versions, count);
    return version && version.after > 0 ? this.story.steps[version.after - 1] : undefined;
  }

  private all(resource: string, count: number): unknown[] {
    const out: unknown[] = [];
    for (const history of this.fold.all()) {
      if (history.ref.resource !== resource) continue;
      const value = valueAt(history, count);
      if (value !== undefined) out.push(value);
    }
    return out;
  }
}

function valueAt({ versions, ref }: ObjectHistory, count: number): object | undefined {
  const value = lastAt(versions, count)?.value;
  // A trace that began later may know changes of an object and not the object.
  if (value === undefined || !('metadata' in value)) return undefined;
  return { ...value, kind: ref.kind };
}

export const isSync = ({ action, actor }: Step): boolean =>
  action === 'SyncProxyRules' && actor.component === 'kube-proxy';

export const networkOf = byObject((story: Story) => new Network(story));
