// Pods as the API server prints them: its internal types, field by field in Go's order.
import type { EphemeralContainer, PodSpec, PodTemplateSpec } from '../../../../model/generated/core.v1.ts';
import type { Loose } from '../field.ts';
import { fieldsOf, goNamed, listOf, type Print, printStruct, type StructTable, structOf } from '../structs.ts';
import { Ordered } from '../value.ts';

const struct = (table: StructTable): Print => structOf(fieldsOf(table));
const structs = (table: StructTable): Print => listOf(struct(table));
const named = struct({ Name: '' });

const FIELD_REF = struct({ APIVersion: '', FieldPath: '' });
const RESOURCE_REF = struct({ ContainerName: '', Resource: '', Divisor: '0' });
const KEY_REF = struct({ Name: '', Key: '', Optional: null });
const ITEMS = structs({ Key: '', Path: '', Mode: null });
const DOWNWARD = structs({ Path: '', FieldRef: FIELD_REF, ResourceFieldRef: RESOURCE_REF, Mode: null });

const PROJECTED = struct({
  Sources: structs({
    Secret: struct({ Name: '', Items: ITEMS, Optional: null }),
    DownwardAPI: struct({ Items: DOWNWARD }),
    ConfigMap: struct({ Name: '', Items: ITEMS, Optional: null }),
    ServiceAccountToken: struct({ Audience: '', ExpirationSeconds: 0, Path: '' }),
    ClusterTrustBundle: goNamed,
    PodCertificate: goNamed,
  }),
  DefaultMode: null,
});

const VOLUME = {
  Name: '',
  HostPath: struct({ Path: '', Type: null }),
  EmptyDir: struct({ Medium: '', SizeLimit: null }),
  GCEPersistentDisk: goNamed,
  AWSElasticBlockStore: goNamed,
  GitRepo: goNamed,
  Secret: struct({ SecretName: '', Items: ITEMS, DefaultMode: null, Optional: null }),
  NFS: struct({ Server: '', Path: '', ReadOnly: false }),
  ISCSI: goNamed,
  Glusterfs: goNamed,
  PersistentVolumeClaim: struct({ ClaimName: '', ReadOnly: false }),
  RBD: goNamed,
  Quobyte: goNamed,
  FlexVolume: goNamed,
  Cinder: goNamed,
  CephFS: goNamed,
  Flocker: goNamed,
  DownwardAPI: struct({ Items: DOWNWARD, DefaultMode: null }),
  FC: goNamed,
  AzureFile: goNamed,
  ConfigMap: struct({ Name: '', Items: ITEMS, DefaultMode: null, Optional: null }),
  VsphereVolume: goNamed,
  AzureDisk: goNamed,
  PhotonPersistentDisk: goNamed,
  Projected: PROJECTED,
  PortworxVolume: goNamed,
  ScaleIO: goNamed,
  StorageOS: goNamed,
  CSI: goNamed,
  Ephemeral: goNamed,
  Image: struct({ Reference: '', PullPolicy: '' }),
};

const HTTP_GET = struct({ Path: '', Port: 0, Host: '', Scheme: '', HTTPHeaders: structs({ Name: '', Value: '' }) });
const EXEC = struct({ Command: null });
const TCP = struct({ Port: 0, Host: '' });
const HANDLER = struct({ Exec: EXEC, HTTPGet: HTTP_GET, TCPSocket: TCP, Sleep: struct({ Seconds: 0 }) });

const PROBE = struct({
  Exec: EXEC,
  HTTPGet: HTTP_GET,
  TCPSocket: TCP,
  GRPC: struct({ Port: 0, Service: null }),
  InitialDelaySeconds: 0,
  TimeoutSeconds: 0,
  PeriodSeconds: 0,
  SuccessThreshold: 0,
  FailureThreshold: 0,
  TerminationGracePeriodSeconds: null,
});

const RESOURCES = { Limits: null, Requests: null, Claims: structs({ Name: '', Request: '' }) };
const SE_LINUX = struct({ User: '', Role: '', Type: '', Level: '' });
const WINDOWS = goNamed;
const PROFILE = struct({ Type: '', LocalhostProfile: null });

const CONTAINER_SECURITY = struct({
  Capabilities: struct({ Add: null, Drop: null }),
  Privileged: null,
  SELinuxOptions: SE_LINUX,
  WindowsOptions: WINDOWS,
  RunAsUser: null,
  RunAsGroup: null,
  RunAsNonRoot: null,
  ReadOnlyRootFilesystem: null,
  AllowPrivilegeEscalation: null,
  ProcMount: null,
  SeccompProfile: PROFILE,
  AppArmorProfile: PROFILE,
});

const ENV = structs({
  Name: '',
  Value: '',
  ValueFrom: struct({
    FieldRef: FIELD_REF,
    ResourceFieldRef: RESOURCE_REF,
    ConfigMapKeyRef: KEY_REF,
    SecretKeyRef: KEY_REF,
    FileKeyRef: goNamed,
  }),
});

const ENV_FROM = structs({
  Prefix: '',
  ConfigMapRef: struct({ Name: '', Optional: null }),
  SecretRef: struct({ Name: '', Optional: null }),
});

const CONTAINER: StructTable = {
  Name: '',
  Image: '',
  Command: null,
  Args: null,
  WorkingDir: '',
  Ports: structs({ Name: '', HostPort: 0, ContainerPort: 0, Protocol: '', HostIP: '' }),
  EnvFrom: ENV_FROM,
  Env: ENV,
  Resources: struct(RESOURCES),
  ResizePolicy: structs({ ResourceName: '', RestartPolicy: '' }),
  RestartPolicy: null,
  RestartPolicyRules: structs({ Action: '', ExitCodes: struct({ Operator: '', Values: null }) }),
  VolumeMounts: structs({
    Name: '',
    ReadOnly: false,
    RecursiveReadOnly: null,
    MountPath: '',
    SubPath: '',
    MountPropagation: null,
    SubPathExpr: '',
  }),
  VolumeDevices: structs({ Name: '', DevicePath: '' }),
  LivenessProbe: PROBE,
  ReadinessProbe: PROBE,
  StartupProbe: PROBE,
  Lifecycle: struct({ PostStart: HANDLER, PreStop: HANDLER, StopSignal: null }),
  TerminationMessagePath: '',
  TerminationMessagePolicy: '',
  ImagePullPolicy: '',
  SecurityContext: CONTAINER_SECURITY,
  Stdin: false,
  StdinOnce: false,
  TTY: false,
};

const POD_SECURITY: StructTable = {
  HostNetwork: false,
  HostPID: false,
  HostIPC: false,
  ShareProcessNamespace: null,
  HostUsers: null,
  SELinuxOptions: SE_LINUX,
  WindowsOptions: WINDOWS,
  RunAsUser: null,
  RunAsGroup: null,
  RunAsNonRoot: null,
  SupplementalGroups: null,
  SupplementalGroupsPolicy: null,
  FSGroup: null,
  FSGroupChangePolicy: null,
  Sysctls: structs({ Name: '', Value: '' }),
  SeccompProfile: PROFILE,
  AppArmorProfile: PROFILE,
  SELinuxChangePolicy: null,
};

const TERM: StructTable = {
  MatchExpressions: structs({ Key: '', Operator: '', Values: null }),
  MatchFields: structs({ Key: '', Operator: '', Values: null }),
};

const POD_TERM: StructTable = {
  LabelSelector: null,
  Namespaces: null,
  TopologyKey: '',
  NamespaceSelector: null,
  MatchLabelKeys: null,
  MismatchLabelKeys: null,
};

const POD_AFFINITY = struct({
  RequiredDuringSchedulingIgnoredDuringExecution: structs(POD_TERM),
  PreferredDuringSchedulingIgnoredDuringExecution: structs({ Weight: 0, PodAffinityTerm: struct(POD_TERM) }),
});

const AFFINITY = struct({
  NodeAffinity: struct({
    RequiredDuringSchedulingIgnoredDuringExecution: struct({ NodeSelectorTerms: structs(TERM) }),
    PreferredDuringSchedulingIgnoredDuringExecution: structs({ Weight: 0, Preference: struct(TERM) }),
  }),
  PodAffinity: POD_AFFINITY,
  PodAntiAffinity: POD_AFFINITY,
});

/** What an absent struct that is no pointer prints as is the struct of its zero values. */
const container: Print = (value) => {
  const { resources = {} } = value as { readonly resources?: object };
  return printStruct(fieldsOf(CONTAINER), { ...(value as object), resources });
};

const SPEC = fieldsOf({
  Volumes: structs(VOLUME),
  InitContainers: listOf(container),
  Containers: listOf(container),
  EphemeralContainers: listOf(printEphemeral),
  RestartPolicy: '',
  TerminationGracePeriodSeconds: null,
  ActiveDeadlineSeconds: null,
  DNSPolicy: '',
  NodeSelector: null,
  ServiceAccountName: '',
  AutomountServiceAccountToken: null,
  NodeName: '',
  SecurityContext: struct(POD_SECURITY),
  ImagePullSecrets: listOf(named),
  Hostname: '',
  Subdomain: '',
  SetHostnameAsFQDN: null,
  Affinity: AFFINITY,
  SchedulerName: '',
  Tolerations: structs({ Key: '', Operator: '', Value: '', Effect: '', TolerationSeconds: null }),
  HostAliases: structs({ IP: '', Hostnames: null }),
  PriorityClassName: '',
  Priority: null,
  PreemptionPolicy: null,
  DNSConfig: struct({ Nameservers: null, Searches: null, Options: structs({ Name: '', Value: null }) }),
  ReadinessGates: structs({ ConditionType: '' }),
  RuntimeClassName: null,
  Overhead: null,
  EnableServiceLinks: null,
  TopologySpreadConstraints: structs({
    MaxSkew: 0,
    TopologyKey: '',
    WhenUnsatisfiable: '',
    LabelSelector: null,
    MinDomains: null,
    NodeAffinityPolicy: null,
    NodeTaintsPolicy: null,
    MatchLabelKeys: null,
  }),
  OS: named,
  SchedulingGates: listOf(named),
  ResourceClaims: structs({ Name: '', ResourceClaimName: null, ResourceClaimTemplateName: null }),
  Resources: struct(RESOURCES),
  HostnameOverride: null,
  SchedulingGroup: goNamed,
});

/** Inside the server, what a pod shares with its node is part of the security context, which is always there. */
export function printPodSpec(spec: Loose<PodSpec>): unknown {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers, ...rest } = spec;
  const securityContext = { ...rest.securityContext, hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
  return printStruct(SPEC, { ...rest, securityContext });
}

export function printEphemeral(value: unknown): Ordered {
  const { targetContainerName = '' } = value as Loose<EphemeralContainer>;
  const common = container(value) as Ordered;
  return new Ordered([...common.fields, ['TargetContainerName', targetContainerName]]);
}

/** Metadata has JSON tags, and stands inside the template without a name. */
export function printTemplate(template: Loose<PodTemplateSpec> | undefined): unknown {
  const metadata = Object.entries(template?.metadata ?? {}).filter(([, value]) => value !== undefined);
  const order = ['name', 'generateName', 'namespace', 'labels', 'annotations', 'finalizers'];
  metadata.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  return new Ordered([...metadata, ['Spec', printPodSpec(template?.spec ?? {})]]);
}
