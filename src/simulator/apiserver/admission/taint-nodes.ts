// A new node takes no pods until it is ready. Models plugin/pkg/admission/nodetaint/admission.go.
import type { Node } from '../../../model/generated/core.v1.ts';
import type { Plugin } from './chain.ts';

const TAINT = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const;

export const taintNodesByCondition: Plugin = {
  name: 'TaintNodesByCondition',
  handles: (r) =>
    r.operation === 'CREATE' && r.resource.plural === 'nodes' && r.resource.group === '' && r.subresource === '',
  mutate: (r) => {
    const node = r.object as Node;
    const taints = node.spec?.taints ?? [];
    if (taints.some((t) => t.key === TAINT.key && t.effect === TAINT.effect)) return undefined;
    return {
      object: { ...node, spec: { ...node.spec, taints: [...taints, TAINT] } },
      note: `added the taint ${TAINT.key}`,
    };
  },
};
