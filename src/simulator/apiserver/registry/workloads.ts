// What the registry does to Jobs, DaemonSets and StatefulSets. Models pkg/registry/batch/job/strategy.go,
// pkg/registry/apps/daemonset and pkg/registry/apps/statefulset.
import type { DaemonSet, StatefulSet } from '../../../model/generated/apps.v1.ts';
import type { Job } from '../../../model/generated/batch.v1.ts';
import { equal } from '../../../model/paths.ts';
import type { Obj, Strategy } from './strategy.ts';

const NAME_LABELS = ['batch.kubernetes.io/job-name', 'job-name'];
const UID_LABELS = ['batch.kubernetes.io/controller-uid', 'controller-uid'];
const UID_LABEL = 'batch.kubernetes.io/controller-uid';

/** A Job's pods are found by the Job's uid, unless the writer chose a selector. */
function createJob(o: Obj): Obj {
  const job = o as Job;
  const { spec } = job;
  if (spec === undefined || spec.manualSelector) return o;
  const { name = '', uid = '' } = job.metadata ?? {};
  const labels: Record<string, string> = { ...spec.template.metadata?.labels };
  for (const key of UID_LABELS) labels[key] ??= uid;
  for (const key of NAME_LABELS) labels[key] ??= name;
  const matchLabels = { [UID_LABEL]: uid, ...spec.selector?.matchLabels };
  const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
  // Defaulting runs again when the object is read back, and gives a Job without labels those of its template.
  const own = Object.keys(job.metadata?.labels ?? {}).length === 0 ? { labels } : {};
  const metadata = { ...o.metadata, ...own };
  return { ...o, metadata, spec: { ...spec, selector: { ...spec.selector, matchLabels }, template } };
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

function withTemplateGeneration(o: Obj, generation: string): Obj {
  if (o.metadata.annotations?.[TEMPLATE_GENERATION] === generation) return o;
  const annotations = { ...o.metadata.annotations, [TEMPLATE_GENERATION]: generation };
  return { ...o, metadata: { ...o.metadata, annotations } };
}

function updateDaemonSet(next: Obj, old: Obj): Obj {
  const was = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? '0');
  const same = equal((next as DaemonSet).spec?.template, (old as DaemonSet).spec?.template);
  return withTemplateGeneration(next, String(same ? was : was + 1));
}

export const jobs: Strategy = { create: createJob, generation: ['spec'], orphansByDefault: true };

export const daemonSets: Strategy = {
  // The field is an annotation in apps/v1; conversion writes it always.
  convert: (o) => (o.metadata.annotations?.[TEMPLATE_GENERATION] === undefined ? withTemplateGeneration(o, '0') : o),
  create: (o) => withTemplateGeneration(o, '1'),
  update: updateDaemonSet,
  generation: ['spec'],
};

/** The gate MaxUnavailableStatefulSet is off in v1.36 (kubernetes/kubernetes#137904): the field is not stored. */
function withoutMaxUnavailable(o: Obj): Obj {
  const { spec } = o as StatefulSet;
  const { updateStrategy } = spec ?? {};
  if (updateStrategy?.rollingUpdate?.maxUnavailable === undefined) return o;
  const { maxUnavailable: _, ...rollingUpdate } = updateStrategy.rollingUpdate;
  return { ...o, spec: { ...spec, updateStrategy: { ...updateStrategy, rollingUpdate } } } as Obj;
}

export const statefulSets: Strategy = {
  create: withoutMaxUnavailable,
  update: withoutMaxUnavailable,
  generation: ['spec'],
};
