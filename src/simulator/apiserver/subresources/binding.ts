// The scheduler's word: a pod goes to a node. Models BindingREST in pkg/registry/core/pod/storage/storage.go.
import type { Binding, Pod } from '../../../model/generated/core.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { conflict, invalid, notFound, success } from '../../../model/status.ts';
import type { Answer, Context } from '../context.ts';
import { refuse } from '../context.ts';
import { writeOptions } from '../handlers/options.ts';
import type { Registry } from '../registry/create.ts';
import { find, write } from '../storage.ts';

const KIND = { group: '', version: 'v1', kind: 'Binding' };
const RESOURCE = { group: '', resource: 'pods/binding' };

export function bind(ctx: Context, registry: Registry, pods: ResourceInfo): Answer {
  const options = writeOptions(ctx, 'CreateOptions');
  const binding = registry.machine.decode(ctx, KIND, options.fieldValidation) as KubeObject as Binding;
  ctx.requestObject = binding;
  checkTarget(binding);
  const name = ctx.info.resource === 'bindings' ? (binding.metadata?.name ?? '') : ctx.info.name;
  const { namespace } = ctx.info;
  const review = {
    ctx,
    operation: 'CREATE' as const,
    resource: pods,
    subresource: 'binding',
    namespace,
    name,
    old: undefined,
  };
  const admitted = (registry.admission.mutate({ ...review, object: binding }) ?? binding) as Binding;
  registry.admission.validate({ ...review, object: admitted });
  const pod = find(ctx, pods, namespace, name) as Pod | undefined;
  if (pod === undefined) refuse(notFound(RESOURCE, name));
  checkPod(ctx, pod, admitted, name);
  ctx.before = pod;
  ctx.after = write(ctx, pods, bound(pod, admitted, ctx.now));
  return { code: 201, body: { ...success(), code: 201 } };
}

function checkTarget(b: Binding): void {
  const { kind = '', name = '' } = b.target ?? {};
  const causes = [];
  if (kind !== '' && kind !== 'Node') {
    const message = `Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`;
    causes.push({ reason: 'FieldValueNotSupported', field: 'target.kind', message });
  }
  if (name === '') causes.push({ reason: 'FieldValueRequired', field: 'target.name', message: 'Required value' });
  if (causes.length > 0) refuse(invalid({ group: '', kind: 'Binding' }, b.metadata?.name ?? '', causes));
}

function checkPod(ctx: Context, pod: Pod, b: Binding, name: string): void {
  const no = (why: string): never => ctx.refuse('storage', conflict(RESOURCE, name, why));
  const { uid } = b.metadata ?? {};
  if (uid && uid !== pod.metadata.uid) {
    no(
      `StorageError: invalid object, Code: 4, Key: /registry/pods/${pod.metadata.namespace}/${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`,
    );
  }
  if (pod.metadata.deletionTimestamp !== undefined) no(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec?.nodeName) no(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if ((pod.spec?.schedulingGates ?? []).length > 0) no(`pod ${name} has non-empty .spec.schedulingGates`);
}

function bound(pod: Pod, b: Binding, now: string): Pod {
  const condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now };
  const others = (pod.status?.conditions ?? []).filter((c) => c.type !== 'PodScheduled');
  const { annotations, labels } = b.metadata ?? {};
  const metadata = {
    ...pod.metadata,
    ...(annotations ? { annotations: { ...pod.metadata.annotations, ...annotations } } : {}),
    ...(labels ? { labels: { ...pod.metadata.labels, ...labels } } : {}),
  };
  const spec = { ...pod.spec, nodeName: b.target.name ?? '' };
  // The promise is kept. Source: ClearingNominatedNodeNameAfterBinding, on by default since v1.35.
  const { phase, nominatedNodeName: _, ...status } = pod.status ?? {};
  return { ...pod, metadata, spec, status: { phase, ...status, conditions: [...others, condition] } } as unknown as Pod;
}
