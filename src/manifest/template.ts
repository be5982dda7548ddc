// What a change inside a template means depends on who owns the template.
// Models pkg/controller/{deployment,statefulset,daemon}, pkg/apis/{apps,batch,resource}/validation.
import type { ChangeEffect } from '../knowledge/record.ts';
import type { Place } from './typing.ts';

interface TemplateChange {
  readonly effect: ChangeEffect;
  readonly text: string;
}

/** By the field that holds the template: what a change below it does, kind by kind. */
const OWNERS: Readonly<Record<string, Readonly<Record<string, TemplateChange>>>> = {
  template: {
    Deployment: {
      effect: 'rollout',
      text: 'Part of a Deployment’s template, so a change makes a new ReplicaSet, and pods are moved over to it by the Deployment’s strategy (not while it is paused).',
    },
    ReplicaSet: {
      effect: 'next',
      text: 'Part of a ReplicaSet’s template, so a change holds for pods created from now on; those that run stay as they are.',
    },
    ReplicationController: {
      effect: 'next',
      text: 'Part of a ReplicationController’s template: only pods created after the change have it.',
    },
    StatefulSet: {
      effect: 'rollout',
      text: 'Part of a StatefulSet’s template, so a change makes a new revision; pods are replaced from the highest ordinal down (RollingUpdate) or when you delete them (OnDelete).',
    },
    DaemonSet: {
      effect: 'rollout',
      text: 'Part of a DaemonSet’s template, so a change makes a new revision; pods are replaced node by node (RollingUpdate) or when you delete them (OnDelete).',
    },
    Job: {
      effect: 'immutable',
      text: 'Part of a Job’s template, which cannot be changed (“field is immutable”); make a new Job. Only while a Job is suspended and has no active pods may it get other labels, annotations, node affinity, node selector, tolerations, scheduling gates, and requests and limits.',
    },
    PodTemplate: {
      effect: 'in-place',
      text: 'Part of a PodTemplate, which may change at any time: nothing in Kubernetes makes pods from it.',
    },
  },
  jobTemplate: {
    CronJob: {
      effect: 'next',
      text: 'Part of a CronJob’s template, so a change holds for the Jobs created from now on; those that run go on as they were made.',
    },
  },
  volumeClaimTemplates: {
    StatefulSet: {
      effect: 'immutable',
      text: 'Part of a StatefulSet’s claim templates, which cannot be changed. Claims that were made from them are objects of their own: to grow a volume, edit its claim.',
    },
  },
  volumeClaimTemplate: {
    Pod: {
      effect: 'immutable',
      text: 'Fixed with the pod. The claim that was made from it is an object of its own, named after pod and volume, and is edited there.',
    },
  },
  spec: {
    ResourceClaimTemplate: {
      effect: 'immutable',
      text: 'Part of a ResourceClaimTemplate, which cannot be changed: make another one. Claims that were made stay.',
    },
  },
};

/** What a change means at a place inside a template: the outermost one counts. */
export function templateChange(place: Place): TemplateChange | undefined {
  for (const field of place.within) {
    const owners = Object.hasOwn(OWNERS, field) ? OWNERS[field] : undefined;
    if (owners && Object.hasOwn(owners, place.kind)) return owners[place.kind];
  }
  return undefined;
}
