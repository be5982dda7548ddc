// Acting as somebody else, for those who may. Models k8s.io/apiserver/pkg/endpoints/filters/impersonation.go.
import { internalError } from '../../model/status.ts';
import type { Attributes, Authorizer } from './authz/attributes.ts';
import { refusal } from './authz/attributes.ts';
import type { Context, User } from './context.ts';

const ACCOUNT = 'system:serviceaccount:';

interface Ask {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name: string;
}

function asksFor(
  user: string,
  groups: readonly string[],
  uid: string | undefined,
  extra: readonly [string, string][],
): Ask[] {
  const [namespace, name] = user.startsWith(ACCOUNT) ? user.slice(ACCOUNT.length).split(':') : [];
  const who: Ask =
    namespace && name
      ? { group: '', resource: 'serviceaccounts', namespace, name }
      : { group: '', resource: 'users', name: user };
  const authentication = 'authentication.k8s.io';
  return [
    who,
    ...groups.map((g) => ({ group: '', resource: 'groups', name: g })),
    ...extra.map(([key, value]) => ({ group: authentication, resource: 'userextras', subresource: key, name: value })),
    ...(uid ? [{ group: authentication, resource: 'uids', name: uid }] : []),
  ];
}

function groupsOf(user: string, groups: readonly string[]): readonly string[] {
  const [namespace, name] = user.startsWith(ACCOUNT) ? user.slice(ACCOUNT.length).split(':') : [];
  const own =
    groups.length === 0 && namespace && name
      ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
      : groups;
  if (user === 'system:anonymous' || own.includes('system:unauthenticated')) {
    return own.includes('system:unauthenticated') ? own : [...own, 'system:unauthenticated'];
  }
  return own.includes('system:authenticated') ? own : [...own, 'system:authenticated'];
}

/** Replaces the caller by the one that it may act as; 403 where it may not. */
export function impersonate(ctx: Context, authorizer: Authorizer): void {
  const wanted = ctx.request.impersonate;
  if (wanted === undefined) return;
  if (wanted.user === '') {
    ctx.refuse(
      'authentication',
      internalError(`requested ${JSON.stringify(wanted.groups ?? [])} without impersonating a user`),
    );
  }
  const extra = Object.entries(wanted.extra ?? {}).flatMap(([k, values]) =>
    values.map((v): [string, string] => [k, v]),
  );
  for (const ask of asksFor(wanted.user, wanted.groups ?? [], wanted.uid, extra)) {
    const a: Attributes = {
      user: ctx.user,
      verb: 'impersonate',
      isResource: true,
      subresource: '',
      namespace: '',
      path: ctx.info.path,
      ...ask,
    };
    const decision = authorizer.authorize(a);
    if (!decision?.allowed) ctx.refuse('authorization', refusal(a, decision?.reason ?? ''));
  }
  const user: User = {
    name: wanted.user,
    groups: groupsOf(wanted.user, wanted.groups ?? []),
    ...(wanted.uid ? { uid: wanted.uid } : {}),
    ...(wanted.extra ? { extra: wanted.extra } : {}),
  };
  ctx.impersonator = ctx.user;
  ctx.user = user;
  const { name } = ctx.impersonator;
  ctx.pass('authentication', `${name} may act as ${user.name}, and does`);
}
