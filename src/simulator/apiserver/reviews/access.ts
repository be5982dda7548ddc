// Questions about access: SubjectAccessReview and its kin. Models pkg/registry/authorization.
import type { SubjectAccessReviewSpec } from '../../../model/generated/authorization.v1.ts';
import type { PolicyRule } from '../../../model/generated/rbac.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { badRequest } from '../../../model/status.ts';
import type { Attributes, Authorizer } from '../authz/attributes.ts';
import type { RbacAuthorizer } from '../authz/rbac.ts';
import { type Answer, type Context, refuse, type User } from '../context.ts';
import { writeOptions } from '../handlers/options.ts';
import type { Registry } from '../registry/create.ts';
import { withNamespace } from '../registry/meta.ts';
import type { Obj } from '../registry/strategy.ts';
import { invalidStatus, validateCreate } from '../validation/index.ts';

export interface Access {
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly rbac: RbacAuthorizer;
}

function decode(ctx: Context, site: Access, r: ResourceInfo): Obj {
  const { fieldValidation } = writeOptions(ctx, 'CreateOptions');
  const review = site.registry.machine.decode(ctx, r, fieldValidation);
  ctx.requestObject = review;
  return review as Obj;
}

function reviewed(review: KubeObject, ctx: Context, status: object): Answer {
  const metadata = { ...review.metadata, creationTimestamp: review.metadata.creationTimestamp ?? ctx.now };
  return { code: 201, body: { ...review, metadata, status } };
}

function attributes(user: User, spec: SubjectAccessReviewSpec): Attributes {
  const { resourceAttributes: r, nonResourceAttributes: n } = spec;
  const fields = (r?.fieldSelector?.requirements ?? []).map((q) => `${q.key}=${q.values?.[0] ?? ''}`).join(',');
  return {
    user,
    verb: r?.verb ?? n?.verb ?? '',
    isResource: r !== undefined,
    group: r?.group ?? '',
    resource: r?.resource ?? '',
    subresource: r?.subresource ?? '',
    namespace: r?.namespace ?? '',
    name: r?.name ?? '',
    path: n?.path ?? '',
    fieldSelector: r?.fieldSelector?.rawSelector ?? fields,
  };
}

function decide(site: Access, a: Attributes): object {
  const decision = site.authorizer.authorize(a);
  const reason = decision?.reason ?? '';
  return { allowed: decision?.allowed ?? false, ...(reason ? { reason } : {}) };
}

export function subjectAccess(ctx: Context, site: Access, r: ResourceInfo): Answer {
  const review = decode(ctx, site, r);
  const spec = (review.spec ?? {}) as SubjectAccessReviewSpec;
  const self = r.kind === 'SelfSubjectAccessReview';
  const errors = validateCreate(r, withNamespace(review, r, ctx.info.namespace));
  if (errors.length > 0) ctx.refuse('validation', invalidStatus(r, '', errors));
  const user = self
    ? ctx.user
    : {
        name: spec.user ?? '',
        groups: spec.groups ?? [],
        ...(spec.uid ? { uid: spec.uid } : {}),
        ...(spec.extra ? { extra: spec.extra } : {}),
      };
  return reviewed(review, ctx, decide(site, attributes(user, spec)));
}

export function selfRules(ctx: Context, site: Access, r: ResourceInfo): Answer {
  const review = decode(ctx, site, r);
  const { namespace = '' } = (review.spec ?? {}) as { namespace?: string };
  if (namespace === '') refuse(badRequest('no namespace on request'));
  const rules: PolicyRule[] = site.rbac
    .allGrants(ctx.user)
    .filter((g) => g.namespace === '' || g.namespace === namespace)
    .flatMap((g) => g.rules ?? []);
  const resourceRules = rules
    .filter((rule) => (rule.resources ?? []).length > 0)
    .map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs,
      ...(apiGroups ? { apiGroups } : {}),
      ...(resources ? { resources } : {}),
      ...(resourceNames ? { resourceNames } : {}),
    }));
  const nonResourceRules = rules
    .filter((rule) => (rule.nonResourceURLs ?? []).length > 0)
    .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs }));
  return reviewed(review, ctx, { resourceRules, nonResourceRules, incomplete: false });
}

export function selfSubject(ctx: Context, site: Access, r: ResourceInfo): Answer {
  const review = decode(ctx, site, r);
  const { name, groups, uid, extra } = ctx.user;
  const userInfo = { username: name, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) };
  return reviewed(review, ctx, { userInfo });
}
