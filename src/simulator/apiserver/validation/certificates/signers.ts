// Signer names and what hangs on them: PodCertificateRequests, ClusterTrustBundles and the pod volumes that use both.

import { quote } from '../../../../model/quote.ts';
import { sortedKeys } from '../common.ts';
import type { Errors, Path } from '../field.ts';
import type { StringMap } from '../labels.ts';
import { isDns1123Label, isDns1123Subdomain, isQualifiedName, type Messages, nameIsDnsSubdomain } from '../names.ts';

export function isKubernetesSigner(name: string): boolean {
  const [host = ''] = name.split('/');
  return host === 'kubernetes.io' || host.endsWith('.kubernetes.io');
}

const MAX_DOMAIN = 253;
/** A domain, a slash, and a resource name that a namespace stands before. */
const MAX_SIGNER = MAX_DOMAIN + 1 + 253 + 1 + 63;

/** `example.com/my-signer`: a domain, a slash, and a name of dot-separated segments. */
export function validateSignerName(errs: Errors, path: Path, name: string): void {
  if (name === '') {
    errs.required(path);
    return;
  }
  const segments = name.split('/');
  if (segments.length !== 2) {
    errs.invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
    return;
  }
  const [domain = '', signer = ''] = segments;
  if (domain.length > MAX_DOMAIN) errs.tooLong(path, MAX_DOMAIN);
  validateSegments(errs, path, domain, isDns1123Label);
  if (!domain.includes('.')) {
    errs.invalid(path, domain, 'should be a domain with at least two segments separated by dots');
  }
  validateSegments(errs, path, signer, isDns1123Subdomain);
  if (name.length > MAX_SIGNER) errs.tooLong(path, MAX_SIGNER);
}

/** Tells of the first bad segment alone. */
function validateSegments(errs: Errors, path: Path, text: string, check: (segment: string) => Messages): void {
  for (const segment of text.split('.')) {
    const problems = check(segment);
    for (const problem of problems) errs.invalid(path, text, `validating label ${quote(segment)}: ${problem}`);
    if (problems.length > 0) return;
  }
}

/** Names of ClusterTrustBundles: `example.com:foo:name` beside a signer, else without a colon. */
export function clusterTrustBundleNameMessages(name: string, signerName = signerOfBundle(name)): Messages {
  if (signerName === '') {
    if (name.includes(':')) return ['ClusterTrustBundle without signer name must not have ":" in its name'];
    return nameIsDnsSubdomain(name, false);
  }
  const prefix = `${signerName.replaceAll('/', ':')}:`;
  if (!name.startsWith(prefix)) {
    return [`ClusterTrustBundle for signerName ${signerName} must be named with prefix ${prefix}`];
  }
  return nameIsDnsSubdomain(name.slice(prefix.length), false);
}

function signerOfBundle(name: string): string {
  const colon = name.lastIndexOf(':');
  return colon < 0 ? '' : name.slice(0, colon).replaceAll(':', '/');
}

/** Annotations that a pod hands to its signer: domain-prefixed keys. */
export function validateUserAnnotations(errs: Errors, path: Path, annotations: StringMap): void {
  let size = 0;
  for (const key of sortedKeys(annotations)) {
    const messages = isQualifiedName(key.toLowerCase());
    if (messages.length > 0) errs.each(path, key, messages);
    else if (!key.includes('/')) {
      errs.invalid(path, key, 'must be a domain-prefixed key (such as "acme.io/foo")');
    }
    size += key.length + (annotations[key] ?? '').length;
  }
  if (size > 256 * 1024) errs.tooLong(path, 256 * 1024);
}
