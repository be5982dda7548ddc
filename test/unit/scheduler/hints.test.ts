// Which events make a refused pod worth another try, plugin by plugin. Facts: the QueueingHintFns of each plugin in
// pkg/scheduler/framework/plugins, v1.36.
import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../../src/model/generated/core.v1.ts';
import { Cache } from '../../../src/simulator/scheduler/framework/cache.ts';
import type { EventResource } from '../../../src/simulator/scheduler/framework/events.ts';
import type { Plugin } from '../../../src/simulator/scheduler/framework/plugin.ts';
import { interPodAffinity } from '../../../src/simulator/scheduler/plugins/inter-pod-affinity.ts';
import { nodePorts } from '../../../src/simulator/scheduler/plugins/node-ports.ts';
import { nodeResourcesFit } from '../../../src/simulator/scheduler/plugins/node-resources-fit.ts';
import { nodeVolumeLimits } from '../../../src/simulator/scheduler/plugins/node-volume-limits.ts';
import { podTopologySpread } from '../../../src/simulator/scheduler/plugins/pod-topology-spread.ts';
import { taintToleration } from '../../../src/simulator/scheduler/plugins/taint-toleration.ts';
import { volumeBinding } from '../../../src/simulator/scheduler/plugins/volume-binding.ts';
import { VolumeAssumptions } from '../../../src/simulator/scheduler/plugins/volume-match.ts';
import { volumeZone } from '../../../src/simulator/scheduler/plugins/volume-zone.ts';
import { lookupIn } from '../../../src/simulator/scheduler/schedule-pods.ts';
import { node, pod, requests } from './support.ts';

const cluster = lookupIn([]);
/** The verdict of the plugin's first hint for the resource. */
function ask(plugin: Plugin, resource: EventResource, p: Pod, previous: unknown, current?: unknown): string {
  const found = plugin.events?.find((e) => e.resource === resource);
  if (found === undefined) throw new Error(`${plugin.name} waits for no ${resource}`);
  return found.hint?.(p, previous, current) ?? 'Queue';
}
const sized = (cpu: string, pods = '110'): Node =>
  ({ ...node('n'), status: { allocatable: { cpu, memory: '4Gi', pods } } }) as Node;
const tainted = (...keys: string[]): Node =>
  node('n', { taints: keys.map((key) => ({ key, effect: 'NoSchedule' as const })) });
const at = (name: string, labels: Record<string, string>): Node => node(name, { labels });

describe('NodeResourcesFit', () => {
  const wants = pod('p', requests('2'));
  const plugin = nodeResourcesFit();
  it.each<[string, Node | undefined, Node, string]>([
    ['a new node that is large enough', undefined, sized('4'), 'Queue'],
    ['a new node that is too small', undefined, sized('1'), 'Skip'],
    ['one that was too small', sized('1'), sized('2'), 'Queue'],
    ['one that has more of it', sized('3'), sized('4'), 'Queue'],
    ['one that has less, though enough', sized('4'), sized('3'), 'Skip'],
    ['one that takes more pods', sized('4', '1'), sized('4', '2'), 'Queue'],
    ['one that takes no pods', undefined, sized('4', '0'), 'Skip'],
  ])('%s', (_, before, now, verdict) => expect(ask(plugin, 'Node', wants, before, now)).toBe(verdict));
  it.each([
    ['a pod that gives back cpu', requests('2'), requests('1'), 'Queue'],
    ['a pod that gives back memory only', requests('1', '2Gi'), requests('1', '1Gi'), 'Skip'],
  ])('%s', (_, before, now, verdict) =>
    expect(ask(plugin, 'AssignedPod', wants, pod('o', before), pod('o', now))).toBe(verdict),
  );
});

describe('TaintToleration', () => {
  it.each<[string, Node | undefined, Node, string]>([
    ['a new node without taints', undefined, tainted(), 'Queue'],
    ['a new node with one', undefined, tainted('a'), 'Skip'],
    ['the taint is gone', tainted('a'), tainted(), 'Queue'],
    ['another one is left', tainted('a', 'b'), tainted('b'), 'Skip'],
    ['it kept nobody out before', tainted(), tainted(), 'Skip'],
  ])('%s', (_, before, now, verdict) => expect(ask(taintToleration(), 'Node', pod('p'), before, now)).toBe(verdict));
});

describe('NodePorts', () => {
  const on = (name: string, hostPort: number, hostIP?: string, nodeName?: string): Pod => {
    const ports = [{ containerPort: 80, hostPort, ...(hostIP ? { hostIP } : {}) }];
    return pod(name, { containers: [{ name: 'c', ports }], ...(nodeName ? { nodeName } : {}) });
  };
  it.each([
    ['the same port', on('o', 80, undefined, 'n'), 'Queue'],
    ['another port', on('o', 81, undefined, 'n'), 'Skip'],
    ['the same port of another address', on('o', 80, '10.0.0.2', 'n'), 'Skip'],
    ['the same port of a pod that ran nowhere', on('o', 80), 'Skip'],
  ])('%s', (_, gone, verdict) => {
    const wants = on('p', 80, gone.spec?.containers[0]?.ports?.[0]?.hostIP ? '10.0.0.1' : undefined);
    expect(ask(nodePorts(), 'AssignedPod', wants, gone)).toBe(verdict);
  });
});

describe('InterPodAffinity', () => {
  const term = (app: string) => ({ labelSelector: { matchLabels: { app } }, topologyKey: 'zone' });
  const near = pod('near', {
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('a'), term('a')] } },
  });
  const away = pod('away', {
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('a')] } },
  });
  const labelled = (app: string): Pod => pod('o', { labels: { app } });
  const plugin = interPodAffinity(new Cache(), cluster);
  it.each([
    ['a pod that is wanted came', near, undefined, labelled('a'), 'Queue'],
    ['another one came', near, undefined, labelled('b'), 'Skip'],
    ['a pod that is wanted went', near, labelled('a'), undefined, 'Skip'],
    ['a pod became one that is wanted', near, labelled('b'), labelled('a'), 'Queue'],
    ['a pod in the way went', away, labelled('a'), undefined, 'Queue'],
    ['a pod in the way came', away, undefined, labelled('a'), 'Skip'],
    ['a pod is in the way no longer', away, labelled('a'), labelled('b'), 'Queue'],
  ])('%s', (_, p, before, now, verdict) => expect(ask(plugin, 'AssignedPod', p, before, now)).toBe(verdict));
  it.each<[string, Pod, Node | undefined, Node, string]>([
    ['a node with the key is new', near, undefined, at('n', { zone: 'x' }), 'Queue'],
    ['a node without the key is new', near, undefined, at('n', {}), 'Skip'],
    ['a node got the key', near, at('n', {}), at('n', { zone: 'x' }), 'Queue'],
    ['a node is in another domain', away, at('n', { zone: 'x' }), at('n', { zone: 'y' }), 'Queue'],
    ['a node got another label', away, at('n', { zone: 'x' }), at('n', { zone: 'x', more: '1' }), 'Skip'],
  ])('%s', (_, p, before, now, verdict) => expect(ask(plugin, 'Node', p, before, now)).toBe(verdict));
});

describe('PodTopologySpread', () => {
  const constraint = {
    maxSkew: 1,
    topologyKey: 'zone',
    whenUnsatisfiable: 'DoNotSchedule' as const,
    labelSelector: { matchLabels: { app: 'a' } },
  };
  const spread = pod('p', { topologySpreadConstraints: [constraint] });
  const labelled = (app: string): Pod => pod('o', { labels: { app } });
  const plugin = podTopologySpread(new Cache(), cluster);
  it.each([
    ['a pod that counts came', undefined, labelled('a'), 'Queue'],
    ['one that does not count went', labelled('b'), undefined, 'Skip'],
    ['one counts no longer', labelled('a'), labelled('b'), 'Queue'],
    ['one counts as before', labelled('a'), labelled('a'), 'Skip'],
  ])('%s', (_, before, now, verdict) => expect(ask(plugin, 'AssignedPod', spread, before, now)).toBe(verdict));
  it.each<[string, Node | undefined, Node | undefined, string]>([
    ['a node without the key is new', undefined, at('n', {}), 'Skip'],
    ['a node with the key is new', undefined, at('n', { zone: 'x' }), 'Queue'],
    ['a node with the key is gone', at('n', { zone: 'x' }), undefined, 'Queue'],
    ['a node is as before', at('n', { zone: 'x' }), at('n', { zone: 'x', more: '1' }), 'Skip'],
    ['a node moved', at('n', { zone: 'x' }), at('n', { zone: 'y' }), 'Queue'],
  ])('%s', (_, before, now, verdict) => expect(ask(plugin, 'Node', spread, before, now)).toBe(verdict));
});

describe('the volume plugins', () => {
  const uses = pod('p', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] });
  const claim = (name: string) => ({ metadata: { name, namespace: uses.metadata.namespace ?? '' }, spec: {} });
  const csiNode = (count: number) => ({
    metadata: { name: 'n' },
    spec: { drivers: [{ name: 'd', nodeID: 'n', allocatable: { count } }] },
  });
  const volume = (zone: string) => ({ metadata: { name: 'v', labels: { 'topology.kubernetes.io/zone': zone } } });
  const binding = volumeBinding(cluster, new VolumeAssumptions());
  it.each<[string, Plugin, EventResource, unknown, unknown, string]>([
    ['its own claim', binding, 'PersistentVolumeClaim', undefined, claim('data'), 'Queue'],
    ['another claim', volumeZone(cluster), 'PersistentVolumeClaim', undefined, claim('other'), 'Skip'],
    ['a class with other topologies', binding, 'StorageClass', {}, { allowedTopologies: [{}] }, 'Queue'],
    ['a class that got a label', binding, 'StorageClass', {}, { metadata: { labels: {} } }, 'Skip'],
    [
      'a class that waits for its pod',
      volumeZone(cluster),
      'StorageClass',
      undefined,
      { volumeBindingMode: 'WaitForFirstConsumer' },
      'Queue',
    ],
    ['a class that does not', volumeZone(cluster), 'StorageClass', undefined, {}, 'Skip'],
    ['a volume in another zone', volumeZone(cluster), 'PersistentVolume', volume('a'), volume('b'), 'Queue'],
    ['a volume as before', volumeZone(cluster), 'PersistentVolume', volume('a'), volume('a'), 'Skip'],
    ['a driver that attaches more', nodeVolumeLimits(cluster), 'CSINode', csiNode(1), csiNode(2), 'Queue'],
    ['a driver that attaches fewer', nodeVolumeLimits(cluster), 'CSINode', csiNode(2), csiNode(1), 'Skip'],
    [
      'a pod without volumes went',
      nodeVolumeLimits(cluster),
      'AssignedPod',
      pod('o', { nodeName: 'n' }),
      undefined,
      'Skip',
    ],
  ])('%s', (_, plugin, resource, before, now, verdict) =>
    expect(ask(plugin, resource, uses, before, now)).toBe(verdict),
  );
});
