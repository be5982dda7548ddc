// TokenRequest and TokenReview. Models pkg/registry/core/serviceaccount/storage/token.go and
// pkg/registry/authentication/tokenreview.
import { rfc3339 } from '../../../kernel/time.ts';
import type { TokenRequestSpec, TokenReviewSpec } from '../../../model/generated/authentication.v1.ts';
import type { Pod } from '../../../model/generated/core.v1.ts';
import { type ResourceInfo, splitApiVersion } from '../../../model/resources.ts';
import { badRequest, conflict, forbidden, invalid, notFound } from '../../../model/status.ts';
import type { TokenVerifier } from '../authn.ts';
import { verifyToken } from '../authn.ts';
import { nodeOf } from '../authz/node.ts';
import { type Answer, type Context, refuse } from '../context.ts';
import { writeOptions } from '../handlers/options.ts';
import type { Registry } from '../registry/create.ts';
import type { Obj } from '../registry/strategy.ts';
import { find } from '../storage.ts';
import { type BoundObject, ISSUER, type ServiceAccountTokens, type TokenWish } from '../tokens.ts';

const KIND = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
const HOUR = 3600;
/** What the kubelet asks for, and gets a year of grace with, so that old clients that never reread go on working. */
const EXTENDED = 3607;
const YEAR = 365 * 24 * HOUR;
const MIN_EXPIRATION = 600;
const MAX_EXPIRATION = 2 ** 32;

function checkSpec(ctx: Context, spec: TokenRequestSpec): void {
  const seconds = spec.expirationSeconds ?? HOUR;
  const bad = (why: string): never => {
    const message = `Invalid value: ${seconds}: ${why}`;
    return ctx.refuse(
      'validation',
      invalid(KIND, '', [{ reason: 'FieldValueInvalid', field: 'spec.expirationSeconds', message }]),
    );
  };
  if (seconds < MIN_EXPIRATION) bad('may not specify a duration less than 10 minutes');
  if (seconds > MAX_EXPIRATION) bad('may not specify a duration larger than 2^32 seconds');
}

interface Bound {
  readonly object: BoundObject;
  readonly node?: { readonly name: string; readonly uid: string } | undefined;
}

const RESOURCES = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' } as const;

/** As a GroupVersionKind prints itself: `/v1, Kind=ConfigMap`. */
function typeText(apiVersion: string | undefined, kind: string): string {
  const { group, version } = splitApiVersion(apiVersion ?? '');
  return `${group}/${version}, Kind=${kind}`;
}

/** The object that the token lives and dies with. */
function boundObject(ctx: Context, spec: TokenRequestSpec): Bound | undefined {
  const ref = spec.boundObjectRef;
  if (!ref) return undefined;
  const { kind = '', name = '', uid, apiVersion } = ref;
  if (apiVersion !== 'v1' || (kind !== 'Pod' && kind !== 'Secret' && kind !== 'Node'))
    return refuse(badRequest(`cannot bind token to object of type ${typeText(apiVersion, kind)}`));
  const r = ctx.core.resource('', RESOURCES[kind], 'v1');
  const found = r === undefined ? undefined : find(ctx, r, r.namespaced ? ctx.info.namespace : '', name);
  if (found === undefined) return refuse(notFound({ group: '', resource: RESOURCES[kind] }, name));
  const real = found.metadata.uid ?? '';
  if (uid && uid !== real) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    refuse(conflict({ group: '', resource: RESOURCES[kind] }, name, why));
  }
  const object: BoundObject = { kind, name, uid: real };
  if (kind !== 'Pod') return { object };
  const pod = found as Pod;
  if (pod.spec?.serviceAccountName !== ctx.info.name) {
    const text = `cannot bind token for serviceaccount ${JSON.stringify(ctx.info.name)} to pod running with different serviceaccount name.`;
    refuse(badRequest(text));
  }
  return { object, node: nodeOfPod(ctx, pod) };
}

function nodeOfPod(ctx: Context, pod: Pod): { name: string; uid: string } | undefined {
  const name = pod.spec?.nodeName;
  if (!name) return undefined;
  return { name, uid: ctx.core.store.get(`/registry/minions/${name}`)?.value.metadata.uid ?? '' };
}

/** A kubelet gets tokens only for pods on its own node. Models NodeRestriction.admitServiceAccount. */
function checkNode(ctx: Context, bound: Bound | undefined): void {
  const node = nodeOf(ctx.user);
  if (node === undefined) return;
  const no = (why: string): never => refuse(forbidden({ group: '', resource: 'serviceaccounts' }, ctx.info.name, why));
  if (bound === undefined) no(`node requested token not bound to a pod`);
  else if (bound.object.kind === 'Pod' && bound.node?.name !== node)
    no('node requested token bound to a pod scheduled on a different node');
}

export function requestToken(
  ctx: Context,
  registry: Registry,
  accounts: ResourceInfo,
  tokens: ServiceAccountTokens,
): Answer {
  const { fieldValidation } = writeOptions(ctx, 'CreateOptions');
  const sent = registry.machine.decode(ctx, KIND, fieldValidation) as Obj;
  ctx.requestObject = sent;
  const { namespace, name } = ctx.info;
  const account = find(ctx, accounts, namespace, name);
  if (account === undefined) return refuse(notFound(ctx.groupResource, name));
  const review = { ctx, operation: 'CREATE' as const, resource: accounts, subresource: 'token', namespace, name };
  const request = (registry.admission.mutate({ ...review, object: sent, old: undefined }) ?? sent) as Obj;
  registry.admission.validate({ ...review, object: request, old: undefined });
  const spec = (request.spec ?? {}) as TokenRequestSpec;
  checkSpec(ctx, spec);
  const bound = boundObject(ctx, spec);
  checkNode(ctx, bound);
  const audiences = (spec.audiences ?? []).length > 0 ? (spec.audiences ?? []) : [ISSUER];
  const seconds = spec.expirationSeconds ?? HOUR;
  const issuedAt = Math.floor(ctx.core.kernel.wallMs / 1000);
  const extended = seconds === EXTENDED && bound?.object.kind === 'Pod' && audiences.includes(ISSUER);
  const wish: TokenWish = {
    namespace,
    account: { name, uid: account.metadata.uid ?? '' },
    audiences,
    bound: bound?.object,
    node: bound?.node,
    issuedAt,
    expiresAt: issuedAt + (extended ? YEAR : seconds),
    warnAfter: extended ? issuedAt + seconds : undefined,
    id: ctx.core.random.uuid(),
  };
  const metadata = { name, namespace, creationTimestamp: ctx.now };
  const status = lazyToken(() => tokens.sign(wish), rfc3339((issuedAt + seconds) * 1000));
  return {
    code: 201,
    body: { ...request, metadata, spec: { ...spec, audiences, expirationSeconds: seconds }, status },
  };
}

/** Signing costs a millisecond, and kubelets inside the simulator never look at the signature. */
function lazyToken(sign: () => string, expirationTimestamp: string): object {
  let token: string | undefined;
  return {
    get token(): string {
      token ??= sign();
      return token;
    },
    expirationTimestamp,
  };
}

export function reviewToken(
  ctx: Context,
  registry: Registry,
  r: ResourceInfo,
  verifiers: readonly TokenVerifier[],
): Answer {
  const { fieldValidation } = writeOptions(ctx, 'CreateOptions');
  const review = registry.machine.decode(ctx, r, fieldValidation) as Obj;
  const { token = '', audiences = [] } = (review.spec ?? {}) as TokenReviewSpec;
  if (token === '') refuse(badRequest('token is required for TokenReview in authentication'));
  const metadata = { ...review.metadata, creationTimestamp: ctx.now };
  const found = verifyToken(token, verifiers);
  if (found === undefined) {
    const status = { user: {}, error: '[invalid bearer token, service account token is not valid]' };
    return { code: 201, body: { ...review, metadata, status } };
  }
  const { name, groups, uid, extra } = found;
  const user = { username: name, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) };
  const status = { authenticated: true, user, audiences: audiences.length > 0 ? audiences : [ISSUER] };
  return { code: 201, body: { ...review, metadata, status } };
}
