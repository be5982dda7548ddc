// A component that runs on several machines: who of them works, as far as anything tells.
import type { Among, Box } from './boxes.ts';
import { MAIN } from './layout.ts';
import type { Story } from './story.ts';

/** What a box says of itself where it is one of several, at `at` (µs); undefined where it is the only one. */
export function amongOf(story: Story, { component, node }: Box, at: number): Among | undefined {
  if (component === undefined || !MAIN.has(component)) return undefined;
  const members = story.membersOf(component);
  if (members < 2) return undefined;
  if (component === 'etcd') {
    return {
      word: 'leader not visible',
      title: `One of ${members} members. One of them leads (Raft); which one, the Kubernetes API does not tell.`,
      leads: false,
    };
  }
  if (component === 'kube-apiserver') {
    return {
      word: `1 of ${members}`,
      title: `One of ${members}: all of them serve. Which one answered a request is not recorded; requests are drawn to one.`,
      leads: false,
    };
  }
  const leader = story.leaderAt(component, at);
  if (leader === undefined) {
    const title = `One of ${members}, of which one works at a time. Which one holds the Lease is not known.`;
    return { word: `1 of ${members}`, title, leads: false };
  }
  const leads = leader === node;
  const title = leads ? `Holds the Lease kube-system/${component}: it leads.` : `Stands by: ${leader} holds the Lease.`;
  return { word: leads ? 'leads' : 'stands by', title, leads };
}
