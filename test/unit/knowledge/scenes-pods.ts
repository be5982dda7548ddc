// What goes wrong with the containers of a pod, their probes, hooks and mounts.
import { configMap, container, env, exec, idle, pod, type Scene, shell, volume } from './scene-objects.ts';

const CONFIG = { event: 'Failed', status: 'CreateContainerConfigError' };

const CONTAINERS: readonly Scene[] = [
  {
    ...CONFIG,
    fields: [
      'core.v1.Container.env',
      'core.v1.EnvVar.valueFrom',
      'core.v1.EnvVarSource.configMapKeyRef',
      'core.v1.ConfigMapKeySelector.name',
    ],
    objects: [env({ configMapKeyRef: { name: 'm', key: 'k' } })],
  },
  {
    ...CONFIG,
    fields: ['core.v1.ConfigMapKeySelector.key'],
    objects: [configMap, env({ configMapKeyRef: { name: 'm', key: 'k' } })],
  },
  {
    ...CONFIG,
    fields: ['core.v1.EnvVarSource.secretKeyRef', 'core.v1.SecretKeySelector.name'],
    objects: [env({ secretKeyRef: { name: 's', key: 'k' } })],
  },
  {
    ...CONFIG,
    fields: ['core.v1.Container.envFrom', 'core.v1.ConfigMapEnvSource.name'],
    objects: [container({ envFrom: [{ configMapRef: { name: 'm' } }] })],
  },
  {
    ...CONFIG,
    fields: ['core.v1.SecretEnvSource.name'],
    objects: [container({ envFrom: [{ secretRef: { name: 's' } }] })],
  },
  {
    ...CONFIG,
    fields: ['core.v1.SecurityContext.runAsNonRoot', 'core.v1.PodSecurityContext.runAsNonRoot'],
    objects: [container({ securityContext: { runAsNonRoot: true } })],
  },
  {
    fields: ['core.v1.Container.image'],
    event: 'Failed',
    status: 'ImagePullBackOff',
    objects: [container({ image: 'nowhere.invalid/none:1' })],
    seconds: 60,
  },
  {
    fields: ['core.v1.Container.image'],
    event: 'InspectFailed',
    status: 'InvalidImageName',
    objects: [container({ image: 'Nginx:1' })],
  },
  {
    fields: ['core.v1.Container.imagePullPolicy'],
    event: 'ErrImageNeverPull',
    status: 'ErrImageNeverPull',
    objects: [container({ image: 'httpd:2.4', imagePullPolicy: 'Never' })],
  },
  {
    fields: ['core.v1.PodSpec.restartPolicy', 'core.v1.ContainerStatus.restartCount'],
    event: 'BackOff',
    status: 'CrashLoopBackOff',
    objects: [pod({ containers: [shell('exit 1')] })],
    seconds: 60,
    looks: 20,
  },
  {
    fields: ['core.v1.Container.livenessProbe'],
    event: 'Unhealthy',
    status: 'CrashLoopBackOff',
    objects: [
      container({ livenessProbe: { ...exec('exit 1'), failureThreshold: 1, terminationGracePeriodSeconds: 1 } }),
    ],
    seconds: 120,
  },
  {
    fields: ['core.v1.Container.readinessProbe'],
    event: 'Unhealthy',
    status: 'ContainersNotReady',
    objects: [container({ readinessProbe: exec('exit 1') })],
  },
  {
    fields: ['core.v1.Container.startupProbe'],
    event: 'Unhealthy',
    objects: [container({ startupProbe: exec('exit 1') })],
  },
  {
    fields: ['core.v1.Container.lifecycle', 'core.v1.Lifecycle.postStart'],
    event: 'FailedPostStartHook',
    objects: [container({ lifecycle: { postStart: { exec: { command: ['sh', '-c', 'exit 1'] } } } })],
  },
  {
    fields: ['core.v1.PodSpec.initContainers'],
    event: 'BackOff',
    status: 'PodInitializing',
    objects: [pod({ initContainers: [{ ...shell('exit 1'), name: 'i' }] })],
    seconds: 60,
  },
  {
    fields: ['core.v1.PodSpec.readinessGates'],
    status: 'ReadinessGatesNotReady',
    objects: [pod({ readinessGates: [{ conditionType: 'example.com/g' }] })],
  },
  {
    fields: ['core.v1.PodSpec.activeDeadlineSeconds'],
    event: 'DeadlineExceeded',
    objects: [pod({ activeDeadlineSeconds: 5 })],
    seconds: 60,
  },
];

/** Probes and hooks that cannot go well. */
const HANDLERS: readonly Scene[] = [
  {
    fields: ['core.v1.TCPSocketAction.port'],
    event: 'Unhealthy',
    objects: [container({ readinessProbe: { tcpSocket: { port: 9 }, periodSeconds: 1 } })],
  },
  {
    fields: ['core.v1.HTTPGetAction.port'],
    event: 'Unhealthy',
    objects: [container({ readinessProbe: { httpGet: { port: 'unlisted' }, periodSeconds: 1 } })],
  },
  {
    fields: ['core.v1.Lifecycle.preStop', 'core.v1.LifecycleHandler.exec'],
    event: 'FailedPreStopHook',
    objects: [
      pod({
        activeDeadlineSeconds: 5,
        terminationGracePeriodSeconds: 10,
        containers: [{ ...idle, lifecycle: { preStop: { exec: { command: ['sh', '-c', 'exit 1'] } } } }],
      }),
    ],
  },
];

const MOUNTS: readonly Scene[] = [
  {
    fields: ['core.v1.PodSpec.volumes', 'core.v1.Volume.configMap', 'core.v1.ConfigMapVolumeSource.name'],
    event: 'FailedMount',
    objects: [volume({ configMap: { name: 'm' } })],
  },
  {
    fields: ['core.v1.Volume.secret', 'core.v1.SecretVolumeSource.secretName'],
    event: 'FailedMount',
    objects: [volume({ secret: { secretName: 's' } })],
  },
  {
    fields: ['core.v1.ConfigMapVolumeSource.items', 'core.v1.KeyToPath.key'],
    event: 'FailedMount',
    objects: [configMap, volume({ configMap: { name: 'm', items: [{ key: 'k', path: 'p' }] } })],
  },
  {
    fields: ['core.v1.ConfigMapProjection.name'],
    event: 'FailedMount',
    objects: [volume({ projected: { sources: [{ configMap: { name: 'm' } }] } })],
  },
  {
    fields: ['core.v1.Volume.projected', 'core.v1.SecretProjection.name'],
    event: 'FailedMount',
    objects: [volume({ projected: { sources: [{ secret: { name: 's' } }] } })],
  },
];

export const POD_SCENES: readonly Scene[] = [...CONTAINERS, ...HANDLERS, ...MOUNTS];
