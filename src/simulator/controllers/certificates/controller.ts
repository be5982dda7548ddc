// The controllers of certificate signing requests: one approves kubelets', four sign what is approved, one cleans up.
// Models pkg/controller/certificates, v1.36.
import { MINUTE } from '../../../kernel/kernel.ts';
import { type Process, spawn } from '../../../kernel/process.ts';
import { rfc3339 } from '../../../kernel/time.ts';
import { encodeBase64, utf8 } from '../../../model/base64.ts';
import type { CertificateSigningRequest } from '../../../model/generated/certificates.v1.ts';
import type { ObjectRef, StepId } from '../../../trace/step.ts';
import { certificateEnd, parseRequest, RequestError, type SigningRequest } from '../../bootstrap/pki/request.ts';
import type { Certificate } from '../../bootstrap/pki/x509.ts';
import type { ComponentContext } from '../../runtime/component.ts';
import type { Informer } from '../../runtime/informer.ts';
import { CERTIFICATE_SIGNING_REQUESTS } from '../../runtime/kinds.ts';
import { type SyncResult, startWorkers, WorkQueue } from '../../runtime/workqueue.ts';
import * as decide from './decide.ts';
import { sign } from './sign.ts';

type Request = CertificateSigningRequest;

/** Source: --concurrent-… of csrapproving and csrsigning; pollingInterval in cleaner.go, v1.36. */
const WORKERS = 5;
const CLEANING = 60 * MINUTE;

function refOf({ metadata: { name = '', uid = '' } }: Request): ObjectRef {
  const resource = 'certificatesigningrequests';
  return { group: 'certificates.k8s.io', resource, kind: 'CertificateSigningRequest', name, uid };
}

/** The queue that the approver and the signers share the shape of. */
function watchRequests(
  ctx: ComponentContext,
  handle: (csr: Request, request: SigningRequest, causes: readonly StepId[]) => Process<SyncResult>,
  concerns: (csr: Request) => boolean,
): void {
  const queue = new WorkQueue(ctx.kernel);
  const requests = ctx.informers.of(CERTIFICATE_SIGNING_REQUESTS);
  const seen = (csr: Request, cause: StepId): void => queue.add(csr.metadata.name ?? '', [cause]);
  requests.onChange({ add: seen, update: (csr, _, cause) => seen(csr, cause) });
  const sync = function* (key: string, causes: readonly StepId[]): Process<SyncResult> {
    const csr = requests.get(key);
    if (csr === undefined || !concerns(csr)) return undefined;
    try {
      return yield* handle(csr, parseRequest(csr.spec.request), causes);
    } catch (e) {
      if (!(e instanceof RequestError)) throw e;
      return { error: `unable to parse csr "${key}": ${e.message}` };
    }
  };
  requests.onSynced(() => startWorkers(ctx.kernel, ctx.scope, queue, WORKERS, sync));
}

interface Recognizer {
  readonly subresource: string;
  readonly recognizes: (csr: Request, request: SigningRequest) => boolean;
  readonly message: string;
}

function isKubelets(csr: Request, request: SigningRequest): boolean {
  const { signerName, usages = [] } = csr.spec;
  return signerName === decide.KUBELET_CLIENT && decide.kubeletClientProblem(request, usages) === undefined;
}

const RECOGNIZERS: readonly Recognizer[] = [
  {
    subresource: 'selfnodeclient',
    recognizes: (csr, request) => csr.spec.username === request.commonName && isKubelets(csr, request),
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  },
  {
    subresource: 'nodeclient',
    recognizes: isKubelets,
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  },
];

/** Approves kubelets' requests for client certificates, where their sender may ask for them. */
export class CertificateApprover {
  private readonly ctx: ComponentContext;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    watchRequests(
      ctx,
      (csr, request, causes) => this.handle(csr, request, causes),
      (csr) => !decide.isDecided(csr),
    );
  }

  private *handle(csr: Request, request: SigningRequest, causes: readonly StepId[]): Process<SyncResult> {
    for (const r of RECOGNIZERS.filter((r) => r.recognizes(csr, request))) {
      const allowed = yield* this.review(csr, r.subresource, causes);
      if (typeof allowed === 'string') return { error: allowed };
      if (allowed.yes) return yield* this.approve(csr, r, [allowed.step]);
    }
    return undefined;
  }

  private *review(
    csr: Request,
    subresource: string,
    causes: readonly StepId[],
  ): Process<{ yes: boolean; step: StepId } | string> {
    const { username: user = '', groups, uid, extra } = csr.spec;
    const resourceAttributes = {
      group: 'certificates.k8s.io',
      resource: 'certificatesigningrequests',
      verb: 'create',
      subresource,
    };
    const value = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: {
        user,
        resourceAttributes,
        ...(groups ? { groups } : {}),
        ...(uid ? { uid } : {}),
        ...(extra ? { extra } : {}),
      },
    };
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    const answer = yield* this.ctx.client.send({
      method: 'POST',
      path,
      body: { value },
      contentType: 'application/json',
      causes,
    });
    const body = answer.body as { status?: { allowed?: boolean }; message?: string } | undefined;
    if (answer.code !== 201) return body?.message ?? 'connection refused';
    return { yes: body?.status?.allowed === true, step: answer.step };
  }

  private *approve(csr: Request, { subresource, message }: Recognizer, causes: readonly StepId[]): Process<SyncResult> {
    const { username = '' } = csr.spec;
    const step = this.ctx.record({
      kind: 'decide',
      action: 'ApproveRequest',
      object: refOf(csr),
      causes,
      text: `${username} asks for a kubelet's client certificate and may (create certificatesigningrequests/${subresource}) → approves.`,
      detail: { type: 'decide', inputs: { username, subresource } },
    });
    const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
    const conditions = [...decide.conditionsOf(csr), condition];
    return yield* update(this.ctx, { ...csr, status: { ...csr.status, conditions } }, 'approval', [step]);
  }
}

/** Signs what is approved for one signer name. */
export class CertificateSigner {
  private readonly ctx: ComponentContext;
  private readonly signer: string;
  private readonly ca: Certificate;

  constructor(ctx: ComponentContext, signer: string, ca: Certificate) {
    this.ctx = ctx;
    this.signer = signer;
    this.ca = ca;
    const mine = (csr: Request): boolean => csr.spec.signerName === signer && decide.waitsForSigner(csr);
    watchRequests(ctx, (csr, request, causes) => this.handle(csr, request, causes), mine);
  }

  private *handle(csr: Request, request: SigningRequest, causes: readonly StepId[]): Process<SyncResult> {
    const { usages = [], expirationSeconds } = csr.spec;
    const { kernel, random } = this.ctx;
    const problem = decide.signerProblem(this.signer, request, usages);
    if (problem !== undefined) return yield* this.fail(csr, problem, causes);
    if (request.signed === false)
      return { error: 'unable to verify certificate request signature: x509: ECDSA verification failure' };
    const valid = decide.validity(expirationSeconds, kernel.wallMs, this.ca.notAfterMs);
    const pem = sign(random, request, usages, valid, this.ca);
    const until = rfc3339(valid.notAfterMs);
    const step = this.ctx.record({
      kind: 'decide',
      action: 'SignCertificate',
      object: refOf(csr),
      causes,
      text: `${csr.metadata.name} is approved → signs a certificate for ${request.commonName}, valid until ${until}.`,
      detail: {
        type: 'decide',
        inputs: {
          signerName: this.signer,
          commonName: request.commonName,
          organizations: request.organizations.join(', '),
          usages: usages.join(', '),
          notAfter: until,
        },
      },
      ...(request.signed === undefined
        ? { fidelity: 'simplified', simplification: "the requester's signature is checked for P-256 keys only" }
        : {}),
    });
    const status = { ...csr.status, certificate: encodeBase64(utf8(pem)) };
    return yield* update(this.ctx, { ...csr, status }, 'status', [step]);
  }

  private *fail(csr: Request, message: string, causes: readonly StepId[]): Process<SyncResult> {
    const lastUpdateTime = rfc3339(this.ctx.kernel.wallMs);
    const condition = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message, lastUpdateTime };
    const step = this.ctx.record({
      kind: 'decide',
      action: 'RefuseToSign',
      object: refOf(csr),
      causes,
      text: `${csr.metadata.name} is not what ${this.signer} signs: ${message} → Failed.`,
      detail: { type: 'decide', inputs: { signerName: this.signer } },
    });
    const conditions = [...decide.conditionsOf(csr), condition];
    return yield* update(this.ctx, { ...csr, status: { ...csr.status, conditions } }, 'status', [step]);
  }
}

function* update(
  ctx: ComponentContext,
  csr: Request,
  subresource: string,
  causes: readonly StepId[],
): Process<SyncResult> {
  const next: Request = { ...csr, apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest' };
  const done = yield* ctx.client.update<Request>(CERTIFICATE_SIGNING_REQUESTS, next, { causes, subresource });
  return done.ok || done.code === 404 ? undefined : { error: done.status.message ?? 'update failed' };
}

/** Deletes requests that nobody needs any longer, once an hour. */
export class CertificateCleaner {
  private readonly ctx: ComponentContext;
  private readonly requests: Informer<Request>;

  constructor(ctx: ComponentContext) {
    this.ctx = ctx;
    this.requests = ctx.informers.of(CERTIFICATE_SIGNING_REQUESTS);
    this.requests.onSynced(() => spawn(ctx.scope, this.clean()));
  }

  private later(): void {
    const { kernel, scope } = this.ctx;
    kernel.schedule(CLEANING, () => spawn(scope, this.clean()), true);
  }

  private *clean(): Process<void> {
    const { kernel, client } = this.ctx;
    for (const csr of [...this.requests.all()]) {
      const why = decide.outdated(csr, kernel.wallMs, certificateEnd(csr.status?.certificate ?? ''));
      if (why === undefined) continue;
      const { name = '' } = csr.metadata;
      const step = this.ctx.record({
        kind: 'decide',
        action: 'CleanRequest',
        object: refOf(csr),
        causes: [],
        text: `${name}: ${why} → deletes it.`,
        detail: { type: 'decide', inputs: { why } },
      });
      yield* client.delete(CERTIFICATE_SIGNING_REQUESTS, '', name, {}, { causes: [step] });
    }
    this.later();
  }
}
