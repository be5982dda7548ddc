// Where kinds that make pods keep the template of them.
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  'apps/v1 Deployment': ['spec', 'template'],
  'apps/v1 ReplicaSet': ['spec', 'template'],
  'apps/v1 StatefulSet': ['spec', 'template'],
  'apps/v1 DaemonSet': ['spec', 'template'],
  'v1 ReplicationController': ['spec', 'template'],
  'v1 PodTemplate': ['template'],
  'batch/v1 Job': ['spec', 'template'],
  'batch/v1 CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
};

/** The path of the pod template; undefined where the kind has none. */
export function templatePath(apiVersion: string, kind: string): readonly string[] | undefined {
  const id = `${apiVersion} ${kind}`;
  return Object.hasOwn(TEMPLATES, id) ? TEMPLATES[id] : undefined;
}

/** Whether pods come of an object of this kind: a Pod itself, or what has a template of them. */
export function makesPods(apiVersion: string, kind: string): boolean {
  return (apiVersion === 'v1' && kind === 'Pod') || templatePath(apiVersion, kind) !== undefined;
}
