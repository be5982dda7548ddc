// Who may approve and sign certificate requests, and which subject nobody may ask for. Models
// plugin/pkg/admission/certificates/{approval,signing,subjectrestriction} and pkg/certauthorization.
import type { CertificateSigningRequest } from '../../../model/generated/certificates.v1.ts';
import type { Status } from '../../../model/generated/meta.v1.ts';
import { equal } from '../../../model/paths.ts';
import { forbidden } from '../../../model/status.ts';
import { parseRequest, RequestError } from '../../bootstrap/pki/request.ts';
import type { Authorizer } from '../authz/attributes.ts';
import type { Plugin, Review } from './chain.ts';

const GROUP = 'certificates.k8s.io';
const RESOURCE = { group: GROUP, resource: 'certificatesigningrequests' };
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';

const isRequest = (r: Review): boolean => r.resource.group === GROUP && r.resource.plural === RESOURCE.resource;
const newOf = (r: Review): CertificateSigningRequest => r.object as unknown as CertificateSigningRequest;
const oldOf = (r: Review): CertificateSigningRequest => r.old as unknown as CertificateSigningRequest;

/** For the signer itself, or for all of its domain. */
function may(authorizer: Authorizer, r: Review, verb: 'approve' | 'sign', signer: string): boolean {
  const domain = signer.split('/')[0] ?? '';
  return [signer, `${domain}/*`].some((name) => {
    const asked = { isResource: true, group: GROUP, resource: 'signers', subresource: '', namespace: '', path: '' };
    return authorizer.authorize({ ...asked, user: r.ctx.user, verb, name })?.allowed === true;
  });
}

function unlessMay(authorizer: Authorizer, r: Review, verb: 'approve' | 'sign'): Status | undefined {
  const signer = oldOf(r).spec.signerName;
  if (may(authorizer, r, verb, signer)) return undefined;
  const why = `user not permitted to ${verb} requests with signerName ${JSON.stringify(signer)}`;
  return forbidden(RESOURCE, r.name, why);
}

export function certificateApproval(authorizer: Authorizer): Plugin {
  return {
    name: 'CertificateApproval',
    handles: (r) => isRequest(r) && r.operation === 'UPDATE' && r.subresource === 'approval',
    validate: (r) => unlessMay(authorizer, r, 'approve'),
  };
}

export function certificateSigning(authorizer: Authorizer): Plugin {
  return {
    name: 'CertificateSigning',
    handles: (r) => isRequest(r) && r.operation === 'UPDATE' && r.subresource === 'status',
    validate: (r) => {
      const [now, old] = [newOf(r).status, oldOf(r).status];
      const same = (now?.certificate ?? '') === (old?.certificate ?? '');
      if (same && equal(now?.conditions ?? [], old?.conditions ?? [])) return undefined;
      return unlessMay(authorizer, r, 'sign');
    },
  };
}

export const certificateSubjectRestriction: Plugin = {
  name: 'CertificateSubjectRestriction',
  handles: (r) => isRequest(r) && r.operation === 'CREATE' && r.subresource === '',
  validate: (r) => {
    const { signerName, request } = newOf(r).spec;
    if (signerName !== CLIENT_SIGNER) return undefined;
    try {
      if (!parseRequest(request).organizations.includes(MASTERS)) return undefined;
    } catch (e) {
      if (e instanceof RequestError) return forbidden(RESOURCE, r.name, `failed to parse CSR: ${e.message}`);
      throw e;
    }
    return forbidden(RESOURCE, r.name, `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`);
  },
};
