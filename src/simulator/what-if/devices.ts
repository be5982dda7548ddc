// Claims for devices that a question's pods ask for through templates: what the resource claim controller would make of them.
import type { Pod } from '../../model/generated/core.v1.ts';
import type { ResourceClaimTemplate } from '../../model/generated/resource.v1.ts';
import { claimFrom } from '../controllers/resourceclaim/decide.ts';
import type { Scratch } from './scratch.ts';

/** The pod with the names of its claims, each made now. One whose template is missing has to wait, as on a cluster. */
export function withDevices(scratch: Scratch, pod: Pod): Pod {
  const { namespace = '' } = pod.metadata;
  const made = (pod.spec?.resourceClaims ?? []).flatMap((c) => {
    const wanted = c.resourceClaimTemplateName;
    if (wanted === undefined) return [];
    const kind = 'ResourceClaimTemplate';
    const template = scratch.find<ResourceClaimTemplate>('resource.k8s.io/v1', kind, namespace, wanted);
    if (template === undefined) return [];
    const resourceClaimName = scratch.create(claimFrom(pod, c, template)).metadata.name;
    return resourceClaimName === undefined ? [] : [{ name: c.name, resourceClaimName }];
  });
  if (made.length === 0) return pod;
  const known = pod.status?.resourceClaimStatuses ?? [];
  return { ...pod, status: { ...pod.status, resourceClaimStatuses: [...known, ...made] } };
}
