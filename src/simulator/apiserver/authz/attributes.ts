// What is to be decided, and the decision. Models k8s.io/apiserver/pkg/authorization/authorizer.

import type { Status } from '../../../model/generated/meta.v1.ts';
import { forbidden } from '../../../model/status.ts';
import type { User } from '../context.ts';
import type { RequestInfo } from '../request.ts';

export interface Attributes {
  readonly user: User;
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  /** Selectors that the request is limited to, as the Node authorizer asks for them. */
  readonly fieldSelector?: string | undefined;
}

export interface Decision {
  readonly allowed: boolean;
  /** As upstream says it, in SubjectAccessReviews and after the refusal's message. */
  readonly reason: string;
  /** Short, for learners: the name of the binding, or why the rest does not apply. */
  readonly by: string;
}

export interface Authorizer {
  /** Undefined: no opinion, the next one is asked. */
  authorize(a: Attributes): Decision | undefined;
}

export function attributesOf(user: User, info: RequestInfo, fieldSelector: string | undefined): Attributes {
  return {
    user,
    verb: info.verb,
    isResource: info.isResource,
    group: info.group,
    resource: info.resource,
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name,
    path: info.path,
    fieldSelector,
  };
}

/** `User "jane" cannot list resource "pods" in API group "" in the namespace "demo"`. */
export function cannot(a: Attributes): string {
  const user = JSON.stringify(a.user.name);
  if (!a.isResource) return `User ${user} cannot ${a.verb} path ${JSON.stringify(a.path)}`;
  const resource = a.subresource === '' ? a.resource : `${a.resource}/${a.subresource}`;
  const what = `User ${user} cannot ${a.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(a.group)}`;
  return a.namespace === ''
    ? `${what} at the cluster scope`
    : `${what} in the namespace ${JSON.stringify(a.namespace)}`;
}

export function refusal(a: Attributes, reason: string): Status {
  const why = reason === '' ? cannot(a) : `${cannot(a)}: ${reason}`;
  return forbidden({ group: a.group, resource: a.resource }, a.name, why);
}
