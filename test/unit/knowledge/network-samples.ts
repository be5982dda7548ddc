// Services, their backends and what guards traffic, with every field in them, for tests that change one after the other.
import { type Sample, sampleOf } from './sample.ts';

const NETWORK = 'networking.k8s.io/v1';
const match = { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] };
const peers = [
  { podSelector: match, namespaceSelector: match },
  { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
];
const policyPorts = [{ port: 80, endPort: 90, protocol: 'TCP' }];
const pod = { kind: 'Pod', namespace: 'default', name: 'p', uid: 'u' };

export const NETWORK_SAMPLES: readonly Sample[] = [
  sampleOf(
    'v1',
    'Service',
    'namespaces/default/services',
    {
      spec: {
        type: 'LoadBalancer',
        selector: { a: 'b' },
        ports: [{ name: 'p', port: 80, targetPort: 8080, protocol: 'TCP', appProtocol: 'http', nodePort: 30123 }],
        loadBalancerClass: 'a.b/c',
        loadBalancerIP: '192.0.2.7',
        loadBalancerSourceRanges: ['10.0.0.0/8'],
        allocateLoadBalancerNodePorts: true,
        externalTrafficPolicy: 'Local',
        healthCheckNodePort: 30124,
        internalTrafficPolicy: 'Local',
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
        publishNotReadyAddresses: true,
        trafficDistribution: 'PreferSameZone',
        externalIPs: ['192.0.2.8'],
      },
    },
    'balanced',
  ),
  sampleOf(
    'v1',
    'Service',
    'namespaces/default/services',
    { spec: { type: 'ExternalName', externalName: 'a.b' } },
    'alias',
  ),
  sampleOf(
    'v1',
    'Service',
    'namespaces/default/services',
    {
      spec: {
        clusterIP: '10.96.7.7',
        clusterIPs: ['10.96.7.7'],
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        ports: [{ port: 80 }],
      },
    },
    'placed',
  ),
  sampleOf(
    'v1',
    'Service',
    'namespaces/default/services',
    { spec: { clusterIP: 'None', ports: [{ port: 80 }] } },
    'open',
  ),
  sampleOf('v1', 'ServiceAccount', 'namespaces/default/serviceaccounts', {
    secrets: [{ name: 's' }],
    imagePullSecrets: [{ name: 'p' }],
    automountServiceAccountToken: false,
  }),
  sampleOf('v1', 'Endpoints', 'namespaces/default/endpoints', {
    subsets: [
      {
        addresses: [{ ip: '10.1.2.3', hostname: 'h', nodeName: 'n', targetRef: pod }],
        notReadyAddresses: [{ ip: '10.1.2.4' }],
        ports: [{ name: 'p', port: 80, protocol: 'TCP', appProtocol: 'http' }],
      },
    ],
  }),
  sampleOf('discovery.k8s.io/v1', 'EndpointSlice', 'namespaces/default/endpointslices', {
    addressType: 'IPv4',
    endpoints: [
      {
        addresses: ['10.1.2.3'],
        conditions: { ready: true, serving: true, terminating: false },
        hostname: 'h',
        nodeName: 'n',
        zone: 'z',
        targetRef: pod,
        hints: { forZones: [{ name: 'z' }], forNodes: [{ name: 'n' }] },
      },
    ],
    ports: [{ name: 'p', port: 80, protocol: 'TCP', appProtocol: 'http' }],
  }),
  sampleOf(NETWORK, 'Ingress', 'namespaces/default/ingresses', {
    spec: {
      ingressClassName: 'c',
      defaultBackend: { resource: { apiGroup: 'g.io', kind: 'Bucket', name: 'b' } },
      tls: [{ hosts: ['a.b'], secretName: 's' }],
      rules: [
        {
          host: 'a.b',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { name: 'p' } } } }],
          },
        },
      ],
    },
  }),
  sampleOf(NETWORK, 'IngressClass', 'ingressclasses', {
    spec: {
      controller: 'a.b/c',
      parameters: { kind: 'K', name: 'n', apiGroup: 'g.io', scope: 'Namespace', namespace: 'n' },
    },
  }),
  sampleOf(NETWORK, 'NetworkPolicy', 'namespaces/default/networkpolicies', {
    spec: {
      podSelector: match,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: peers, ports: policyPorts }],
      egress: [{ to: peers, ports: policyPorts }],
    },
  }),
  sampleOf(
    NETWORK,
    'IPAddress',
    'ipaddresses',
    { spec: { parentRef: { group: 'g.io', resource: 'things', name: 's', namespace: 'n' } } },
    '10.0.0.4',
  ),
];
