// A pod that names its node fits that node only. Models pkg/scheduler/framework/plugins/nodename.
import { Action } from '../framework/events.ts';
import type { Plugin } from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';
import { NODE_NAME } from './names.ts';

const OTHER = unresolvable(NODE_NAME, "node(s) didn't match the requested node name");

export function nodeName(): Plugin {
  return {
    name: NODE_NAME,
    events: [{ resource: 'Node', actions: Action.add }],
    filter(_state, pod, node) {
      const wanted = pod.nodeName;
      return wanted === undefined || wanted === node.name ? undefined : OTHER;
    },
  };
}
