// What the reader looks into: the whole cluster, a machine, a component, a pod, one of its containers.

import type { SceneBox } from '../boxes.ts';
import type { Chip } from '../chips.ts';
import type { Story } from '../story.ts';

export type Focus =
  | { readonly type: 'node'; readonly node: string }
  | { readonly type: 'component'; readonly component: string; readonly node?: string }
  | { readonly type: 'pod'; readonly key: string }
  | { readonly type: 'container'; readonly key: string; readonly name: string };

/** What a box of the drawing opens into; people outside have no inside. */
export function focusOfBox({ kind, component, node }: SceneBox): Focus | undefined {
  if (kind === 'outside') return undefined;
  if (component !== undefined) return { type: 'component', component, ...(node === undefined ? {} : { node }) };
  return node === undefined ? undefined : { type: 'node', node };
}

export const focusOfChip = ({ key }: Chip): Focus => ({ type: 'pod', key });

/** What was remembered, as far as it can be used. */
export function parseFocus(value: unknown): Focus | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, node, component, key, name } = value as { readonly [field: string]: unknown };
  const on = typeof node === 'string' ? { node } : {};
  if (type === 'node' && typeof node === 'string') return { type, node };
  if (type === 'component' && typeof component === 'string') return { type, component, ...on };
  if (type === 'pod' && typeof key === 'string') return { type, key };
  if (type === 'container' && typeof key === 'string' && typeof name === 'string') return { type, key, name };
  return undefined;
}

export interface Crumb {
  readonly name: string;
  /** Undefined for the whole cluster. */
  readonly to: Focus | undefined;
}

/** The way from the whole cluster down to what is looked into, which comes last. */
export function crumbsOf(story: Story, focus: Focus | undefined, count: number): Crumb[] {
  const whole: Crumb = { name: 'Cluster', to: undefined };
  if (focus === undefined) return [whole];
  const node = (name: string | undefined): Crumb[] => {
    return name === undefined ? [] : [{ name, to: { type: 'node', node: name } }];
  };
  if (focus.type === 'node') return [whole, ...node(focus.node)];
  if (focus.type === 'component') {
    const known = story.component(focus.component);
    const process = known?.process === undefined ? undefined : story.component(known.process);
    const parent: Crumb[] = process
      ? [{ name: process.name, to: { type: 'component', component: process.id, ...onNode(focus.node) } }]
      : [];
    return [whole, ...node(focus.node), ...parent, { name: known?.name ?? focus.component, to: focus }];
  }
  const pod = story.podsAt(count).find(({ key }) => key === focus.key);
  const name = pod?.ref.name ?? focus.key.split('/').at(-1) ?? focus.key;
  const crumbs = [whole, ...node(pod?.node), { name, to: { type: 'pod', key: focus.key } } as const];
  return focus.type === 'pod' ? crumbs : [...crumbs, { name: focus.name, to: focus }];
}

const onNode = (node: string | undefined): { node?: string } => (node === undefined ? {} : { node });

const isOf = (focus: Focus, component: string): boolean => focus.type === 'component' && focus.component === component;

/** Machines beyond this many are reached through the drawing or by name in the filter. */
const MOST_NODES = 200;

export interface Choice {
  readonly group: string;
  readonly name: string;
  readonly focus: Focus;
}

/** Everything with an inside, for a list to choose from: components where they run, loops that ever acted, machines. */
export function choices(story: Story): Choice[] {
  const { nodes, placements } = story.topology;
  const control = new Set(nodes.filter((n) => n.controlPlane).map((n) => n.name));
  const proxied = new Set(placements.filter((one) => one.component === 'kube-proxy').map((one) => one.node));
  const out: Choice[] = [];
  for (const { component, node } of placements) {
    const known = story.component(component);
    if (node === undefined || !control.has(node) || known?.group === 'node') continue;
    const where = control.size > 1 ? ` on ${node}` : '';
    const group = 'Control plane';
    out.push({ group, name: `${known?.name ?? component}${where}`, focus: { type: 'component', component, node } });
    for (const loop of story.loopOrder) {
      // Their process may run on several machines; what they found is theirs wherever they ran.
      if (story.component(loop)?.process !== component || out.some(({ focus }) => isOf(focus, loop))) continue;
      const name = story.component(loop)?.name ?? loop;
      out.push({ group: 'Control loops', name, focus: { type: 'component', component: loop, node } });
    }
  }
  for (const { name } of nodes.slice(0, MOST_NODES)) {
    out.push({ group: 'Nodes', name, focus: { type: 'node', node: name } });
    const focus = { type: 'component', component: 'kubelet', node: name } as const;
    out.push({ group: 'Kubelets', name: `kubelet on ${name}`, focus });
    if (!proxied.has(name)) continue;
    const proxy = { type: 'component', component: 'kube-proxy', node: name } as const;
    out.push({ group: 'Rules', name: `kube-proxy on ${name}`, focus: proxy });
  }
  return out;
}
