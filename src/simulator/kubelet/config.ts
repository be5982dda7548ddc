// What a container's environment and a pod's volumes refer to, and what the kubelet says where it is missing.
// Models makeEnvironmentVariables in pkg/kubelet/kubelet_pods.go and the SetUp of pkg/volume/{configmap,secret,projected}.
import type { Process } from '../../kernel/process.ts';
import type { ConfigMap, Container, Pod, Secret, Volume } from '../../model/generated/core.v1.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from '../runtime/component.ts';
import { CONFIG_MAPS, SECRETS } from '../runtime/kinds.ts';
import { shortImageName } from './imagename.ts';
import { podName } from './names.ts';

interface Wanted {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly keys: readonly string[];
}

type Named = { readonly name?: string; readonly optional?: boolean };

function wanted(kind: Wanted['kind'], ref: Named | undefined, keys: readonly string[]): Wanted[] {
  return ref === undefined || ref.optional ? [] : [{ kind, name: ref.name ?? '', keys }];
}

/** As Go's %v would say it. */
function gone({ kind, name }: Wanted): string {
  return `${kind === 'ConfigMap' ? 'configmap' : 'secret'} "${name}" not found`;
}

/** Images that are known to run as root where nothing else is said. */
const AS_ROOT = new Set(
  'busybox alpine nginx httpd redis postgres mysql mariadb mongo memcached rabbitmq debian ubuntu registry caddy tomcat'.split(
    ' ',
  ),
);

/** Models verifyRunAsNonRoot in pkg/kubelet/kuberuntime/security_context.go, v1.36. */
function mustNotBeRoot(pod: Pod, c: Container): string | undefined {
  const all = pod.spec?.securityContext;
  if ((c.securityContext?.runAsNonRoot ?? all?.runAsNonRoot) !== true) return undefined;
  const uid = c.securityContext?.runAsUser ?? all?.runAsUser;
  const where = `(pod: "${podName(pod)}", container: ${c.name})`;
  if (uid !== undefined) return uid === 0 ? `container's runAsUser breaks non-root policy ${where}` : undefined;
  return AS_ROOT.has(shortImageName(c.image ?? ''))
    ? `container has runAsNonRoot and image will run as root ${where}`
    : undefined;
}

export class Configuration {
  private readonly ctx: ComponentContext;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
  }

  /** Why a container cannot be made; undefined: nothing is missing. */
  *missingFor(pod: Pod, c: Container, cause: StepId): Process<string | undefined> {
    const rootless = mustNotBeRoot(pod, c);
    if (rootless !== undefined) return rootless;
    const refs = [
      ...(c.envFrom ?? []).flatMap((e) => [
        ...wanted('ConfigMap', e.configMapRef, []),
        ...wanted('Secret', e.secretRef, []),
      ]),
      ...(c.env ?? []).flatMap(({ valueFrom: v }) => [
        ...wanted('ConfigMap', v?.configMapKeyRef, [v?.configMapKeyRef?.key ?? '']),
        ...wanted('Secret', v?.secretKeyRef, [v?.secretKeyRef?.key ?? '']),
      ]),
    ];
    for (const ref of refs) {
      const keys = yield* this.keysOf(pod, ref, cause);
      if (keys === undefined) return gone(ref);
      const lost = ref.keys.find((k) => !keys.has(k));
      const where = `${ref.kind} ${pod.metadata.namespace}/${ref.name}`;
      if (lost !== undefined) return `couldn't find key ${lost} in ${where}`;
    }
    return undefined;
  }

  /** Why a volume cannot be set up, as the Event says it. */
  *missingIn(pod: Pod, v: Volume, cause: StepId): Process<string | undefined> {
    const of = (
      kind: Wanted['kind'],
      ref: Named | undefined,
      items: readonly { readonly key: string }[] = [],
    ): Wanted[] =>
      wanted(
        kind,
        ref,
        items.map((i) => i.key),
      );
    const { secret } = v;
    const refs = [
      ...of('ConfigMap', v.configMap, v.configMap?.items),
      ...of('Secret', secret && { ...secret, name: secret.secretName ?? '' }, secret?.items),
      ...(v.projected?.sources ?? []).flatMap((s) => [
        ...of('ConfigMap', s.configMap, s.configMap?.items),
        ...of('Secret', s.secret, s.secret?.items),
      ]),
    ];
    for (const ref of refs) {
      const keys = yield* this.keysOf(pod, ref, cause);
      if (keys === undefined) return gone(ref);
      const lost = ref.keys.find((k) => !keys.has(k));
      if (lost !== undefined) return `references non-existent config key: ${lost}`;
    }
    return undefined;
  }

  private *keysOf(pod: Pod, ref: Wanted, cause: StepId): Process<ReadonlySet<string> | undefined> {
    const { client } = this.ctx;
    const namespace = pod.metadata.namespace ?? '';
    const options = { causes: [cause] };
    const found =
      ref.kind === 'ConfigMap'
        ? yield* client.get<ConfigMap>(CONFIG_MAPS, namespace, ref.name, options)
        : yield* client.get<Secret>(SECRETS, namespace, ref.name, options);
    // Only what is known to be gone is missing: a kubelet goes by what it has when the API server is away.
    if (!found.ok) return found.code === 404 ? undefined : new Set(ref.keys);
    const { data = {}, ...more } = found.value;
    return new Set([...Object.keys(data), ...Object.keys((more as ConfigMap).binaryData ?? {})]);
  }
}
