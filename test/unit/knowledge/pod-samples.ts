// Pods that between them have every field a person may write, so that each can be changed alone.
import { type Sample, sampleOf } from './sample.ts';

const target = { name: 'c', image: 'i' };
const exec = { exec: { command: ['x'] } };
const httpGet = { path: '/p', port: 80, host: 'h', scheme: 'HTTP', httpHeaders: [{ name: 'N', value: 'v' }] };
const match = { matchLabels: { a: 'b' } };

function pod(spec: object, name: string): Sample {
  return sampleOf('v1', 'Pod', 'namespaces/default/pods', { spec }, name);
}

const term = {
  labelSelector: match,
  topologyKey: 'zone',
  namespaces: ['n'],
  namespaceSelector: match,
  matchLabelKeys: ['k'],
  mismatchLabelKeys: ['m'],
};
const weighted = [{ weight: 5, podAffinityTerm: term }];
const expressions = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] };

const PLACED = {
  containers: [target],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [expressions] },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, preference: expressions }],
    },
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [term],
      preferredDuringSchedulingIgnoredDuringExecution: weighted,
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [term],
      preferredDuringSchedulingIgnoredDuringExecution: weighted,
    },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: match,
      matchLabelKeys: ['k'],
      minDomains: 2,
      nodeAffinityPolicy: 'Honor',
      nodeTaintsPolicy: 'Honor',
    },
  ],
  readinessGates: [{ conditionType: 'example.com/g' }],
  schedulerName: 'mine',
  priorityClassName: 'system-node-critical',
};

const NAMED = {
  containers: [target],
  os: { name: 'linux' },
  hostname: 'h',
  subdomain: 's',
  setHostnameAsFQDN: true,
  shareProcessNamespace: true,
  hostUsers: false,
  automountServiceAccountToken: false,
  imagePullSecrets: [{ name: 's' }],
  dnsPolicy: 'None',
  dnsConfig: { nameservers: ['10.0.0.9'], searches: ['a.b'], options: [{ name: 'ndots', value: '2' }] },
  hostAliases: [{ ip: '10.1.1.1', hostnames: ['x'] }],
  enableServiceLinks: false,
  terminationGracePeriodSeconds: 20,
  nodeSelector: { a: 'b' },
};

const SECURED = {
  containers: [
    {
      ...target,
      securityContext: {
        runAsUser: 1,
        runAsGroup: 1,
        runAsNonRoot: true,
        privileged: true,
        readOnlyRootFilesystem: true,
        procMount: 'Default',
        capabilities: { add: ['A'], drop: ['B'] },
        seLinuxOptions: { user: 'u', role: 'r', type: 't', level: 'l' },
        seccompProfile: { type: 'Localhost', localhostProfile: 'p' },
        appArmorProfile: { type: 'Localhost', localhostProfile: 'p' },
      },
    },
  ],
  securityContext: {
    runAsUser: 1,
    runAsGroup: 1,
    runAsNonRoot: true,
    fsGroup: 1,
    fsGroupChangePolicy: 'Always',
    supplementalGroups: [2],
    supplementalGroupsPolicy: 'Merge',
    seLinuxOptions: { level: 'l' },
    seLinuxChangePolicy: 'Recursive',
    seccompProfile: { type: 'RuntimeDefault' },
    appArmorProfile: { type: 'RuntimeDefault' },
    sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }],
  },
};

const FED = {
  containers: [
    {
      ...target,
      command: ['c'],
      args: ['a'],
      workingDir: '/w',
      stdin: true,
      stdinOnce: true,
      tty: true,
      terminationMessagePath: '/m',
      terminationMessagePolicy: 'File',
      imagePullPolicy: 'Never',
      ports: [{ name: 'p', containerPort: 80, hostPort: 80, hostIP: '10.0.0.9', protocol: 'TCP' }],
      resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
      restartPolicy: 'Never',
      restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [3] } }],
      env: [
        { name: 'A', valueFrom: { configMapKeyRef: { name: 'm', key: 'k', optional: true } } },
        { name: 'B', valueFrom: { secretKeyRef: { name: 'm', key: 'k', optional: true } } },
        { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'D', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', containerName: 'c', divisor: '1m' } } },
        { name: 'E', valueFrom: { fileKeyRef: { volumeName: 'e', path: 'f', key: 'K', optional: true } } },
      ],
      envFrom: [
        { prefix: 'P', configMapRef: { name: 'm', optional: true } },
        { secretRef: { name: 's', optional: true } },
      ],
      volumeMounts: [
        { name: 'e', mountPath: '/e', readOnly: true, recursiveReadOnly: 'IfPossible', subPathExpr: 'x' },
        { name: 'e', mountPath: '/f', subPath: 'y', mountPropagation: 'None' },
      ],
      volumeDevices: [{ name: 'b', devicePath: '/dev/x' }],
      lifecycle: { postStart: { httpGet }, preStop: { sleep: { seconds: 2 } } },
      startupProbe: { httpGet, initialDelaySeconds: 1, failureThreshold: 5, periodSeconds: 9, timeoutSeconds: 3 },
      livenessProbe: { grpc: { port: 5, service: 's' }, terminationGracePeriodSeconds: 9 },
      readinessProbe: { tcpSocket: { port: 5, host: 'h' }, successThreshold: 2 },
    },
    { name: 'd', image: 'i', lifecycle: { postStart: exec, preStop: { tcpSocket: { port: 4 } } }, livenessProbe: exec },
  ],
  initContainers: [{ name: 'k', image: 'i', restartPolicy: 'Always' }],
  volumes: [
    { name: 'e', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    { name: 'b', persistentVolumeClaim: { claimName: 'c' } },
  ],
};

const WIDE = {
  containers: [{ ...target, ports: [{ containerPort: 80 }] }],
  hostNetwork: true,
  hostPID: true,
  hostIPC: true,
  nodeName: 'n',
};

const CLAIMING = {
  containers: [{ ...target, resources: { claims: [{ name: 'r', request: 'q' }], limits: { cpu: '1' } } }],
  resources: { requests: { cpu: '2' }, limits: { cpu: '3' } },
  resourceClaims: [
    { name: 'r', resourceClaimName: 'x' },
    { name: 't', resourceClaimTemplateName: 'y' },
  ],
  hostnameOverride: 'h',
};

const windowsOptions = { gmsaCredentialSpecName: 'g', gmsaCredentialSpec: 's', runAsUserName: 'u', hostProcess: true };

const WINDOWS = {
  os: { name: 'windows' },
  hostNetwork: true,
  containers: [{ ...target, securityContext: { windowsOptions } }],
  securityContext: { windowsOptions },
};

const items = [{ key: 'k', path: 'p', mode: 256 }];
const claimTemplate = {
  metadata: { labels: { a: 'b' } },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

const VOLUMES: readonly object[] = [
  { secret: { secretName: 's', items, defaultMode: 256, optional: true } },
  { configMap: { name: 'm', items, defaultMode: 256, optional: true } },
  {
    downwardAPI: {
      defaultMode: 256,
      items: [
        { path: 'p', fieldRef: { fieldPath: 'metadata.name' }, mode: 256 },
        { path: 'q', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu' } },
      ],
    },
  },
  {
    projected: {
      sources: [
        { secret: { name: 's', items, optional: true } },
        { configMap: { name: 'm', items: [{ key: 'k', path: 'other' }], optional: true } },
        { serviceAccountToken: { path: 't', audience: 'a', expirationSeconds: 700 } },
      ],
    },
  },
  { ephemeral: { volumeClaimTemplate: claimTemplate } },
  { persistentVolumeClaim: { claimName: 'c', readOnly: true } },
  {
    csi: {
      driver: 'a.b',
      fsType: 'ext4',
      readOnly: true,
      volumeAttributes: { a: 'b' },
      nodePublishSecretRef: { name: 's' },
    },
  },
  { image: { reference: 'i', pullPolicy: 'Never' } },
  { hostPath: { path: '/p', type: 'Directory' } },
  { nfs: { server: 's', path: '/p', readOnly: true } },
  { iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2015-02.example.com:test', lun: 1 } },
  { fc: { targetWWNs: ['w'], lun: 1 } },
  { flexVolume: { driver: 'a/b', fsType: 'ext4' } },
  { gitRepo: { repository: 'r', revision: 'v' } },
];

/** Volumes whose plugins are gone or live in drivers: the API server takes them all the same. */
const OLD_VOLUMES: readonly object[] = [
  { awsElasticBlockStore: { volumeID: 'v', fsType: 'ext4', partition: 1, readOnly: true } },
  { azureDisk: { diskName: 'd', diskURI: '/subscriptions/s/resourceGroups/g/disks/d', kind: 'Managed' } },
  { azureFile: { secretName: 's', shareName: 'h', readOnly: true } },
  { cinder: { volumeID: 'v', fsType: 'ext4', secretRef: { name: 's' } } },
  { gcePersistentDisk: { pdName: 'p', fsType: 'ext4', partition: 1, readOnly: true } },
  { vsphereVolume: { volumePath: '[d] v.vmdk', storagePolicyName: 'p', storagePolicyID: 'i' } },
  { portworxVolume: { volumeID: 'v', fsType: 'ext4', readOnly: true } },
  { cephfs: { monitors: ['10.0.0.1'], path: '/p', user: 'u', secretFile: '/f', secretRef: { name: 's' } } },
  { rbd: { monitors: ['10.0.0.1'], image: 'i', secretRef: { name: 's' } } },
  { glusterfs: { endpoints: 'e', path: 'p', readOnly: true } },
  { flocker: { datasetName: 'd' } },
  { quobyte: { registry: 'r:1', volume: 'v', user: 'u', group: 'g', tenant: 't', readOnly: true } },
  { scaleIO: { gateway: 'g', system: 's', secretRef: { name: 's' }, storagePool: 'p', volumeName: 'v' } },
  { storageos: { volumeName: 'v', volumeNamespace: 'n', fsType: 'ext4', secretRef: { name: 's' } } },
  { photonPersistentDisk: { pdID: 'p', fsType: 'ext4' } },
];

const named = (sources: readonly object[]): object[] => sources.map((source, i) => ({ name: `v${i}`, ...source }));

const MOUNTING = { containers: [target], volumes: named(VOLUMES) };
const OLD = { containers: [target], volumes: named(OLD_VOLUMES) };

export const POD_SAMPLES: readonly Sample[] = [
  pod(PLACED, 'placed'),
  pod(NAMED, 'named'),
  pod(SECURED, 'secured'),
  pod(FED, 'fed'),
  pod(WIDE, 'wide'),
  pod(CLAIMING, 'claiming'),
  pod(WINDOWS, 'windows'),
  pod(MOUNTING, 'mounting'),
  pod(OLD, 'old'),
  pod({ containers: [target], activeDeadlineSeconds: 50, schedulingGates: [{ name: 'a' }, { name: 'b' }] }, 'gated'),
];
