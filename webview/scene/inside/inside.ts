// One look inside, after so many steps: a plain value that a test can read.
import { kubeProxy } from '../rules/inside.ts';
import type { Story } from '../story.ts';
import { apiServer, controlLoop, etcd, scheduler } from './control-plane.ts';
import { crumbsOf, type Focus } from './focus.ts';
import { container, didLast, kubelet, machine, pod } from './node.ts';
import type { At, Inside, Part, RuleChoice } from './parts.ts';

export function insideOf(
  story: Story,
  focus: Focus,
  count: number,
  current = story.steps[count - 1],
  choice: RuleChoice = {},
): Inside {
  const at: At = { story, count, current };
  const title = crumbsOf(story, focus, count).at(-1)?.name ?? '';
  if (focus.type === 'component') {
    const known = story.component(focus.component);
    return {
      title,
      role: known?.role ?? '',
      colour: known?.colour ?? 'none',
      parts: componentParts(at, focus, choice),
    };
  }
  return { title, colour: 'none', ...placeOf(at, focus) };
}

function placeOf(at: At, focus: Exclude<Focus, { type: 'component' }>): { role: string; parts: readonly Part[] } {
  const { story, count } = at;
  if (focus.type === 'node') {
    const control = story.topology.nodes.find(({ name }) => name === focus.node)?.controlPlane;
    const role = control ? 'A machine that runs the control plane.' : 'A machine that runs pods.';
    return { role, parts: machine(at, focus.node) };
  }
  const view = story.podsAt(count).find(({ key }) => key === focus.key);
  if (!view) return { role: 'It is not there at this step.', parts: [] };
  if (focus.type === 'container')
    return { role: 'One container of a pod.', parts: container(at, focus.key, focus.name) };
  const where = view.node === undefined ? 'on no node yet' : `on ${view.node}`;
  return { role: `${view.status}, ${where}.`, parts: pod(at, focus.key) };
}

function componentParts(
  at: At,
  { component, node }: Extract<Focus, { type: 'component' }>,
  choice: RuleChoice,
): readonly Part[] {
  const { story } = at;
  const own = didLast(at, (s) => s.actor.component === component && (node === undefined || s.actor.node === node));
  if (component === 'kube-apiserver') return apiServer(at);
  if (component === 'etcd') return etcd(at);
  if (component === 'kube-scheduler') return scheduler(at);
  if (component === 'kube-proxy' && node !== undefined) return kubeProxy(at, node, choice);
  if (component === 'kubelet' && node !== undefined) return kubelet(at, node);
  if (story.component(component)?.process !== undefined) return [...controlLoop(at, component), own];
  const loops = story.loopOrder.filter((id) => story.component(id)?.process === component);
  if (loops.length === 0) return [own];
  const rows = loops.map((id) => ({
    cells: [
      {
        text: story.component(id)?.name ?? id,
        to: { type: 'component', component: id, ...(node === undefined ? {} : { node }) } as const,
      },
      { text: story.decisionAt(id, at.count) ?? '' },
      { text: story.component(id)?.role ?? '' },
    ],
  }));
  const columns = ['Control loop', 'Last found', 'For'];
  return [{ type: 'table', title: 'Loops that have acted', columns, rows, empty: 'None has acted yet.' }];
}
