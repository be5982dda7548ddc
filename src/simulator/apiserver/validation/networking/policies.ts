// Models the checks of NetworkPolicies (pkg/apis/networking/validation).
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from '../../../../model/generated/networking.v1.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { cidrContains, parseCidr, validateLegacyCidr } from '../ip.ts';
import { validateLabelSelector } from '../labels.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { isPortName, isPortNumber, nameIsDnsSubdomain } from '../names.ts';
import { SPEC } from '../pods/pod.ts';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const TYPES = ['Ingress', 'Egress'];

function validatePort(errs: Errors, path: Path, { protocol, port, endPort }: Loose<NetworkPolicyPort>): void {
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) {
    errs.notSupported(path.child('protocol'), protocol, PROTOCOLS);
  }
  const end = path.child('endPort');
  if (typeof port === 'number') {
    errs.each(path.child('port'), port, isPortNumber(port));
    if (endPort === undefined) return;
    // Upstream prints the first port here, not the last.
    if (endPort < port) errs.invalid(end, port, 'must be greater than or equal to `port`');
    errs.each(end, endPort, isPortNumber(endPort));
    return;
  }
  if (endPort !== undefined) {
    const why = port === undefined ? 'not specified' : 'non-numeric';
    errs.invalid(end, endPort, `may not be specified when \`port\` is ${why}`);
  }
  if (port !== undefined) errs.each(path.child('port'), port, isPortName(port));
}

function validatePeer(errs: Errors, path: Path, peer: Loose<NetworkPolicyPeer>, anyValue: boolean): void {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  validateLabelSelector(errs, path.child('podSelector'), podSelector, anyValue);
  validateLabelSelector(errs, path.child('namespaceSelector'), namespaceSelector, anyValue);
  if (ipBlock) validateBlock(errs, path.child('ipBlock'), ipBlock);
  if (!podSelector && !namespaceSelector && !ipBlock) errs.required(path, 'must specify a peer');
  else if (ipBlock && (podSelector || namespaceSelector)) {
    errs.forbidden(path, 'may not specify both ipBlock and another peer');
  }
}

function validateBlock(errs: Errors, path: Path, { cidr = '', except = [] }: Loose<IPBlock>): void {
  if (cidr === '') {
    errs.required(path.child('cidr'));
    return;
  }
  validateLegacyCidr(errs, path.child('cidr'), cidr);
  const whole = parseCidr(cidr);
  if (!whole) return;
  for (const [i, text] of except.entries()) {
    const at = path.child('except').index(i);
    validateLegacyCidr(errs, at, text);
    const part = parseCidr(text);
    if (part && (!cidrContains(whole, part.ip) || whole.prefix >= part.prefix)) {
      errs.invalid(at, text, 'must be a strict subset of `cidr`');
    }
  }
}

function validateSpec(errs: Errors, spec: Loose<NetworkPolicySpec>, anyValue: boolean): void {
  validateLabelSelector(errs, SPEC.child('podSelector'), spec.podSelector, anyValue);
  for (const [i, { ports = [], from = [] }] of (spec.ingress ?? []).entries()) {
    const at = SPEC.child('ingress').index(i);
    for (const [j, port] of ports.entries()) validatePort(errs, at.child('ports').index(j), port);
    for (const [j, peer] of from.entries()) validatePeer(errs, at.child('from').index(j), peer, anyValue);
  }
  for (const [i, { ports = [], to = [] }] of (spec.egress ?? []).entries()) {
    const at = SPEC.child('egress').index(i);
    for (const [j, port] of ports.entries()) validatePort(errs, at.child('ports').index(j), port);
    for (const [j, peer] of to.entries()) validatePeer(errs, at.child('to').index(j), peer, anyValue);
  }
  const types = spec.policyTypes ?? [];
  if (types.length > TYPES.length) {
    errs.invalid(SPEC.child('policyTypes'), types, 'may not specify more than two policyTypes');
    return;
  }
  for (const [i, type] of types.entries()) {
    if (!TYPES.includes(type)) errs.notSupported(SPEC.child('policyTypes').index(i), type, TYPES);
  }
}

export function validateNetworkPolicy(errs: Errors, o: Loose<NetworkPolicy>): void {
  validateMeta(errs, o.metadata, { namespaced: true, name: nameIsDnsSubdomain });
  validateSpec(errs, o.spec ?? {}, false);
}

export function validateNetworkPolicyUpdate(errs: Errors, now: Loose<NetworkPolicy>, old: Loose<NetworkPolicy>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateSpec(errs, now.spec ?? {}, false);
}
