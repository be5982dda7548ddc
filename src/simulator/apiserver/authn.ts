// Who is asking. Models k8s.io/apiserver/pkg/authentication: client certificates, ServiceAccount and bootstrap tokens,
// anonymous requests, impersonation.
import { unauthorized } from '../../model/status.ts';
import { ANONYMOUS, type Context, type User } from './context.ts';

/** Says whose token this is; undefined when it is not valid. The signature is checked outside of the simulator's core. */
export type TokenVerifier = (
  token: string,
) => { readonly user: User; readonly audiences?: readonly string[] } | undefined;

export function serviceAccountUser(namespace: string, name: string, extra: Partial<User> = {}): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    ...extra,
  };
}

/** Anonymous requests are allowed; authorization then says what they may see. */
const NOBODY: User = { name: ANONYMOUS, groups: ['system:unauthenticated'] };

function withAuthenticated(groups: readonly string[]): readonly string[] {
  return groups.includes('system:authenticated') ? groups : [...groups, 'system:authenticated'];
}

const users = new WeakMap<object, User>();

/** A caller presents the same credential again and again; the user made from it is kept. */
function certificateUser(credential: { commonName: string; organizations: readonly string[] }): User {
  const known = users.get(credential);
  if (known !== undefined) return known;
  const user = { name: credential.commonName, groups: withAuthenticated(credential.organizations) };
  users.set(credential, user);
  return user;
}

export function authenticate(ctx: Context, verifiers: readonly TokenVerifier[]): void {
  const { credential } = ctx.request;
  switch (credential.type) {
    case 'certificate':
      ctx.user = certificateUser(credential);
      ctx.proof = 'client certificate';
      break;
    case 'serviceAccount':
      ctx.user = serviceAccountUser(credential.namespace, credential.name);
      ctx.proof = 'ServiceAccount token';
      break;
    case 'token': {
      const found = verifyToken(credential.token, verifiers);
      if (found === undefined) ctx.refuse('authentication', unauthorized());
      ctx.user = found;
      ctx.proof = found.name.startsWith('system:serviceaccount:') ? 'ServiceAccount token' : 'bearer token';
      break;
    }
    case 'anonymous':
      ctx.user = NOBODY;
      ctx.proof = 'no credentials';
  }
  const { user, proof } = ctx;
  ctx.pass('authentication', () =>
    user.name === ANONYMOUS
      ? 'no credentials were sent, so the caller is system:anonymous in the group system:unauthenticated'
      : `${proof}: user ${user.name}, groups ${user.groups.join(', ')}`,
  );
}

export function verifyToken(token: string, verifiers: readonly TokenVerifier[]): User | undefined {
  for (const verify of verifiers) {
    const found = verify(token);
    if (found !== undefined) return { ...found.user, groups: withAuthenticated(found.user.groups) };
  }
  return undefined;
}
