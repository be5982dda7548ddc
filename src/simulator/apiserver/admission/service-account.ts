// A pod runs as a ServiceAccount and gets its token as a volume. Models plugin/pkg/admission/serviceaccount/admission.go.
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '../../../model/generated/core.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { forbidden } from '../../../model/status.ts';
import { refuse } from '../context.ts';
import type { Mutation, Plugin, Review } from './chain.ts';

const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME = 'kube-api-access-';
/** Upstream adds seven seconds so that such tokens can be told from those asked for explicitly. */
const EXPIRES = 3607;
const MIRROR = 'kubernetes.io/config.mirror';
const PODS = { group: '', resource: 'pods' };

/** The same in every pod: objects in the store are never changed, so they share it. */
const PROJECTED: Volume['projected'] = {
  sources: [
    { serviceAccountToken: { expirationSeconds: EXPIRES, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
      },
    },
  ],
  defaultMode: 420,
};

function withMount(containers: readonly Container[] | undefined, volume: string): readonly Container[] | undefined {
  return containers?.map((c) => {
    if ((c.volumeMounts ?? []).some((m) => m.mountPath === MOUNT)) return c;
    return { ...c, volumeMounts: (c.volumeMounts ?? []).concat({ name: volume, readOnly: true, mountPath: MOUNT }) };
  });
}

function withToken(spec: PodSpec, r: Review): PodSpec {
  const existing = (spec.volumes ?? []).find((v) => v.name.startsWith(VOLUME));
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  if (all.every((c) => (c.volumeMounts ?? []).some((m) => m.mountPath === MOUNT))) return spec;
  const name = existing?.name ?? VOLUME + r.ctx.core.random.suffix();
  const initContainers = withMount(spec.initContainers, name);
  return {
    ...spec,
    volumes: existing ? (spec.volumes ?? []) : (spec.volumes ?? []).concat({ name, projected: PROJECTED }),
    containers: withMount(spec.containers, name) ?? [],
    ...(initContainers ? { initContainers } : {}),
  };
}

function mutate(r: Review): Mutation | undefined {
  const pod = r.object as Pod;
  if (pod.spec === undefined || pod.metadata.annotations?.[MIRROR] !== undefined) return undefined;
  const name = pod.spec.serviceAccountName || 'default';
  const found = r.ctx.core.store.get(`/registry/serviceaccounts/${r.namespace}/${name}`)?.value;
  if (found === undefined) {
    const why = `error looking up service account ${r.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`;
    refuse(forbidden(PODS, pod.metadata.name ?? '', why));
  }
  const account = found as KubeObject as ServiceAccount;
  let spec: PodSpec = { ...pod.spec, serviceAccountName: name, serviceAccount: name };
  const notes = [`set serviceAccountName ${name}`];
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) {
    const mounted = withToken(spec, r);
    if (mounted !== spec) notes.push('mounted a token');
    spec = mounted;
  }
  if ((spec.imagePullSecrets ?? []).length === 0 && (account.imagePullSecrets ?? []).length > 0) {
    spec = { ...spec, imagePullSecrets: account.imagePullSecrets ?? [] };
    notes.push('added image pull secrets');
  }
  return { object: { ...pod, spec } as KubeObject, note: notes.join(' and ') };
}

export const serviceAccount: Plugin = {
  name: 'ServiceAccount',
  handles: (r) => r.operation === 'CREATE' && r.resource.plural === 'pods' && r.subresource === '',
  mutate,
};
