// Objects for scenes in which something goes wrong.
export type Loose = Readonly<Record<string, unknown>>;

export interface Scene {
  /** `core.v1.Container.image`; the record of each cites the Event, the status, or both. */
  readonly fields: readonly string[];
  readonly objects: readonly Loose[];
  readonly event?: string;
  readonly status?: string;
  /** Virtual seconds that it takes at most, and how often in each it has to be looked for. */
  readonly seconds?: number;
  readonly looks?: number;
}

export const shell = (script: string): object => ({ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script] });
export const idle = shell('sleep 100000');

export function pod(spec: object, name = 'p'): Loose {
  const whole = { containers: [idle], terminationGracePeriodSeconds: 1, ...spec };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'p' } }, spec: whole };
}

export const container = (fields: object): Loose => pod({ containers: [{ ...idle, ...fields }] });
export const env = (valueFrom: object): Loose => container({ env: [{ name: 'A', valueFrom }] });
export const volume = (source: object): Loose => pod({ volumes: [{ name: 'v', ...source }] });
export const exec = (command: string): object => ({ exec: { command: ['sh', '-c', command] }, periodSeconds: 1 });
export const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data: { other: 'x' } };

export const template = (spec: object): object => ({ metadata: { labels: { app: 'w' } }, spec });
export const selector = { matchLabels: { app: 'w' } };

export function deployment(fields: object, spec: object = { containers: [idle] }): Loose {
  const whole = { replicas: 1, selector, template: template(spec), ...fields };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: whole };
}

export function job(fields: object, script = 'exit 1'): Loose {
  const once = template({ containers: [shell(script)], restartPolicy: 'Never' });
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec: { template: once, ...fields } };
}

export function autoscaler(name: string, fields: object = {}): Loose {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
  const spec = { maxReplicas: 3, scaleTargetRef, ...fields };
  return { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' }, spec };
}

export function budget(app: string): Loose {
  const spec = { maxUnavailable: 1, selector: { matchLabels: { app } } };
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'b' }, spec };
}

export const claim = (name: string): Loose => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});
