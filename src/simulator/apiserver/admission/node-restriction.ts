// What a kubelet may write: its own node and the pods on it. Models plugin/pkg/admission/noderestriction/admission.go.
import type { Node, Pod } from '../../../model/generated/core.v1.ts';
import type { Status } from '../../../model/generated/meta.v1.ts';
import { equal } from '../../../model/paths.ts';
import { forbidden } from '../../../model/status.ts';
import { nodeOf } from '../authz/node.ts';
import { podReferences } from '../podrefs.ts';
import type { Plugin, Review } from './chain.ts';

const MIRROR = 'kubernetes.io/config.mirror';
/** Labels that a kubelet may set on its node below kubernetes.io and k8s.io. Source: pkg/kubelet/apis/well_known_labels.go. */
const OWN_LABELS = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
]);
const OWN_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

function refused(r: Review, why: string): Status {
  return forbidden({ group: r.resource.group, resource: r.resource.plural }, r.name, why);
}

function createPod(r: Review, node: string): Status | undefined {
  const pod = r.object as Pod;
  if (pod.metadata?.annotations?.[MIRROR] === undefined) {
    return refused(
      r,
      `pod does not have ${JSON.stringify(MIRROR)} annotation, node ${JSON.stringify(node)} can only create mirror pods`,
    );
  }
  if (pod.spec?.nodeName !== node)
    return refused(r, `node ${JSON.stringify(node)} can only create pods with spec.nodeName set to itself`);
  if (pod.spec.serviceAccountName)
    return refused(r, `node ${JSON.stringify(node)} can not create pods that reference a service account`);
  const refs = podReferences(pod);
  if (refs.secrets.size > 0)
    return refused(r, `node ${JSON.stringify(node)} can not create pods that reference secrets`);
  if (refs.configmaps.size > 0)
    return refused(r, `node ${JSON.stringify(node)} can not create pods that reference configmaps`);
  if (refs.persistentvolumeclaims.size > 0)
    return refused(r, `node ${JSON.stringify(node)} can not create pods that reference persistentvolumeclaims`);
  return undefined;
}

function podOnNode(r: Review, node: string, what: string): Status | undefined {
  if ((r.old as Pod | undefined)?.spec?.nodeName === node) return undefined;
  return refused(r, `node ${JSON.stringify(node)} can only ${what} with spec.nodeName set to itself`);
}

function pods(r: Review, node: string): Status | undefined {
  if (r.operation === 'DELETE') return podOnNode(r, node, 'delete pods');
  if (r.subresource === 'status') return podOnNode(r, node, 'update pod status for pods');
  if (r.subresource === '' && r.operation === 'CREATE') return createPod(r, node);
  return undefined;
}

function restrictedLabel(key: string): boolean {
  const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  const kubernetes = ['kubernetes.io', 'k8s.io'].some((d) => domain === d || domain.endsWith(`.${d}`));
  if (!kubernetes || OWN_LABELS.has(key)) return false;
  return !OWN_DOMAINS.some((d) => domain === d || domain.endsWith(`.${d}`));
}

function nodes(r: Review, node: string): Status | undefined {
  if (r.name !== node)
    return refused(r, `node ${JSON.stringify(node)} is not allowed to modify node ${JSON.stringify(r.name)}`);
  const [now, old] = [r.object as Node | undefined, r.old as Node | undefined];
  if (now === undefined || r.operation === 'DELETE') return undefined;
  const labels = Object.entries(now.metadata?.labels ?? {}).filter(([k, v]) => old?.metadata?.labels?.[k] !== v);
  const bad = labels.map(([k]) => k).filter(restrictedLabel);
  if (bad.length > 0) {
    const verb = r.operation === 'CREATE' ? 'set' : 'modify';
    return refused(r, `is not allowed to ${verb} the following labels: ${bad.sort().join(', ')}`);
  }
  if (r.operation === 'UPDATE' && !equal(now.spec?.taints ?? [], old?.spec?.taints ?? []))
    return refused(r, `node ${JSON.stringify(node)} is not allowed to modify taints`);
  return undefined;
}

export const nodeRestriction: Plugin = {
  name: 'NodeRestriction',
  handles: (r) =>
    r.resource.group === '' &&
    (r.resource.plural === 'pods' || r.resource.plural === 'nodes') &&
    nodeOf(r.ctx.user) !== undefined,
  validate: (r) => {
    const node = nodeOf(r.ctx.user);
    if (node === undefined) return undefined;
    return r.resource.plural === 'pods' ? pods(r, node) : nodes(r, node);
  },
};
