// The rules of the groups networking.k8s.io and discovery.k8s.io.
import type { RuleTable } from '../rules.ts';
import * as addresses from './addresses.ts';
import * as ingresses from './ingresses.ts';
import * as policies from './policies.ts';

export const NETWORKING: RuleTable = {
  'networking.k8s.io/NetworkPolicy': {
    create: policies.validateNetworkPolicy,
    update: policies.validateNetworkPolicyUpdate,
  },
  'networking.k8s.io/Ingress': {
    create: ingresses.validateIngress,
    update: ingresses.validateIngressUpdate,
    subresources: { status: ingresses.validateIngressStatus },
  },
  'networking.k8s.io/IngressClass': {
    create: ingresses.validateIngressClass,
    update: ingresses.validateIngressClassUpdate,
  },
  'networking.k8s.io/IPAddress': { create: addresses.validateIpAddress, update: addresses.validateIpAddressUpdate },
  'networking.k8s.io/ServiceCIDR': {
    create: addresses.validateServiceCidr,
    update: addresses.validateServiceCidrUpdate,
    subresources: { status: addresses.validateMetaOnly },
  },
  'discovery.k8s.io/EndpointSlice': {
    create: addresses.validateEndpointSlice,
    update: addresses.validateEndpointSliceUpdate,
  },
};
