// Creating and deleting the pods of an owner, with the Events that say so. Models RealPodControl in
// pkg/controller/controller_utils.go.
import type { Process } from '../../../kernel/process.ts';
import type { Pod, PodTemplateSpec } from '../../../model/generated/core.v1.ts';
import type { OwnerReference, Status } from '../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import type { StepId } from '../../../trace/step.ts';
import type { Client, Result } from '../../runtime/client.ts';
import { PODS } from '../../runtime/kinds.ts';
import type { EventRecorder, Subject } from '../../runtime/recorder.ts';

export function controllerRef(owner: KubeObject, apiVersion: string, kind: string): OwnerReference {
  return {
    apiVersion,
    kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The pod that a template asks for, named after its owner by the API server. */
export function podFromTemplate(template: PodTemplateSpec, owner: KubeObject, ref: OwnerReference): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      ...(owner.metadata.namespace ? { namespace: owner.metadata.namespace } : {}),
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [ref],
    },
    ...(template.spec ? { spec: template.spec } : {}),
  };
}

/** True for a refusal because the namespace is going away: no Event, no retry. */
export function namespaceTerminating(status: Status): boolean {
  return status.details?.causes?.some((c) => c.reason === 'NamespaceTerminating') ?? false;
}

export class PodControl {
  private readonly client: Client;
  private readonly events: EventRecorder;

  constructor(client: Client, events: EventRecorder) {
    this.client = client;
    this.events = events;
  }

  *create(pod: Pod, owner: Subject, causes: readonly StepId[]): Process<Result<Pod>> {
    const result = yield* this.client.create<Pod>(PODS, pod, { causes });
    if (result.ok) {
      this.events.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${result.value.metadata.name}`, [
        result.step,
      ]);
    } else if (!namespaceTerminating(result.status)) {
      this.events.event(owner, 'Warning', 'FailedCreate', `Error creating: ${result.status.message}`, [result.step]);
    }
    return result;
  }

  *delete(pod: Pod, owner: Subject, causes: readonly StepId[]): Process<Result<Pod | Status>> {
    const { namespace = '', name = '' } = pod.metadata;
    const result = yield* this.client.delete<Pod>(PODS, namespace, name, {}, { causes });
    if (result.ok) {
      this.events.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`, [result.step]);
    } else if (result.code !== 404) {
      this.events.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${result.status.message}`, [result.step]);
    }
    return result;
  }
}
