// The environment, the files and the command of a container, from its pod and what the pod refers to.
// Models pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables) and pkg/volume.

import { decodeBase64 } from '../../model/base64.ts';
import type { ConfigMap, Container, EnvVar, Pod, Secret, Volume, VolumeMount } from '../../model/generated/core.v1.ts';
import { quantity } from '../../model/quantity.ts';
import { type Entries, FileSystem, type Mount } from './files.ts';
import { hostnameOf, hostsFile, resolvConf } from './network.ts';
import { bytesOf } from './program.ts';

/** Reads what a pod refers to; undefined where it is not there. */
export interface Objects {
  configMap(namespace: string, name: string): ConfigMap | undefined;
  secret(namespace: string, name: string): Secret | undefined;
}

/** Volumes that outlive a container, by a key that says which one is meant. */
export type Volumes = Map<string, Entries>;

const binary = (text: string): string => Array.from(decodeBase64(text) ?? [], (b) => String.fromCharCode(b)).join('');

function decoded(data: { readonly [key: string]: string } | undefined): [string, string][] {
  return Object.entries(data ?? {}).map(([k, v]) => [k, binary(v)]);
}

function dataOf(o: ConfigMap | Secret | undefined): Map<string, string> {
  if (o === undefined) return new Map();
  if (o.kind === 'Secret') return new Map(decoded(o.data));
  const { data, binaryData } = o as ConfigMap;
  return new Map([
    ...Object.entries(data ?? {}).map(([k, v]): [string, string] => [k, bytesOf(v)]),
    ...decoded(binaryData),
  ]);
}

function podField(pod: Pod, path: string): string {
  const { metadata, spec, status } = pod;
  const key = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (key) return metadata?.[key[1] as 'labels' | 'annotations']?.[key[2] ?? ''] ?? '';
  const values: { readonly [path: string]: string | undefined } = {
    'metadata.name': metadata?.name,
    'metadata.namespace': metadata?.namespace,
    'metadata.uid': metadata?.uid,
    'spec.nodeName': spec?.nodeName,
    'spec.serviceAccountName': spec?.serviceAccountName,
    'status.hostIP': status?.hostIP,
    'status.hostIPs': status?.hostIPs?.map(({ ip }) => ip).join(),
    'status.podIP': status?.podIP,
    'status.podIPs': status?.podIPs?.map(({ ip }) => ip).join(),
  };
  return values[path] ?? '';
}

function fieldFile(pod: Pod, path: string): string {
  if (path !== 'metadata.labels' && path !== 'metadata.annotations') return podField(pod, path);
  const map = path === 'metadata.labels' ? pod.metadata?.labels : pod.metadata?.annotations;
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
    .join('\n');
}

function valueFor(e: EnvVar, pod: Pod, container: Container, objects: Objects): string {
  const namespace = pod.metadata?.namespace ?? '';
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = e.valueFrom ?? {};
  if (configMapKeyRef)
    return dataOf(objects.configMap(namespace, configMapKeyRef.name ?? '')).get(configMapKeyRef.key) ?? '';
  if (secretKeyRef) return dataOf(objects.secret(namespace, secretKeyRef.name ?? '')).get(secretKeyRef.key) ?? '';
  if (fieldRef) return podField(pod, fieldRef.fieldPath);
  if (resourceFieldRef) {
    const [kind = '', name = ''] = resourceFieldRef.resource.split('.');
    const from = kind === 'limits' ? container.resources?.limits : container.resources?.requests;
    return inUnits(from?.[name] ?? '0', resourceFieldRef.divisor);
  }
  return '';
}

/** How many times the divisor goes into an amount, rounded up. Models pkg/api/v1/resource, ConvertResourceCPUToString. */
function inUnits(amount: string | number, divisor: string | number = '1'): string {
  const unit = quantity(divisor).nano || quantity('1').nano;
  return String((quantity(amount).nano + unit - 1n) / unit);
}

/** `$(NAME)` is replaced where the name is known; `$$(NAME)` stands for itself. */
function expanded(text: string, env: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name?: string) =>
    name === undefined ? '$' : (env.get(name) ?? whole),
  );
}

export function environmentOf(pod: Pod, container: Container, objects: Objects): Map<string, string> {
  const namespace = pod.metadata?.namespace ?? '';
  const env = new Map([
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['HOSTNAME', hostnameOf(pod)],
  ]);
  // Variables of other Services are left out: they would be those of the moment when the container started.
  env.set('KUBERNETES_SERVICE_HOST', '10.96.0.1');
  env.set('KUBERNETES_SERVICE_PORT', '443');
  env.set('KUBERNETES_SERVICE_PORT_HTTPS', '443');
  for (const from of container.envFrom ?? []) {
    const data = from.configMapRef
      ? dataOf(objects.configMap(namespace, from.configMapRef.name ?? ''))
      : dataOf(objects.secret(namespace, from.secretRef?.name ?? ''));
    for (const [k, v] of data) env.set((from.prefix ?? '') + k, v);
  }
  for (const e of container.env ?? []) {
    const value = e.valueFrom ? valueFor(e, pod, container, objects) : bytesOf(expanded(e.value ?? '', env));
    env.set(e.name, value);
  }
  env.set('HOME', '/root');
  return env;
}

/** What is run: command and args with their variables replaced; empty where the image decides. */
export function commandOf(container: Container, env: ReadonlyMap<string, string>): string[] {
  return [...(container.command ?? []), ...(container.args ?? [])].map((word) => bytesOf(expanded(word, env)));
}

type Items = readonly { readonly key: string; readonly path: string }[] | undefined;

function project(data: ReadonlyMap<string, string>, items: Items): Entries {
  if (items === undefined) return new Map(data);
  return new Map(items.flatMap(({ key, path }) => (data.has(key) ? [[path, data.get(key) ?? '']] : [])));
}

function fieldItems(
  pod: Pod,
  items: readonly { path: string; fieldRef?: { fieldPath: string } }[] | undefined,
): Entries {
  return new Map((items ?? []).map((i) => [i.path, bytesOf(fieldFile(pod, i.fieldRef?.fieldPath ?? ''))]));
}

type Source = { readonly shared: string } | { readonly fixed: () => Entries };

function projected(pod: Pod, volume: Volume, objects: Objects): Entries {
  const namespace = pod.metadata?.namespace ?? '';
  const out: Entries = new Map();
  for (const s of volume.projected?.sources ?? []) {
    const parts: Entries[] = [];
    if (s.configMap)
      parts.push(project(dataOf(objects.configMap(namespace, s.configMap.name ?? '')), s.configMap.items));
    if (s.secret) parts.push(project(dataOf(objects.secret(namespace, s.secret.name ?? '')), s.secret.items));
    if (s.downwardAPI) parts.push(fieldItems(pod, s.downwardAPI.items as never));
    if (s.serviceAccountToken)
      parts.push(new Map([[s.serviceAccountToken.path, 'a token of the ServiceAccount stands here (not simulated)']]));
    for (const part of parts) for (const [k, v] of part) out.set(k, v);
  }
  return out;
}

function sourceOf(pod: Pod, v: Volume, objects: Objects): Source {
  const namespace = pod.metadata?.namespace ?? '';
  const { configMap, secret, downwardAPI } = v;
  if (configMap)
    return { fixed: () => project(dataOf(objects.configMap(namespace, configMap.name ?? '')), configMap.items) };
  if (secret) return { fixed: () => project(dataOf(objects.secret(namespace, secret.secretName ?? '')), secret.items) };
  if (downwardAPI) return { fixed: () => fieldItems(pod, downwardAPI.items as never) };
  if (v.projected) return { fixed: () => projected(pod, v, objects) };
  if (v.persistentVolumeClaim) return { shared: `claim ${namespace}/${v.persistentVolumeClaim.claimName}` };
  if (v.hostPath) return { shared: `host ${pod.spec?.nodeName}${v.hostPath.path}` };
  return { shared: `pod ${pod.metadata?.uid}/${v.name}` };
}

function mountOf(m: VolumeMount, source: Source, volumes: Volumes): Mount {
  const path = FileSystem.resolve('/', m.mountPath).replace(/\/$/, '');
  const entries = (): Entries => {
    if ('fixed' in source) return subPath(source.fixed(), m.subPath);
    const key = m.subPath ? `${source.shared}/${m.subPath}` : source.shared;
    const known = volumes.get(key) ?? new Map();
    volumes.set(key, known);
    return known;
  };
  return { path, readOnly: m.readOnly === true || 'fixed' in source, entries };
}

/** A sub-path that is a file is mounted as one: its bytes under the empty name. */
function subPath(all: Entries, sub: string | undefined): Entries {
  if (!sub) return all;
  const file = all.get(sub);
  if (file !== undefined) return new Map([['', file]]);
  const inside = [...all].filter(([k]) => k.startsWith(`${sub}/`));
  return new Map(inside.map(([k, v]) => [k.slice(sub.length + 1), v]));
}

const DIRECTORIES = ['bin', 'dev', 'etc', 'home', 'proc', 'root', 'sys', 'tmp', 'usr', 'var'];

/** @param layer the container's own writable layer, which goes with it. */
export function filesOf(
  pod: Pod,
  container: Container,
  objects: Objects,
  volumes: Volumes,
  layer: Entries,
): FileSystem {
  for (const d of DIRECTORIES) layer.set(d, null);
  layer.set('etc/hostname', bytesOf(`${hostnameOf(pod)}\n`));
  layer.set('etc/hosts', bytesOf(hostsFile(pod)));
  layer.set('etc/resolv.conf', bytesOf(resolvConf(pod)));
  const mounts = (container.volumeMounts ?? []).flatMap((m) => {
    const v = pod.spec?.volumes?.find((x) => x.name === m.name);
    return v ? [mountOf(m, sourceOf(pod, v, objects), volumes)] : [];
  });
  return new FileSystem([...mounts, { path: '', readOnly: false, entries: () => layer }]);
}
