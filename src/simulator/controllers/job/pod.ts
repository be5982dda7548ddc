// The pod of a Job, with the index of its completion where the Job is Indexed. Models pkg/controller/job/indexed_job_utils.go.
import type { Job } from '../../../model/generated/batch.v1.ts';
import type { Container, EnvVar, Pod } from '../../../model/generated/core.v1.ts';
import { controllerRef, podFromTemplate } from '../common/podcontrol.ts';
import { FINALIZER, INDEX_FAILURES } from './decide.ts';
import { INDEX } from './indexes.ts';

const ENV: EnvVar = {
  name: 'JOB_COMPLETION_INDEX',
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } },
};

function withIndex(c: Container): Container {
  return c.env?.some((e) => e.name === ENV.name) ? c : { ...c, env: [...(c.env ?? []), ENV] };
}

/** `failures`: how often the pods of this index have failed, where the Job limits that. */
export function jobPod(job: Job, index: number | undefined, failures: number): Pod {
  const pod = podFromTemplate(job.spec?.template ?? {}, job, controllerRef(job, 'batch/v1', 'Job'));
  const metadata = { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), FINALIZER] };
  if (index === undefined) return { ...pod, metadata };
  const name = `${job.metadata.name}-${index}`;
  const { initContainers } = pod.spec ?? {};
  return {
    ...pod,
    metadata: {
      ...metadata,
      generateName: `${name}-`,
      labels: { ...metadata.labels, [INDEX]: String(index) },
      annotations: {
        ...metadata.annotations,
        [INDEX]: String(index),
        ...(job.spec?.backoffLimitPerIndex === undefined ? {} : { [INDEX_FAILURES]: String(failures) }),
      },
    },
    spec: {
      ...pod.spec,
      hostname: name,
      containers: (pod.spec?.containers ?? []).map(withIndex),
      ...(initContainers ? { initContainers: initContainers.map(withIndex) } : {}),
    },
  };
}
