// What an expression may ask the authorizer: `authorizer.group("apps").resource("deployments").check("create").allowed()`.
// Models k8s.io/apiserver/pkg/cel/library/authz.go; the answers are those of the cluster's own authorizers.
import { type Declared, declare } from '../../../cel/signature.ts';
import { opaqueType } from '../../../cel/types.ts';
import { CelError, Opaque } from '../../../cel/values.ts';
import type { Attributes, Authorizer, Decision } from '../authz/attributes.ts';
import type { User } from '../context.ts';
import { isDns1123Label, isDns1123Subdomain } from '../validation/names.ts';

const PREFIX = 'kubernetes.authorization';
const NAMES = {
  authorizer: `${PREFIX}.Authorizer`,
  path: `${PREFIX}.PathCheck`,
  group: `${PREFIX}.GroupCheck`,
  resource: `${PREFIX}.ResourceCheck`,
  decision: `${PREFIX}.Decision`,
};

export const AUTHORIZER_TYPE = opaqueType(NAMES.authorizer);
export const RESOURCE_CHECK_TYPE = opaqueType(NAMES.resource);

interface Asking {
  readonly authorizer: Authorizer;
  readonly user: User;
}

type Named = Partial<Omit<Attributes, 'user' | 'verb'>>;

abstract class Part extends Opaque {
  equals(other: Opaque): boolean {
    return this === other;
  }
}

class AuthorizerValue extends Part {
  readonly type = NAMES.authorizer;
  readonly asking: Asking;
  constructor(asking: Asking) {
    super();
    this.asking = asking;
  }
}

class Check extends Part {
  readonly type: string;
  readonly asking: Asking;
  readonly named: Named;
  constructor(type: string, asking: Asking, named: Named) {
    super();
    this.type = type;
    this.asking = asking;
    this.named = named;
  }

  with(named: Named, type = this.type): Check {
    return new Check(type, this.asking, { ...this.named, ...named });
  }
}

class Answer extends Part {
  readonly type = NAMES.decision;
  readonly decision: Decision | undefined;
  constructor(decision: Decision | undefined) {
    super();
    this.decision = decision;
  }
}

export const authorizerValue = (authorizer: Authorizer, user: User): Opaque =>
  new AuthorizerValue({ authorizer, user });

/** `authorizer.requestResource`: the resource of the request itself. */
export const requestResource = (authorizer: Authorizer, user: User, named: Named): Opaque =>
  new Check(NAMES.resource, { authorizer, user }, named);

function path({ asking }: AuthorizerValue, text: string): Check {
  if (text === '') throw new CelError('path must not be empty');
  return new Check(NAMES.path, asking, { isResource: false, path: text });
}

function check({ asking, named }: Check, verb: string): Answer {
  const attributes: Attributes = {
    isResource: true,
    group: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    path: '',
    ...named,
    user: asking.user,
    verb,
  };
  return new Answer(asking.authorizer.authorize(attributes));
}

function serviceAccount({ asking }: AuthorizerValue, namespace: string, name: string): AuthorizerValue {
  if (isDns1123Subdomain(name).length > 0) throw new CelError(`Invalid service account name`);
  if (isDns1123Label(namespace).length > 0) throw new CelError(`Invalid service account namespace`);
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  const user = { name: `system:serviceaccount:${namespace}:${name}`, groups };
  return new AuthorizerValue({ ...asking, user });
}

const { authorizer, decision, group, resource } = NAMES;

export const AUTHORIZER_LIBRARY: readonly Declared[] = [
  declare(`${authorizer}.path(string): ${NAMES.path}`, path),
  declare(`${NAMES.path}.check(string): ${decision}`, check),
  declare(
    `${authorizer}.group(string): ${group}`,
    ({ asking }: AuthorizerValue, name: string) => new Check(group, asking, { group: name }),
  ),
  declare(`${authorizer}.serviceAccount(string, string): ${authorizer}`, serviceAccount),
  declare(`${group}.resource(string): ${resource}`, (c: Check, name: string) => c.with({ resource: name }, resource)),
  declare(`${resource}.subresource(string): ${resource}`, (c: Check, name: string) => c.with({ subresource: name })),
  declare(`${resource}.namespace(string): ${resource}`, (c: Check, name: string) => c.with({ namespace: name })),
  declare(`${resource}.name(string): ${resource}`, (c: Check, name: string) => c.with({ name })),
  declare(`${resource}.fieldSelector(string): ${resource}`, (c: Check, s: string) => c.with({ fieldSelector: s })),
  // No authorizer of the simulated server limits anybody by labels.
  declare(`${resource}.labelSelector(string): ${resource}`, (c: Check, _: string) => c),
  declare(`${resource}.check(string): ${decision}`, check),
  declare(`${decision}.allowed(): bool`, (a: Answer) => a.decision?.allowed === true),
  declare(`${decision}.reason(): string`, (a: Answer) => a.decision?.reason ?? ''),
  declare(`${decision}.errored(): bool`, () => false),
  declare(`${decision}.error(): string`, () => ''),
];
