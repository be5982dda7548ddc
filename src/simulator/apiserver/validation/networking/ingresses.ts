// Models the checks of Ingresses and IngressClasses (pkg/apis/networking/validation).
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressClass,
  IngressRule,
  IngressSpec,
} from '../../../../model/generated/networking.v1.ts';
import { dnsSubdomain, immutable } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { parseIp, validateLegacyIp } from '../ip.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import {
  isDns1123Label,
  isDns1123Subdomain,
  isPortName,
  isPortNumber,
  isWildcardDns1123Subdomain,
  nameIsDnsSubdomain,
} from '../names.ts';
import { SPEC } from '../pods/pod.ts';
import { domainPrefixedPath, requiredSegment } from '../references.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_SUFFIXES = ['/..', '/.'];
const NOT_IP = 'must be a DNS name, not an IP address';

/** What an old object got wrong may stay as it is. */
interface Tolerance {
  readonly secretNames?: boolean;
  readonly wildcardRules?: boolean;
}

function validateHost(errs: Errors, path: Path, host: string): void {
  errs.each(path, host, host.includes('*') ? isWildcardDns1123Subdomain(host) : isDns1123Subdomain(host));
}

function validateSpec(errs: Errors, spec: Loose<IngressSpec>, tolerance: Tolerance): void {
  const { rules, defaultBackend, tls = [], ingressClassName } = spec;
  if (!rules?.length && !defaultBackend) {
    errs.invalid(SPEC, rules, 'either `defaultBackend` or `rules` must be specified');
  }
  if (defaultBackend) validateBackend(errs, SPEC.child('defaultBackend'), defaultBackend);
  for (const [i, rule] of (rules ?? []).entries()) validateRule(errs, SPEC.child('rules').index(i), rule, tolerance);
  for (const [i, { hosts = [], secretName }] of tls.entries()) {
    const at = SPEC.child('tls').index(i);
    for (const [j, host] of hosts.entries()) validateHost(errs, at.child('hosts').index(j), host);
    if (secretName && !tolerance.secretNames) dnsSubdomain(errs, at.child('secretName'), secretName);
  }
  if (ingressClassName !== undefined) dnsSubdomain(errs, SPEC.child('ingressClassName'), ingressClassName);
}

function validateRule(errs: Errors, path: Path, rule: Loose<IngressRule>, tolerance: Tolerance): void {
  const { host = '', http } = rule;
  if (host !== '') {
    if (parseIp(host)) errs.invalid(path.child('host'), host, NOT_IP);
    validateHost(errs, path.child('host'), host);
  }
  if (!http || (host.includes('*') && tolerance.wildcardRules)) return;
  const at = path.child('http').child('paths');
  if (!http.paths?.length) errs.required(at);
  for (const [i, entry] of (http.paths ?? []).entries()) validatePath(errs, at.index(i), entry);
}

function validatePath(errs: Errors, path: Path, entry: Loose<HTTPIngressPath>): void {
  const { pathType, path: text = '' } = entry;
  const at = path.child('path');
  if (pathType === undefined) {
    errs.required(path.child('pathType'), 'pathType must be specified');
    return;
  }
  const strict = pathType === 'Exact' || pathType === 'Prefix';
  if (!PATH_TYPES.includes(pathType)) errs.notSupported(path.child('pathType'), pathType, PATH_TYPES);
  else if (!text.startsWith('/') && (strict || text !== '')) errs.invalid(at, text, 'must be an absolute path');
  if (strict) {
    for (const part of BAD_SEQUENCES) if (text.includes(part)) errs.invalid(at, text, `must not contain '${part}'`);
    for (const end of BAD_SUFFIXES) if (text.endsWith(end)) errs.invalid(at, text, `cannot end with '${end}'`);
  }
  validateBackend(errs, path.child('backend'), entry.backend ?? {});
}

interface Reference {
  readonly apiGroup?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
}

function validateReference(errs: Errors, path: Path, { apiGroup, kind, name }: Reference): void {
  if (apiGroup !== undefined) dnsSubdomain(errs, path.child('apiGroup'), apiGroup);
  requiredSegment(errs, path.child('kind'), kind, 'kind is required');
  requiredSegment(errs, path.child('name'), name, 'name is required');
}

function validateBackend(errs: Errors, path: Path, { resource, service }: Loose<IngressBackend>): void {
  if (resource && service) errs.invalid(path, '', 'cannot set both resource and service backends');
  else if (resource) validateReference(errs, path.child('resource'), resource);
  else if (!service) errs.invalid(path, '', 'resource or service backend is required');
  else {
    const at = path.child('service');
    if (!service.name) errs.required(at.child('name'));
    else errs.each(at.child('name'), service.name, isDns1123Label(service.name));
    const { name = '', number = 0 } = service.port ?? {};
    if (name !== '' && number !== 0) errs.invalid(path, '', 'cannot set both port name & port number');
    else if (name !== '') errs.each(at.child('port').child('name'), name, isPortName(name));
    else if (number !== 0) errs.each(at.child('port').child('number'), number, isPortNumber(number));
    else errs.required(path, 'port name or number is required');
  }
}

const META = { namespaced: true, name: nameIsDnsSubdomain };

export function validateIngress(errs: Errors, o: Loose<Ingress>): void {
  validateMeta(errs, o.metadata, META);
  validateSpec(errs, o.spec ?? {}, {});
  const annotation = o.metadata?.annotations?.[CLASS_ANNOTATION];
  const name = o.spec?.ingressClassName;
  if (annotation !== undefined && name !== undefined && annotation !== name) {
    const detail = 'must match `ingressClassName` when both are specified';
    errs.invalid(Path.of('annotations', CLASS_ANNOTATION), annotation, detail);
  }
}

export function validateIngressUpdate(errs: Errors, now: Loose<Ingress>, old: Loose<Ingress>): void {
  const { tls = [] } = old.spec ?? {};
  const secretNames = tls.some(({ secretName }) => secretName && isDns1123Subdomain(secretName).length > 0) === true;
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateMeta(errs, now.metadata, META);
  validateSpec(errs, now.spec ?? {}, { secretNames });
}

export function validateIngressStatus(errs: Errors, now: Loose<Ingress>, old: Loose<Ingress>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  const existing = (old.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  for (const [i, { ip, hostname }] of (now.status?.loadBalancer?.ingress ?? []).entries()) {
    const at = Path.of('status', 'loadBalancer', 'ingress').index(i);
    if (ip) validateLegacyIp(errs, at.child('ip'), ip, existing);
    if (!hostname) continue;
    dnsSubdomain(errs, at.child('hostname'), hostname);
    if (parseIp(hostname)) errs.invalid(at.child('hostname'), hostname, NOT_IP);
  }
}

export function validateIngressClass(errs: Errors, o: Loose<IngressClass>): void {
  validateMeta(errs, o.metadata, { namespaced: false, name: nameIsDnsSubdomain });
  const { controller = '', parameters } = o.spec ?? {};
  if (controller.length > 250) errs.tooLong(SPEC.child('controller'), 250);
  domainPrefixedPath(errs, SPEC.child('controller'), controller);
  if (!parameters) return;
  const at = SPEC.child('parameters');
  const { scope, namespace } = parameters;
  validateReference(errs, at, parameters);
  if (scope === undefined) errs.required(at.child('scope'));
  else if (scope === 'Namespace') {
    if (namespace === undefined) errs.required(at.child('namespace'), "`parameters.scope` is set to 'Namespace'");
    else errs.each(at.child('namespace'), namespace, isDns1123Label(namespace));
  } else if (scope !== 'Cluster') errs.notSupported(at.child('scope'), scope, ['Cluster', 'Namespace']);
  else if (namespace !== undefined) errs.forbidden(at.child('namespace'), "`parameters.scope` is set to 'Cluster'");
}

export function validateIngressClassUpdate(errs: Errors, now: Loose<IngressClass>, old: Loose<IngressClass>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  immutable(errs, SPEC.child('controller'), now.spec?.controller ?? '', old.spec?.controller ?? '');
  validateIngressClass(errs, now);
}
