// A pod stays for five minutes on a node that is gone. Models plugin/pkg/admission/defaulttolerationseconds/admission.go.
import type { Pod, Toleration } from '../../../model/generated/core.v1.ts';
import type { Mutation, Plugin, Review } from './chain.ts';

const SECONDS = 300;
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

function covers(t: Toleration, taint: string): boolean {
  return (t.key === taint || !t.key) && (t.effect === 'NoExecute' || !t.effect);
}

function mutate(r: Review): Mutation | undefined {
  const pod = r.object as Pod;
  const had = pod.spec?.tolerations ?? [];
  const missing = TAINTS.filter((taint) => !had.some((t) => covers(t, taint)));
  if (pod.spec === undefined || missing.length === 0) return undefined;
  const added = missing.map(
    (key): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }),
  );
  const object = { ...pod, spec: { ...pod.spec, tolerations: [...had, ...added] } };
  return { object, note: `added tolerations of ${SECONDS} s for ${missing.map((m) => m.split('/')[1]).join(' and ')}` };
}

export const defaultTolerationSeconds: Plugin = {
  name: 'DefaultTolerationSeconds',
  handles: (r) =>
    r.resource.plural === 'pods' && r.subresource === '' && (r.operation === 'CREATE' || r.operation === 'UPDATE'),
  mutate,
};
