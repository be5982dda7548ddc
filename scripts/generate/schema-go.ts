// What the OpenAPI documents do not say of the Go types behind them, and what decides how an object is written back as JSON:
// which scalars are pointers (zero is a value, not "absent"), which lists have no `omitempty`, which structs are embedded, and
// the names of Go's named types, which appear in decoding errors.
// Source: the struct definitions of k8s.io/api, k8s.io/apimachinery and k8s.io/apiextensions-apiserver, v0.36.

/** `type: field field …`; a scalar that is a pointer in Go. */
export const POINTERS = `
core.v1.AzureDiskVolumeSource: readOnly cachingMode fsType kind
core.v1.AzureFilePersistentVolumeSource: secretNamespace
core.v1.AppArmorProfile: localhostProfile
core.v1.CSIVolumeSource: fsType readOnly
core.v1.ClientIPConfig: timeoutSeconds
core.v1.ClusterTrustBundleProjection: name signerName optional
core.v1.ConfigMap: immutable
core.v1.ConfigMapEnvSource: optional
core.v1.ConfigMapKeySelector: optional
core.v1.ConfigMapProjection: optional
core.v1.ConfigMapVolumeSource: defaultMode optional
core.v1.Container: restartPolicy
core.v1.ContainerStatus: started stopSignal
core.v1.DownwardAPIVolumeFile: mode
core.v1.DownwardAPIVolumeSource: defaultMode
core.v1.EmptyDirVolumeSource: sizeLimit
core.v1.EndpointAddress: nodeName
core.v1.EndpointPort: appProtocol
core.v1.EphemeralContainer: restartPolicy
core.v1.FCVolumeSource: lun
core.v1.FileKeySelector: optional
core.v1.GlusterfsPersistentVolumeSource: endpointsNamespace
core.v1.HostPathVolumeSource: type
core.v1.ISCSIPersistentVolumeSource: initiatorName
core.v1.ISCSIVolumeSource: initiatorName
core.v1.KeyToPath: mode
core.v1.Lifecycle: stopSignal
core.v1.LoadBalancerIngress: ipMode
core.v1.LocalVolumeSource: fsType
core.v1.NodeFeatures: supplementalGroupsPolicy
core.v1.NodeRuntimeHandlerFeatures: recursiveReadOnlyMounts userNamespaces
core.v1.NodeSwapStatus: capacity
core.v1.PersistentVolumeClaimSpec: storageClassName volumeAttributesClassName volumeMode
core.v1.PersistentVolumeClaimStatus: currentVolumeAttributesClassName
core.v1.PersistentVolumeSpec: volumeAttributesClassName volumeMode
core.v1.PersistentVolumeStatus: lastPhaseTransitionTime
core.v1.PodCertificateProjection: maxExpirationSeconds
core.v1.PodDNSConfigOption: value
core.v1.PodResourceClaim: resourceClaimName resourceClaimTemplateName
core.v1.PodResourceClaimStatus: resourceClaimName
core.v1.PodSchedulingGroup: podGroupName
core.v1.PodSecurityContext: fsGroup fsGroupChangePolicy runAsGroup runAsNonRoot runAsUser seLinuxChangePolicy supplementalGroupsPolicy
core.v1.PodSpec: activeDeadlineSeconds automountServiceAccountToken enableServiceLinks hostUsers hostnameOverride preemptionPolicy priority runtimeClassName setHostnameAsFQDN shareProcessNamespace terminationGracePeriodSeconds
core.v1.PodStatus: startTime
core.v1.PortStatus: error
core.v1.Probe: terminationGracePeriodSeconds
core.v1.GRPCAction: service
core.v1.ProjectedVolumeSource: defaultMode
core.v1.ReplicationControllerSpec: replicas
core.v1.ResourceHealth: message
core.v1.SeccompProfile: localhostProfile
core.v1.Secret: immutable
core.v1.SecretEnvSource: optional
core.v1.SecretKeySelector: optional
core.v1.SecretProjection: optional
core.v1.SecretVolumeSource: defaultMode optional
core.v1.SecurityContext: allowPrivilegeEscalation privileged procMount readOnlyRootFilesystem runAsGroup runAsNonRoot runAsUser
core.v1.ServiceAccount: automountServiceAccountToken
core.v1.ServiceAccountTokenProjection: expirationSeconds
core.v1.ServicePort: appProtocol
core.v1.ServiceSpec: allocateLoadBalancerNodePorts internalTrafficPolicy ipFamilyPolicy loadBalancerClass trafficDistribution
core.v1.Taint: timeAdded
core.v1.Toleration: tolerationSeconds
core.v1.TopologySpreadConstraint: minDomains nodeAffinityPolicy nodeTaintsPolicy
core.v1.TypedLocalObjectReference: apiGroup
core.v1.TypedObjectReference: apiGroup namespace
core.v1.VolumeMount: mountPropagation recursiveReadOnly
core.v1.VolumeMountStatus: recursiveReadOnly
core.v1.WindowsSecurityContextOptions: gmsaCredentialSpec gmsaCredentialSpecName hostProcess runAsUserName
policy.v1.PodDisruptionBudgetSpec: maxUnavailable minAvailable unhealthyPodEvictionPolicy
meta.v1.DeleteOptions: gracePeriodSeconds ignoreStoreReadErrorWithClusterBreakingPotential orphanDependents propagationPolicy
meta.v1.ListMeta: remainingItemCount
meta.v1.ManagedFieldsEntry: time
meta.v1.ObjectMeta: deletionGracePeriodSeconds deletionTimestamp
meta.v1.OwnerReference: blockOwnerDeletion controller
meta.v1.Preconditions: resourceVersion uid
admissionregistration.v1.MatchResources: matchPolicy
admissionregistration.v1.MutatingAdmissionPolicySpec: failurePolicy
admissionregistration.v1.MutatingWebhook: failurePolicy matchPolicy reinvocationPolicy sideEffects timeoutSeconds
admissionregistration.v1.NamedRuleWithOperations: scope
admissionregistration.v1.ParamRef: parameterNotFoundAction
admissionregistration.v1.RuleWithOperations: scope
admissionregistration.v1.ServiceReference: path port
admissionregistration.v1.ValidatingAdmissionPolicySpec: failurePolicy
admissionregistration.v1.ValidatingWebhook: failurePolicy matchPolicy sideEffects timeoutSeconds
admissionregistration.v1.Validation: reason
admissionregistration.v1.WebhookClientConfig: url
apiextensions.v1.CustomResourceDefinitionVersion: deprecationWarning
apiextensions.v1.CustomResourceSubresourceScale: labelSelectorPath
apiextensions.v1.JSONSchemaProps: $ref maxItems maxLength maxProperties maximum minItems minLength minProperties minimum multipleOf x-kubernetes-list-type x-kubernetes-map-type x-kubernetes-preserve-unknown-fields
apiextensions.v1.ServiceReference: path port
apiextensions.v1.ValidationRule: optionalOldSelf reason
apiextensions.v1.WebhookClientConfig: url
apiregistration.v1.ServiceReference: port
apps.v1.DaemonSetSpec: revisionHistoryLimit
apps.v1.DaemonSetStatus: collisionCount
apps.v1.DeploymentSpec: progressDeadlineSeconds replicas revisionHistoryLimit
apps.v1.DeploymentStatus: collisionCount terminatingReplicas
apps.v1.ReplicaSetSpec: replicas
apps.v1.ReplicaSetStatus: terminatingReplicas
apps.v1.RollingUpdateDaemonSet: maxSurge maxUnavailable
apps.v1.RollingUpdateDeployment: maxSurge maxUnavailable
apps.v1.RollingUpdateStatefulSetStrategy: maxUnavailable partition
apps.v1.StatefulSetSpec: replicas revisionHistoryLimit
apps.v1.StatefulSetStatus: collisionCount
authentication.v1.TokenRequestSpec: expirationSeconds
autoscaling.v1.HorizontalPodAutoscalerSpec: minReplicas targetCPUUtilizationPercentage
autoscaling.v1.HorizontalPodAutoscalerStatus: currentCPUUtilizationPercentage lastScaleTime observedGeneration
autoscaling.v2.HPAScalingRules: selectPolicy stabilizationWindowSeconds tolerance
autoscaling.v2.HorizontalPodAutoscalerSpec: minReplicas
autoscaling.v2.HorizontalPodAutoscalerStatus: lastScaleTime observedGeneration
autoscaling.v2.MetricTarget: averageUtilization averageValue value
autoscaling.v2.MetricValueStatus: averageUtilization averageValue value
batch.v1.CronJobSpec: failedJobsHistoryLimit startingDeadlineSeconds successfulJobsHistoryLimit suspend timeZone
batch.v1.CronJobStatus: lastScheduleTime lastSuccessfulTime
batch.v1.JobSpec: activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions managedBy manualSelector maxFailedIndexes parallelism podReplacementPolicy suspend ttlSecondsAfterFinished
batch.v1.JobStatus: completionTime failedIndexes ready startTime terminating
batch.v1.PodFailurePolicyOnExitCodesRequirement: containerName
batch.v1.SuccessPolicyRule: succeededCount succeededIndexes
certificates.v1.CertificateSigningRequestSpec: expirationSeconds
coordination.v1.LeaseSpec: acquireTime holderIdentity leaseDurationSeconds leaseTransitions preferredHolder renewTime strategy
discovery.v1.Endpoint: hostname nodeName zone
discovery.v1.EndpointConditions: ready serving terminating
discovery.v1.EndpointPort: appProtocol name port protocol
flowcontrol.v1.ExemptPriorityLevelConfiguration: lendablePercent nominalConcurrencyShares
flowcontrol.v1.LimitedPriorityLevelConfiguration: borrowingLimitPercent lendablePercent nominalConcurrencyShares
networking.v1.HTTPIngressPath: pathType
networking.v1.IngressClassParametersReference: apiGroup namespace scope
networking.v1.IngressPortStatus: error
networking.v1.IngressSpec: ingressClassName
networking.v1.NetworkPolicyPort: endPort port protocol
resource.v1.AllocatedDeviceStatus: shareID
resource.v1.AllocationResult: allocationTimestamp
resource.v1.CapacityRequestPolicy: default
resource.v1.CapacityRequestPolicyRange: max min step
resource.v1.Device: allNodes allowMultipleAllocations bindsToNode nodeName
resource.v1.DeviceAttribute: bool int string version
resource.v1.DeviceClassSpec: extendedResourceName
resource.v1.DeviceConstraint: distinctAttribute matchAttribute
resource.v1.DeviceRequestAllocationResult: adminAccess shareID
resource.v1.DeviceTaint: timeAdded
resource.v1.DeviceToleration: tolerationSeconds
resource.v1.ExactDeviceRequest: adminAccess
resource.v1.NodeAllocatableResourceMapping: allocationMultiplier capacityKey
resource.v1.ResourceSliceSpec: allNodes nodeName perDeviceNodeSelection
scheduling.v1.PriorityClass: preemptionPolicy
storage.v1.CSIDriverSpec: attachRequired fsGroupPolicy nodeAllocatableUpdatePeriodSeconds podInfoOnMount preventPodSchedulingIfMissing requiresRepublish seLinuxMount serviceAccountTokenInSecrets storageCapacity
storage.v1.CSIStorageCapacity: capacity maximumVolumeSize
storage.v1.StorageClass: allowVolumeExpansion reclaimPolicy volumeBindingMode
storage.v1.TokenRequest: expirationSeconds
storage.v1.VolumeAttachmentSource: persistentVolumeName
storage.v1.VolumeError: errorCode
storage.v1.VolumeNodeResources: count
`;

/** Written even when empty (no `omitempty`), though the OpenAPI documents do not require them. */
export const ALWAYS = `
rbac.v1.ClusterRole: rules
rbac.v1.Role: rules
apiextensions.v1.CustomResourceDefinitionStatus: conditions storedVersions
autoscaling.v2.HorizontalPodAutoscalerStatus: currentMetrics
core.v1.ContainerImage: names
discovery.v1.EndpointSlice: endpoints ports
`;

/** Left out when zero, though the OpenAPI documents give a zero default or require them. */
export const OMITTED = `
core.v1.ReplicationControllerSpec: minReadySeconds
meta.v1.ObjectMeta: creationTimestamp
`;

/** `type: EmbeddedStruct field field …`; `*` stands for every field that is not named on the line. */
export const EMBEDDED = `
core.v1.ConfigMapEnvSource: LocalObjectReference name
core.v1.ConfigMapKeySelector: LocalObjectReference name
core.v1.ConfigMapProjection: LocalObjectReference name
core.v1.ConfigMapVolumeSource: LocalObjectReference name
core.v1.SecretEnvSource: LocalObjectReference name
core.v1.SecretKeySelector: LocalObjectReference name
core.v1.SecretProjection: LocalObjectReference name
core.v1.EphemeralContainer: EphemeralContainerCommon * -targetContainerName
core.v1.PersistentVolumeSpec: PersistentVolumeSource awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume
core.v1.Probe: ProbeHandler exec httpGet tcpSocket grpc
core.v1.Volume: VolumeSource * -name
networking.v1.IngressRule: IngressRuleValue http
admissionregistration.v1.RuleWithOperations: Rule apiGroups apiVersions resources scope
resource.v1.DeviceClaimConfiguration: DeviceConfiguration opaque
resource.v1.DeviceClassConfiguration: DeviceConfiguration opaque
resource.v1.DeviceAllocationConfiguration: DeviceConfiguration opaque
`;

/** `type: field=GoName …`: named Go types of strings, of list items (`[]GoName`), and of whole maps or lists. */
export const NAMED = `
core.v1.AppArmorProfile: type=AppArmorProfileType
core.v1.Container: imagePullPolicy=PullPolicy restartPolicy=ContainerRestartPolicy terminationMessagePolicy=TerminationMessagePolicy
core.v1.EphemeralContainer: imagePullPolicy=PullPolicy restartPolicy=ContainerRestartPolicy terminationMessagePolicy=TerminationMessagePolicy
core.v1.ContainerPort: protocol=Protocol
core.v1.ContainerResizePolicy: resourceName=ResourceName restartPolicy=ResourceResizeRestartPolicy
core.v1.ContainerRestartRule: action=ContainerRestartRuleAction
core.v1.ContainerRestartRuleOnExitCodes: operator=ContainerRestartRuleOnExitCodesOperator
core.v1.ContainerStatus: allocatedResources=ResourceList stopSignal=Signal
core.v1.Capabilities: add=[]Capability drop=[]Capability
core.v1.EmptyDirVolumeSource: medium=StorageMedium
core.v1.EndpointPort: protocol=Protocol
core.v1.HTTPGetAction: scheme=URIScheme
core.v1.HostPathVolumeSource: type=HostPathType
core.v1.ImageVolumeSource: pullPolicy=PullPolicy
core.v1.Lifecycle: stopSignal=Signal
core.v1.LimitRangeItem: type=LimitType default=ResourceList defaultRequest=ResourceList max=ResourceList maxLimitRequestRatio=ResourceList min=ResourceList
core.v1.LoadBalancerIngress: ipMode=LoadBalancerIPMode
core.v1.NamespaceCondition: type=NamespaceConditionType status=ConditionStatus
core.v1.NamespaceSpec: finalizers=[]FinalizerName
core.v1.NamespaceStatus: phase=NamespacePhase
core.v1.NodeAddress: type=NodeAddressType
core.v1.NodeCondition: type=NodeConditionType status=ConditionStatus
core.v1.NodeSelectorRequirement: operator=NodeSelectorOperator
core.v1.NodeStatus: allocatable=ResourceList capacity=ResourceList phase=NodePhase volumesInUse=[]UniqueVolumeName
core.v1.ObjectReference: uid=types.UID
core.v1.PersistentVolumeClaimCondition: type=PersistentVolumeClaimConditionType status=ConditionStatus
core.v1.PersistentVolumeClaimSpec: accessModes=[]PersistentVolumeAccessMode volumeMode=PersistentVolumeMode
core.v1.PersistentVolumeClaimStatus: accessModes=[]PersistentVolumeAccessMode phase=PersistentVolumeClaimPhase allocatedResources=ResourceList capacity=ResourceList
core.v1.PersistentVolumeSpec: accessModes=[]PersistentVolumeAccessMode capacity=ResourceList persistentVolumeReclaimPolicy=PersistentVolumeReclaimPolicy volumeMode=PersistentVolumeMode
core.v1.PersistentVolumeStatus: phase=PersistentVolumePhase
core.v1.PodCondition: type=PodConditionType status=ConditionStatus
core.v1.PodReadinessGate: conditionType=PodConditionType
core.v1.PodSecurityContext: fsGroupChangePolicy=PodFSGroupChangePolicy seLinuxChangePolicy=PodSELinuxChangePolicy supplementalGroupsPolicy=SupplementalGroupsPolicy
core.v1.PodSpec: dnsPolicy=DNSPolicy overhead=ResourceList preemptionPolicy=PreemptionPolicy restartPolicy=RestartPolicy
core.v1.PodOS: name=OSName
core.v1.PodStatus: phase=PodPhase qosClass=PodQOSClass resize=PodResizeStatus
core.v1.PortStatus: protocol=Protocol
core.v1.ReplicationControllerCondition: type=ReplicationControllerConditionType status=ConditionStatus
core.v1.ResourceQuotaSpec: hard=ResourceList scopes=[]ResourceQuotaScope
core.v1.ResourceQuotaStatus: hard=ResourceList used=ResourceList
core.v1.ResourceRequirements: limits=ResourceList requests=ResourceList
core.v1.VolumeResourceRequirements: limits=ResourceList requests=ResourceList
core.v1.ScopedResourceSelectorRequirement: operator=ScopeSelectorOperator scopeName=ResourceQuotaScope
core.v1.SeccompProfile: type=SeccompProfileType
core.v1.Secret: type=SecretType
core.v1.SecurityContext: procMount=ProcMountType
core.v1.ServicePort: protocol=Protocol
core.v1.ServiceSpec: externalTrafficPolicy=ServiceExternalTrafficPolicy internalTrafficPolicy=ServiceInternalTrafficPolicy ipFamilies=[]IPFamily ipFamilyPolicy=IPFamilyPolicy sessionAffinity=ServiceAffinity type=ServiceType
core.v1.Taint: effect=TaintEffect
core.v1.Toleration: effect=TaintEffect operator=TolerationOperator
core.v1.TopologySpreadConstraint: nodeAffinityPolicy=NodeInclusionPolicy nodeTaintsPolicy=NodeInclusionPolicy whenUnsatisfiable=UnsatisfiableConstraintAction
core.v1.VolumeMount: mountPropagation=MountPropagationMode recursiveReadOnly=RecursiveReadOnlyMode
core.v1.ComponentCondition: type=ComponentConditionType status=ConditionStatus
policy.v1.PodDisruptionBudgetSpec: unhealthyPodEvictionPolicy=UnhealthyPodEvictionPolicyType
meta.v1.ObjectMeta: uid=types.UID
meta.v1.OwnerReference: uid=types.UID
meta.v1.Preconditions: uid=types.UID
meta.v1.LabelSelectorRequirement: operator=LabelSelectorOperator
meta.v1.ManagedFieldsEntry: operation=ManagedFieldsOperationType
meta.v1.Condition: status=ConditionStatus
meta.v1.DeleteOptions: propagationPolicy=DeletionPropagation
admissionregistration.v1.MatchResources: matchPolicy=MatchPolicyType
admissionregistration.v1.MutatingAdmissionPolicySpec: failurePolicy=FailurePolicyType reinvocationPolicy=ReinvocationPolicyType
admissionregistration.v1.MutatingWebhook: failurePolicy=FailurePolicyType matchPolicy=MatchPolicyType reinvocationPolicy=ReinvocationPolicyType sideEffects=SideEffectClass
admissionregistration.v1.NamedRuleWithOperations: operations=[]OperationType scope=ScopeType
admissionregistration.v1.ParamRef: parameterNotFoundAction=ParameterNotFoundActionType
admissionregistration.v1.RuleWithOperations: operations=[]OperationType scope=ScopeType
admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec: validationActions=[]ValidationAction
admissionregistration.v1.ValidatingAdmissionPolicySpec: failurePolicy=FailurePolicyType
admissionregistration.v1.ValidatingWebhook: failurePolicy=FailurePolicyType matchPolicy=MatchPolicyType sideEffects=SideEffectClass
admissionregistration.v1.Validation: reason=StatusReason
admissionregistration.v1.Mutation: patchType=PatchType
apiextensions.v1.CustomResourceConversion: strategy=ConversionStrategyType
apiextensions.v1.CustomResourceDefinitionSpec: scope=ResourceScope
apiextensions.v1.JSONSchemaProps: $schema=JSONSchemaURL
apiextensions.v1.ValidationRule: reason=FieldValueErrorReason
apps.v1.DaemonSetUpdateStrategy: type=DaemonSetUpdateStrategyType
apps.v1.DeploymentStrategy: type=DeploymentStrategyType
apps.v1.DeploymentCondition: type=DeploymentConditionType status=ConditionStatus
apps.v1.StatefulSetSpec: podManagementPolicy=PodManagementPolicyType
apps.v1.StatefulSetUpdateStrategy: type=StatefulSetUpdateStrategyType
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy: whenDeleted=PersistentVolumeClaimRetentionPolicyType whenScaled=PersistentVolumeClaimRetentionPolicyType
autoscaling.v2.HPAScalingPolicy: type=HPAScalingPolicyType
autoscaling.v2.HPAScalingRules: selectPolicy=ScalingPolicySelect
autoscaling.v2.MetricSpec: type=MetricSourceType
autoscaling.v2.MetricTarget: type=MetricTargetType
autoscaling.v2.ResourceMetricSource: name=v1.ResourceName
autoscaling.v2.ContainerResourceMetricSource: name=v1.ResourceName
batch.v1.CronJobSpec: concurrencyPolicy=ConcurrencyPolicy
batch.v1.JobSpec: completionMode=CompletionMode podReplacementPolicy=PodReplacementPolicy
batch.v1.JobCondition: type=JobConditionType status=ConditionStatus
batch.v1.PodFailurePolicyOnExitCodesRequirement: operator=PodFailurePolicyOnExitCodesOperator
batch.v1.PodFailurePolicyOnPodConditionsPattern: type=PodConditionType status=ConditionStatus
batch.v1.PodFailurePolicyRule: action=PodFailurePolicyAction
certificates.v1.CertificateSigningRequestSpec: usages=[]KeyUsage
coordination.v1.LeaseSpec: strategy=CoordinatedLeaseStrategy
discovery.v1.EndpointPort: protocol=Protocol
discovery.v1.EndpointSlice: addressType=AddressType
flowcontrol.v1.FlowDistinguisherMethod: type=FlowDistinguisherMethodType
flowcontrol.v1.LimitResponse: type=LimitResponseType
flowcontrol.v1.PriorityLevelConfigurationSpec: type=PriorityLevelEnablement
flowcontrol.v1.Subject: kind=SubjectKind
networking.v1.HTTPIngressPath: pathType=PathType
networking.v1.NetworkPolicyPort: protocol=Protocol
networking.v1.NetworkPolicySpec: policyTypes=[]PolicyType
node.v1.Overhead: podFixed=ResourceList
resource.v1.DeviceTaint: effect=DeviceTaintEffect
resource.v1.DeviceToleration: effect=DeviceTaintEffect operator=DeviceTolerationOperator
resource.v1.DeviceSubRequest: allocationMode=DeviceAllocationMode
resource.v1.ExactDeviceRequest: allocationMode=DeviceAllocationMode
scheduling.v1.PriorityClass: preemptionPolicy=PreemptionPolicy
storage.v1.CSIDriverSpec: fsGroupPolicy=FSGroupPolicy volumeLifecycleModes=[]VolumeLifecycleMode
storage.v1.StorageClass: reclaimPolicy=PersistentVolumeReclaimPolicy volumeBindingMode=VolumeBindingMode
`;

/** `type: field field …` in the order of the Go struct, for the types that refusals quote and recordings show in part only. */
export const ORDER = `
meta.v1.ObjectMeta: name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp deletionGracePeriodSeconds labels annotations ownerReferences finalizers managedFields
meta.v1.LabelSelector: matchLabels matchExpressions
apps.v1.DeploymentSpec: replicas selector template strategy minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds
core.v1.Container: name image command args workingDir ports envFrom env resources resizePolicy restartPolicy restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty
core.v1.PodSpec: volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork hostPID hostIPC shareProcessNamespace securityContext imagePullSecrets hostname subdomain affinity schedulerName tolerations hostAliases priorityClassName priority dnsConfig readinessGates runtimeClassName enableServiceLinks preemptionPolicy overhead topologySpreadConstraints setHostnameAsFQDN os hostUsers schedulingGates resourceClaims resources hostnameOverride schedulingGroup
core.v1.PodStatus: observedGeneration phase conditions message reason nominatedNodeName hostIP hostIPs podIP podIPs startTime initContainerStatuses containerStatuses qosClass ephemeralContainerStatuses resize resourceClaimStatuses extendedResourceClaimStatus allocatedResources resources
core.v1.PodSecurityContext: seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot supplementalGroups supplementalGroupsPolicy fsGroup sysctls fsGroupChangePolicy seccompProfile appArmorProfile seLinuxChangePolicy
core.v1.SecurityContext: capabilities privileged seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot readOnlyRootFilesystem allowPrivilegeEscalation procMount seccompProfile appArmorProfile
core.v1.Probe: exec httpGet tcpSocket grpc initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold terminationGracePeriodSeconds
core.v1.ServiceSpec: ports selector clusterIP clusterIPs type externalIPs sessionAffinity loadBalancerIP loadBalancerSourceRanges externalName externalTrafficPolicy healthCheckNodePort publishNotReadyAddresses sessionAffinityConfig ipFamilies ipFamilyPolicy allocateLoadBalancerNodePorts loadBalancerClass internalTrafficPolicy trafficDistribution
`;

/** `type → field → word` of one of the tables above. */
export function parseTable(table: string): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const line of table.trim().split('\n')) {
    const [type, words] = line.split(': ');
    if (!type || !words) throw new Error(`schema-go.ts: cannot read "${line}"`);
    out.set(type, words.split(' '));
  }
  return out;
}
