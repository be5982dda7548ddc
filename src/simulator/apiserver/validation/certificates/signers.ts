// Signer names and what hangs on them: PodCertificateRequests, ClusterTrustBundles and the pod volumes that use both.
import { sortedKeys } from '../common.ts';
import type { Errors, Path } from '../field.ts';
import type { StringMap } from '../labels.ts';
import { isDns1123Subdomain, isQualifiedName, type Messages, nameIsDnsSubdomain } from '../names.ts';

export const isKubernetesSigner = (name: string): boolean =>
  name.slice(0, Math.max(0, name.indexOf('/'))).endsWith('kubernetes.io') && /(^|\.)kubernetes\.io\//.test(name);

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
  errs.each(path, domain, isDns1123Subdomain(domain));
  // One segment is not enough for a domain that somebody owns.
  if (domain.split('.').length < 2) {
    errs.invalid(path, domain, 'should be a domain with at least two segments separated by dots');
  }
  for (const part of signer.split('.')) {
    for (const message of isDns1123Subdomain(part))
      errs.invalid(path, name, `validating label ${JSON.stringify(part)}: ${message}`);
  }
  if (name.length > 253 + 1 + 63 * 4) errs.tooLong(path, 253 + 1 + 63 * 4);
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
  const parts = name.split(':');
  return parts.length === 3 ? `${parts[0]}/${parts[1]}` : '';
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
