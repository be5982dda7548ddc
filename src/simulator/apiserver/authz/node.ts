// What a kubelet may do: what has to do with the pods on its own node. Models plugin/pkg/auth/authorizer/node.
import type { PersistentVolumeClaim, Pod } from '../../../model/generated/core.v1.ts';
import type { ClusterRole, PolicyRule } from '../../../model/generated/rbac.v1.ts';
import type { VolumeAttachment } from '../../../model/generated/storage.v1.ts';
import type { Store } from '../../store/index.ts';
import type { User } from '../context.ts';
import { podReferences } from '../podrefs.ts';
import type { Attributes, Authorizer, Decision } from './attributes.ts';
import { ruleAllows } from './rbac.ts';

const PODS = '/registry/pods/';
const USER = 'system:node:';
const ALLOWED: Decision = { allowed: true, reason: '', by: 'the Node authorizer' };
const READ = ['get', 'list', 'watch'];
const OWN_OBJECT = ['get', 'create', 'update', 'patch', 'delete'];

/** The node that a user is the kubelet of; undefined for everybody else. */
export function nodeOf(user: User): string | undefined {
  if (!user.name.startsWith(USER) || !user.groups.includes('system:nodes')) return undefined;
  return user.name.slice(USER.length);
}

function no(reason: string): Decision {
  return { allowed: false, reason, by: `the Node authorizer: ${reason}` };
}

/** Which pods are on which node, kept up with the store. */
class PodsByNode {
  private readonly keys = new Map<string, Set<string>>();
  private readonly store: Store;

  constructor(store: Store) {
    this.store = store;
    for (const kv of store.range(PODS)) this.link(kv.key, kv.value as Pod);
    store.subscribe((change) => {
      if (change.prefix !== PODS) return;
      const before = (change.previous?.value as Pod | undefined)?.spec?.nodeName;
      const now = (change.current?.value as Pod | undefined)?.spec?.nodeName;
      if (before === now) return;
      if (before) this.keys.get(before)?.delete(change.key);
      if (change.current) this.link(change.key, change.current.value as Pod);
    });
  }

  on(node: string): Pod[] {
    const found: Pod[] = [];
    for (const key of this.keys.get(node) ?? []) {
      const pod = this.store.get(key)?.value as Pod | undefined;
      if (pod !== undefined) found.push(pod);
    }
    return found;
  }

  private link(key: string, pod: Pod): void {
    const node = pod.spec?.nodeName;
    if (!node) return;
    const set = this.keys.get(node);
    if (set) set.add(key);
    else this.keys.set(node, new Set([key]));
  }
}

export class NodeAuthorizer implements Authorizer {
  private readonly store: Store;
  private readonly pods: PodsByNode;
  private rules: readonly PolicyRule[] | undefined;

  constructor(store: Store) {
    this.store = store;
    this.pods = new PodsByNode(store);
  }

  authorize(a: Attributes): Decision | undefined {
    const node = nodeOf(a.user);
    if (node === undefined) return undefined;
    if (a.isResource) {
      const special = this.special(a, node);
      if (special !== undefined) return special;
    }
    this.rules ??= (this.store.get('/registry/clusterroles/system:node')?.value as ClusterRole | undefined)?.rules;
    return (this.rules ?? []).some((rule) => ruleAllows(rule, a)) ? ALLOWED : no('');
  }

  /** Resources of which a node may see only some objects; undefined: the static rules decide. */
  private special(a: Attributes, node: string): Decision | undefined {
    switch (`${a.group}/${a.resource}`) {
      case '/secrets':
      case '/configmaps':
        return this.related(a, node, READ, 'can only read resources of this type', 'cannot read subresource');
      case '/persistentvolumeclaims':
        if (a.subresource === 'status') return this.claimStatus(a, node);
        return this.get(a, node);
      case '/persistentvolumes':
      case 'resource.k8s.io/resourceclaims':
      case 'storage.k8s.io/volumeattachments':
        return this.get(a, node);
      case '/serviceaccounts':
        return this.serviceAccount(a, node);
      case '/nodes':
        return ownNode(a, node);
      case '/pods':
        return this.pod(a, node);
      case 'coordination.k8s.io/leases':
        return lease(a, node);
      case 'storage.k8s.io/csinodes':
        return csiNode(a, node);
      default:
        return undefined;
    }
  }

  private get(a: Attributes, node: string): Decision {
    return this.related(a, node, ['get'], 'can only get individual resources of this type', 'cannot get subresource');
  }

  private related(a: Attributes, node: string, verbs: readonly string[], verb: string, sub: string): Decision {
    if (!verbs.includes(a.verb)) return no(verb);
    if (a.subresource !== '') return no(sub);
    return this.relation(a, node);
  }

  private relation(a: Attributes, node: string): Decision {
    if (a.name === '') return no('No Object name found');
    const found = this.pods.on(node).some((p) => this.refersTo(p, a, node));
    if (found || this.attached(a, node)) return ALLOWED;
    return no(`no relationship found between node '${node}' and this object`);
  }

  private attached(a: Attributes, node: string): boolean {
    if (a.resource !== 'volumeattachments') return false;
    const va = this.store.get(`/registry/volumeattachments/${a.name}`)?.value as VolumeAttachment | undefined;
    return va?.spec.nodeName === node;
  }

  private refersTo(p: Pod, a: Attributes, node: string): boolean {
    if (a.resource === 'persistentvolumes') return this.usesVolume(p, a.name);
    if (p.metadata?.namespace !== a.namespace) return false;
    const refs = podReferences(p);
    switch (a.resource) {
      case 'secrets':
        return refs.secrets.has(a.name);
      case 'configmaps':
        return refs.configmaps.has(a.name);
      case 'persistentvolumeclaims':
        return refs.persistentvolumeclaims.has(a.name);
      case 'serviceaccounts':
        return p.spec?.serviceAccountName === a.name;
      case 'resourceclaims':
        return (p.status?.resourceClaimStatuses ?? []).some((c) => c.resourceClaimName === a.name);
      case 'pods':
        return p.metadata?.name === a.name && p.spec?.nodeName === node;
      default:
        return false;
    }
  }

  private usesVolume(p: Pod, volume: string): boolean {
    const namespace = p.metadata?.namespace ?? '';
    for (const name of podReferences(p).persistentvolumeclaims) {
      const claim = this.store.get(`/registry/persistentvolumeclaims/${namespace}/${name}`)?.value;
      if ((claim as PersistentVolumeClaim | undefined)?.spec?.volumeName === volume) return true;
    }
    return false;
  }

  private claimStatus(a: Attributes, node: string): Decision {
    if (!['update', 'patch'].includes(a.verb)) return no('can only update or patch the status of this type');
    return this.relation(a, node);
  }

  private serviceAccount(a: Attributes, node: string): Decision {
    if (a.verb === 'get' && a.subresource === '') return this.relation(a, node);
    if (a.verb !== 'create' || a.subresource !== 'token')
      return no('can only create tokens for individual service accounts');
    return this.relation(a, node);
  }

  private pod(a: Attributes, node: string): Decision | undefined {
    if (a.subresource !== '' || !READ.includes(a.verb)) return undefined;
    if (a.verb === 'get') return this.relation(a, node);
    const limited = (a.fieldSelector ?? '').split(',').some((t) => t.replace('==', '=') === `spec.nodeName=${node}`);
    return limited ? ALLOWED : no('can only list/watch pods with spec.nodeName field selector');
  }
}

function ownNode(a: Attributes, node: string): Decision | undefined {
  if (!READ.includes(a.verb)) return undefined;
  if (a.name === node) return ALLOWED;
  const what = a.name === '' ? 'all nodes' : `'${a.name}'`;
  return no(`node '${node}' cannot read ${what}, only its own Node object`);
}

function lease(a: Attributes, node: string): Decision {
  if (!OWN_OBJECT.includes(a.verb)) return no('can only get, create, update, patch, or delete a node lease');
  if (a.namespace !== 'kube-node-lease') return no('can only access leases in the "kube-node-lease" system namespace');
  if (a.verb !== 'create' && a.name !== node)
    return no('can only access node lease with the same name as the requesting node');
  return ALLOWED;
}

function csiNode(a: Attributes, node: string): Decision {
  if (!OWN_OBJECT.includes(a.verb)) return no('can only get, create, update, patch, or delete a CSINode');
  if (a.subresource !== '') return no('cannot authorize CSINode subresources');
  if (a.verb !== 'create' && a.name !== node)
    return no('can only access CSINode with the same name as the requesting node');
  return ALLOWED;
}
