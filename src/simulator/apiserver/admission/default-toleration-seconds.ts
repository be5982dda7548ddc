// A pod stays for five minutes on a node that is gone. Models plugin/pkg/admission/defaulttolerationseconds/admission.go.
import type { Pod, Toleration } from '../../../model/generated/core.v1.ts';
import type { Mutation, Plugin, Review } from './chain.ts';

const SECONDS = 300;
/** By the taint that they bear. */
const TOLERATIONS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map(
  (key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }) as const,
);

function covers(t: Toleration, taint: string): boolean {
  return (t.key === taint || !t.key) && (t.effect === 'NoExecute' || !t.effect);
}

function mutate(r: Review): Mutation | undefined {
  const pod = r.object as Pod;
  const had = pod.spec?.tolerations ?? [];
  const added = TOLERATIONS.filter(({ key }) => !had.some((t) => covers(t, key)));
  if (pod.spec === undefined || added.length === 0) return undefined;
  const object = { ...pod, spec: { ...pod.spec, tolerations: had.concat(added) } };
  return {
    object,
    note: `added tolerations of ${SECONDS} s for ${added.map(({ key }) => key.split('/')[1]).join(' and ')}`,
  };
}

export const defaultTolerationSeconds: Plugin = {
  name: 'DefaultTolerationSeconds',
  handles: (r) =>
    r.resource.plural === 'pods' && r.subresource === '' && (r.operation === 'CREATE' || r.operation === 'UPDATE'),
  mutate,
};
