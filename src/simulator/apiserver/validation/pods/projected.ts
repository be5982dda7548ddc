// Models the secret, configMap, downwardAPI and projected volume sources of pkg/apis/core/validation.
import type {
  ClusterTrustBundleProjection,
  DownwardAPIVolumeFile,
  DownwardAPIVolumeSource,
  KeyToPath,
  PodCertificateProjection,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from '../../../../model/generated/core.v1.ts';
import {
  clusterTrustBundleNameMessages,
  isKubernetesSigner,
  validateSignerName,
  validateUserAnnotations,
} from '../certificates/signers.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { selectorValue, validateLabelSelector } from '../labels.ts';
import { fileMode, nonReservedPath } from '../paths.ts';
import { Ordered } from '../value.ts';
import { DOWNWARD_VOLUME_FIELDS, validateFieldRef, validateResourceFieldRef } from './fieldrefs.ts';

export function validateItems(errs: Errors, path: Path, items: readonly Loose<KeyToPath>[] | undefined): void {
  for (const [i, item] of (items ?? []).entries()) validateKeyToPath(errs, path.child('items').index(i), item);
}

function validateKeyToPath(errs: Errors, path: Path, item: Loose<KeyToPath>): void {
  if (!item.key) errs.required(path.child('key'));
  if (!item.path) errs.required(path.child('path'));
  nonReservedPath(errs, path.child('path'), item.path ?? '');
  fileMode(errs, path, 'mode', item.mode);
}

/** Upstream reports every file at the volume's own path. */
export function validateDownward(errs: Errors, path: Path, source: Loose<DownwardAPIVolumeSource>): void {
  fileMode(errs, path, 'defaultMode', source.defaultMode);
  for (const file of source.items ?? []) validateDownwardFile(errs, path, file);
}

function validateDownwardFile(errs: Errors, path: Path, file: Loose<DownwardAPIVolumeFile>): void {
  if (!file.path) errs.required(path.child('path'));
  nonReservedPath(errs, path.child('path'), file.path ?? '');
  if (file.fieldRef) {
    validateFieldRef(errs, path.child('fieldRef'), file.fieldRef, DOWNWARD_VOLUME_FIELDS);
    if (file.resourceFieldRef) {
      errs.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
    }
  } else if (file.resourceFieldRef) {
    validateResourceFieldRef(errs, path.child('resourceFieldRef'), file.resourceFieldRef, true);
  } else errs.required(path, 'one of fieldRef and resourceFieldRef is required');
  fileMode(errs, path, 'mode', file.mode);
}

/** What the sources of one projected volume share: the files that they write must not collide. */
class Projection {
  readonly errs: Errors;
  readonly path: Path;
  private readonly files = new Set<string>();

  constructor(errs: Errors, path: Path) {
    this.errs = errs;
    this.path = path;
  }

  claim(file: string, shown = file): void {
    if (this.files.has(file)) this.errs.invalid(this.path, shown, 'conflicting duplicate paths');
    else this.files.add(file);
  }
}

export function validateProjected(errs: Errors, path: Path, source: Loose<ProjectedVolumeSource>): void {
  fileMode(errs, path, 'defaultMode', source.defaultMode);
  const projection = new Projection(errs, path);
  for (const [i, part] of (source.sources ?? []).entries()) {
    validatePart(projection, path.child('sources').index(i), part);
  }
}

function validatePart(p: Projection, path: Path, part: Loose<VolumeProjection>): void {
  const { errs } = p;
  let sources = 0;
  for (const kind of ['secret', 'configMap'] as const) {
    const source = part[kind];
    if (!source) continue;
    sources++;
    if (!source.name) errs.required(path.child(kind).child('name'));
    validateItems(errs, path.child(kind), source.items);
    for (const item of source.items ?? []) if (item.path) p.claim(item.path, source.name ?? '');
  }
  if (part.downwardAPI) {
    sources++;
    for (const file of part.downwardAPI.items ?? []) {
      validateDownwardFile(errs, path.child('downwardAPI'), file);
      if (file.path) p.claim(file.path);
    }
  }
  if (part.serviceAccountToken) {
    sources++;
    validateToken(p, path.child('serviceAccountToken'), part.serviceAccountToken);
  }
  if (part.clusterTrustBundle) {
    sources++;
    validateTrustBundle(p, path.child('clusterTrustBundle'), part.clusterTrustBundle);
  }
  if (part.podCertificate) {
    sources++;
    validatePodCertificate(p, path.child('podCertificate'), part.podCertificate);
  }
  if (sources > 1) errs.forbidden(path, 'may not specify more than 1 volume type per source');
}

function validateToken(p: Projection, path: Path, token: Loose<ServiceAccountTokenProjection>): void {
  const { expirationSeconds = 0 } = token;
  const at = path.child('expirationSeconds');
  if (expirationSeconds < 600) {
    p.errs.invalid(at, expirationSeconds, 'may not specify a duration less than 10 minutes');
  }
  if (expirationSeconds > 2 ** 32) {
    p.errs.invalid(at, expirationSeconds, 'may not specify a duration larger than 2^32 seconds');
  }
  if (!token.path) p.errs.required(p.path.child('path'));
  else nonReservedPath(p.errs, p.path.child('path'), token.path);
}

function validateTrustBundle(p: Projection, path: Path, bundle: Loose<ClusterTrustBundleProjection>): void {
  const { errs } = p;
  const { name, signerName, labelSelector } = bundle;
  if (name !== undefined && signerName !== undefined) {
    errs.invalid(path, trustBundleValue(bundle), 'only one of name and signerName may be used');
  } else if (name !== undefined) {
    if (name === '') errs.required(path.child('name'), 'must be a valid object name');
    for (const message of clusterTrustBundleNameMessages(name)) {
      errs.invalid(path.child('name'), name, `not a valid clustertrustbundlename: ${message}`);
    }
    if (labelSelector) {
      const detail = 'labelSelector must be unset if name is specified';
      errs.invalid(path.child('labelSelector'), selectorValue(labelSelector), detail);
    }
  } else if (signerName !== undefined) {
    if (signerName === '') errs.required(path.child('signerName'), 'must be a valid signer name');
    validateSignerName(errs, path.child('signerName'), signerName);
    validateLabelSelector(errs, path.child('labelSelector'), labelSelector);
  } else errs.required(path, 'either name or signerName must be specified');
  if (!bundle.path) errs.required(path.child('path'));
  nonReservedPath(errs, path.child('path'), bundle.path ?? '');
  p.claim(bundle.path ?? '');
}

function trustBundleValue(bundle: Loose<ClusterTrustBundleProjection>): Ordered {
  return new Ordered([
    ['Name', bundle.name],
    ['SignerName', bundle.signerName],
    ['LabelSelector', selectorValue(bundle.labelSelector)],
    ['Optional', bundle.optional],
    ['Path', bundle.path ?? ''],
  ]);
}

const KEY_TYPES = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519'];
const CERTIFICATE_PATHS = ['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const;

function validatePodCertificate(p: Projection, path: Path, source: Loose<PodCertificateProjection>): void {
  const { errs } = p;
  const { signerName = '', keyType = '', maxExpirationSeconds: seconds } = source;
  validateSignerName(errs, path.child('signerName'), signerName);
  if (source.userAnnotations) validateUserAnnotations(errs, path.child('userAnnotations'), source.userAnnotations);
  if (!KEY_TYPES.includes(keyType)) errs.notSupported(path.child('keyType'), keyType, KEY_TYPES);
  if (seconds !== undefined) {
    const at = path.child('maxExpirationSeconds');
    const longest = isKubernetesSigner(signerName) ? 86_400 : 91 * 86_400;
    if (seconds < 3600) errs.invalid(at, seconds, 'if provided, maxExpirationSeconds must be >= 3600');
    if (seconds > longest) errs.invalid(at, seconds, `if provided, maxExpirationSeconds must be <= ${longest}`);
  }
  let paths = 0;
  for (const field of CERTIFICATE_PATHS) {
    const file = source[field];
    if (!file) continue;
    paths++;
    nonReservedPath(errs, path.child(field), file);
    p.claim(file);
  }
  if (paths === 0) {
    errs.required(path, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath');
  }
}
