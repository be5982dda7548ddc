// Who is asking. Models k8s.io/apiserver/pkg/authentication: client certificates, ServiceAccount and bootstrap tokens,
// anonymous requests, impersonation.
import { unauthorized } from '../../model/status.ts';
import type { Credential } from './api.ts';
import { ANONYMOUS, type Context, type Gate, type User } from './context.ts';

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

interface Caller {
  readonly user: User;
  readonly proof: string;
  readonly gate: Gate;
}

function caller(user: User, proof: string): Caller {
  return { user, proof, gate: { stage: 'authentication', verdict: 'ok', text: () => introduction(user, proof) } };
}

function introduction({ name, groups }: User, proof: string): string {
  return name === ANONYMOUS
    ? 'no credentials were sent, so the caller is system:anonymous in the group system:unauthenticated'
    : `${proof}: user ${name}, groups ${groups.join(', ')}`;
}

const NO_CALLER = caller(NOBODY, 'no credentials');
const callers = new WeakMap<Credential, Caller>();

/** A component presents the same credential again and again; what is made of it is kept, and rights found by the user. */
function callerOf(ctx: Context, verifiers: readonly TokenVerifier[]): Caller {
  const { credential } = ctx.request;
  if (credential.type === 'anonymous') return NO_CALLER;
  if (credential.type === 'token') {
    const found = verifyToken(credential.token, verifiers);
    if (found === undefined) ctx.refuse('authentication', unauthorized());
    return caller(found, found.name.startsWith('system:serviceaccount:') ? 'ServiceAccount token' : 'bearer token');
  }
  const known = callers.get(credential);
  if (known !== undefined) return known;
  const made =
    credential.type === 'certificate'
      ? caller(
          { name: credential.commonName, groups: withAuthenticated(credential.organizations) },
          'client certificate',
        )
      : caller(serviceAccountUser(credential.namespace, credential.name), 'ServiceAccount token');
  callers.set(credential, made);
  return made;
}

export function authenticate(ctx: Context, verifiers: readonly TokenVerifier[]): void {
  const { user, proof, gate } = callerOf(ctx, verifiers);
  ctx.user = user;
  ctx.proof = proof;
  ctx.gates.push(gate);
}

export function verifyToken(token: string, verifiers: readonly TokenVerifier[]): User | undefined {
  for (const verify of verifiers) {
    const found = verify(token);
    if (found !== undefined) return { ...found.user, groups: withAuthenticated(found.user.groups) };
  }
  return undefined;
}
