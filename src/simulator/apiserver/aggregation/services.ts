// APIServices that send a version of a group to another server.
import type { APIService } from '../../../model/generated/apiregistration.v1.ts';
import type { Store } from '../../store/index.ts';

export const API_SERVICES = '/registry/apiregistration.k8s.io/apiservices/';

export interface RemoteVersion {
  readonly group: string;
  readonly version: string;
  readonly available: boolean;
  /** `namespace/name` of the Service. */
  readonly service: string;
}

function asRemote({ spec, status }: APIService): RemoteVersion | undefined {
  if (!spec?.service) return undefined;
  const { group = '', version = '', service } = spec;
  const available = (status?.conditions ?? []).some((c) => c.type === 'Available' && c.status === 'True');
  return { group, version, available, service: `${service.namespace}/${service.name}` };
}

/** The other server for a version of a group; undefined where this server answers. */
export function remoteOf(store: Store, group: string, version: string): RemoteVersion | undefined {
  const found = store.get(`${API_SERVICES}${version}.${group}`)?.value as APIService | undefined;
  return found && asRemote(found);
}

export function remoteVersions(store: Store): RemoteVersion[] {
  return [...store.range(API_SERVICES)].flatMap((kv) => asRemote(kv.value as APIService) ?? []);
}
