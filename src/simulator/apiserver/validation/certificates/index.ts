// The rules of the certificates.k8s.io group. Requests are read as PEM; what is inside is not parsed any further than to
// see that it is a sequence in DER.
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '../../../../model/generated/certificates.v1.ts';
import { quote } from '../../../../model/quote.ts';
import { same } from '../common.ts';
import { specDiff } from '../diff.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { NONE } from '../names.ts';
import { SPEC } from '../pods/pod.ts';
import type { RuleTable } from '../rules.ts';
import { goNamed } from '../structs.ts';
import { certificateProblem, requestProblem } from './pem.ts';
import { validateSignerName } from './signers.ts';

type Request = Loose<CertificateSigningRequest>;
type Condition = Loose<CertificateSigningRequestCondition>;

const CONDITIONS = Path.of('status', 'conditions');
const CERTIFICATE = Path.of('status', 'certificate');
const LEGACY = 'kubernetes.io/legacy-unknown';
const SHORTEST = 600;

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

const conditionsOf = (csr: Request | undefined): readonly Condition[] => csr?.status?.conditions ?? [];
const ofType = (csr: Request, type: string) => conditionsOf(csr).filter((c) => c.type === type);
const hasDuplicates = (values: readonly unknown[]) => new Set(values).size < values.length;

/** Faults that the stored request has already are tolerated in the new one. */
function validateRequest(errs: Errors, csr: Request, old?: Request): void {
  const { request = '', usages = [], signerName = '', expirationSeconds: seconds } = csr.spec ?? {};
  const oldUsages = old?.spec?.usages ?? [];
  validateMeta(errs, csr.metadata, { namespaced: false, name: () => NONE });
  const problem = requestProblem(request);
  if (problem) errs.invalid(SPEC.child('request'), request, problem);
  if (usages.length === 0) errs.required(SPEC.child('usages'));
  const known = (usage: string) => USAGES.includes(usage);
  for (const [i, usage] of usages.entries()) {
    if (!known(usage) && oldUsages.every(known)) errs.notSupported(SPEC.child('usages').index(i), usage, USAGES);
  }
  for (const [i, usage] of usages.entries()) {
    if (usages.indexOf(usage) < i && !hasDuplicates(oldUsages)) errs.duplicate(SPEC.child('usages').index(i), usage);
  }
  if (signerName === LEGACY && old?.spec?.signerName !== LEGACY) {
    errs.invalid(SPEC.child('signerName'), signerName, 'the legacy signerName is not allowed via this API version');
  } else validateSignerName(errs, SPEC.child('signerName'), signerName);
  if (seconds !== undefined && seconds < SHORTEST) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)';
    errs.invalid(SPEC.child('expirationSeconds'), seconds, detail);
  }
  validateConditions(errs, csr, old);
  validateCertificate(errs, csr.status?.certificate ?? '', old?.status?.certificate);
}

function validateCertificate(errs: Errors, certificate: string, old: string | undefined): void {
  if (old !== undefined && (old === certificate || certificateProblem(old))) return;
  const problem = certificateProblem(certificate);
  if (problem) errs.invalid(CERTIFICATE, '<certificate data>', problem);
}

const TRUE_ONLY = ['Approved', 'Denied', 'Failed'];

function validateConditions(errs: Errors, csr: Request, old: Request | undefined): void {
  const oldTypes = conditionsOf(old).map((c) => c.type ?? '');
  const both = oldTypes.includes('Approved') && oldTypes.includes('Denied');
  const seen = new Set<string>();
  for (const [i, { type = '', status = '' }] of conditionsOf(csr).entries()) {
    const at = CONDITIONS.index(i);
    const allowed = TRUE_ONLY.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    const other = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : '';
    if (type === '' && !oldTypes.includes('')) errs.required(at.child('type'));
    if (status === '') errs.required(at.child('status'));
    else if (!allowed.includes(status)) errs.notSupported(at.child('status'), status, allowed);
    if (!both && other !== '' && seen.has(other)) {
      errs.invalid(CONDITIONS, type, 'Approved and Denied conditions are mutually exclusive');
    }
    if (seen.has(type) && !hasDuplicates(oldTypes)) errs.duplicate(at.child('type'), type);
    seen.add(type);
  }
}

/** Which part of the status the path of the request lets its caller write. */
function update(writes: '' | 'certificate' | 'approval') {
  return (errs: Errors, now: Request, old: Request): void => {
    validateRequest(errs, now, old);
    for (const type of TRUE_ONLY) {
      if (ofType(now, type).length < ofType(old, type).length) {
        errs.forbidden(CONDITIONS, `updates may not remove a condition of type ${quote(type)}`);
      }
    }
    if (writes !== 'approval') validateApprovalKept(errs, now, old);
    const { certificate: before = '' } = old.status ?? {};
    if ((now.status?.certificate ?? '') !== before) {
      if (writes !== 'certificate') errs.forbidden(CERTIFICATE, 'updates may not set certificate content');
      else if (before !== '') errs.forbidden(CERTIFICATE, 'updates may not modify existing certificate content');
    }
    validateMetaUpdate(errs, now.metadata, old.metadata);
  };
}

function validateApprovalKept(errs: Errors, now: Request, old: Request): void {
  for (const type of ['Approved', 'Denied']) {
    const [a, b] = [ofType(now, type), ofType(old, type)];
    if (a.length > b.length) errs.forbidden(CONDITIONS, `updates may not add a condition of type ${quote(type)}`);
    else if (a.length === b.length && !same(a, b)) {
      const changes = specDiff(goNamed(b), goNamed(a));
      errs.forbidden(CONDITIONS, `updates may not modify a condition of type ${quote(type)}\n${changes}`);
    }
  }
}

export const CERTIFICATES: RuleTable = {
  'certificates.k8s.io/CertificateSigningRequest': {
    create: (errs, csr) => validateRequest(errs, csr),
    update: update(''),
    subresources: { status: update('certificate'), approval: update('approval') },
  },
};
