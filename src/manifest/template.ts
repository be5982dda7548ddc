// What a change inside a pod template means depends on who owns the template.
import type { ChangeEffect } from '../knowledge/record.ts';
import type { Place } from './typing.ts';

interface TemplateChange {
  readonly effect: ChangeEffect;
  readonly text: string;
}

const OWNERS: Readonly<Record<string, TemplateChange>> = {
  Deployment: {
    effect: 'rollout',
    text: 'Part of a Deployment’s template, so a change makes a new ReplicaSet and rolls.',
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
    text: 'Part of a Job’s template, which cannot be changed once the Job runs (“field is immutable”); make a new Job.',
  },
  CronJob: {
    effect: 'next',
    text: 'Part of a CronJob’s template, so a change holds for the Jobs created from now on.',
  },
};

/** The sentence that goes before what the field says of itself, for a place inside a pod template. */
export function templateChange(place: Place): TemplateChange | undefined {
  if (!place.within.includes('template')) return undefined;
  return Object.hasOwn(OWNERS, place.kind) ? OWNERS[place.kind] : undefined;
}
