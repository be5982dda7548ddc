// Which controller makes the objects that an object of a kind owns as their controller.
export const MAKERS: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicaset-controller',
  ReplicationController: 'replication-controller',
  Deployment: 'deployment-controller',
  StatefulSet: 'statefulset-controller',
  DaemonSet: 'daemon-set-controller',
  Job: 'job-controller',
  CronJob: 'cronjob-controller',
  Service: 'endpointslice-controller',
};

/** The controller's id in the knowledge data; undefined for kinds that others define, and for those that make nothing. */
export function makerFor(kind: string): string | undefined {
  return Object.hasOwn(MAKERS, kind) ? MAKERS[kind] : undefined;
}
