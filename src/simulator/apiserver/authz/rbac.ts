// RBAC: which binding gives which rules to whom. Models plugin/pkg/auth/authorizer/rbac.
import type { ClusterRole, PolicyRule, Role, RoleBinding, RoleRef, Subject } from '../../../model/generated/rbac.v1.ts';
import { byObject } from '../../../model/remember.ts';
import type { Store } from '../../store/index.ts';
import type { User } from '../context.ts';
import type { Attributes, Authorizer, Decision } from './attributes.ts';

const GROUP = 'rbac.authorization.k8s.io';
const PREFIXES = {
  roles: '/registry/roles/',
  bindings: '/registry/rolebindings/',
  clusterRoles: '/registry/clusterroles/',
  clusterBindings: '/registry/clusterrolebindings/',
};

/** One binding that gives something to a user. */
export interface Grant {
  readonly binding: 'ClusterRoleBinding' | 'RoleBinding';
  readonly name: string;
  /** "" for the whole cluster. */
  readonly namespace: string;
  readonly roleRef: RoleRef;
  readonly subject: Subject;
  /** Undefined where the role does not exist. */
  readonly rules: readonly PolicyRule[] | undefined;
}

export function ruleAllows(rule: PolicyRule, a: Attributes): boolean {
  if (!rule.verbs.includes('*') && !rule.verbs.includes(a.verb)) return false;
  if (!a.isResource) return (rule.nonResourceURLs ?? []).some((url) => urlMatches(url, a.path));
  const groups = rule.apiGroups ?? [];
  if (!groups.includes('*') && !groups.includes(a.group)) return false;
  const combined = a.subresource === '' ? a.resource : `${a.resource}/${a.subresource}`;
  const any = a.subresource === '' ? '' : `*/${a.subresource}`;
  if (!(rule.resources ?? []).some((r) => r === '*' || r === combined || (any !== '' && r === any))) return false;
  const names = rule.resourceNames ?? [];
  return names.length === 0 || names.includes(a.name);
}

function urlMatches(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, ''));
}

/** A ServiceAccount subject stands for its user name. */
function subjectKey(s: Subject, namespace: string): string {
  if (s.kind === 'ServiceAccount') return `User/system:serviceaccount:${s.namespace || namespace}:${s.name}`;
  return `${s.kind}/${s.name}`;
}

function describe(s: Subject): string {
  const name = s.kind === 'ServiceAccount' ? `${s.name}/${s.namespace ?? ''}` : s.name;
  return `${s.kind} ${JSON.stringify(name)}`;
}

const allowedBy = byObject((g: Grant): Decision => {
  const name = g.namespace === '' ? g.name : `${g.name}/${g.namespace}`;
  return {
    allowed: true,
    reason: `RBAC: allowed by ${g.binding} ${JSON.stringify(name)} of ${g.roleRef.kind} ${JSON.stringify(g.roleRef.name)} to ${describe(g.subject)}`,
    by: `${g.binding} ${g.name} → ${g.roleRef.kind} ${g.roleRef.name}`,
  };
});

/** What those may do who have the same grants. */
interface Granted {
  readonly grants: readonly Grant[];
  /** Resources, as rules name them, of which a rule is about some objects only. */
  readonly named: ReadonlySet<string>;
  readonly decisions: Map<string, Decision>;
}

export class RbacAuthorizer implements Authorizer {
  private readonly store: Store;
  private bySubject: Map<string, Grant[]> | undefined;
  private byUser = new WeakMap<User, Granted>();
  /** By the subjects that bindings name. */
  private bySubjects = new Map<string, Granted>();

  constructor(store: Store) {
    this.store = store;
    const prefixes = new Set(Object.values(PREFIXES));
    store.subscribe((change) => {
      if (!prefixes.has(change.prefix)) return;
      this.bySubject = undefined;
      this.byUser = new WeakMap();
      this.bySubjects = new Map();
    });
  }

  authorize(a: Attributes): Decision {
    const mine = this.grantsOf(a.user);
    const name = mine.named.has(a.resource) || mine.named.has('*') ? a.name : '';
    const key = a.isResource
      ? `${a.verb} ${a.group}/${a.resource}/${a.subresource} ${a.namespace} ${name}`
      : `${a.verb} ${a.path}`;
    const known = mine.decisions.get(key);
    if (known !== undefined) return known;
    const decision = this.decide(a, mine.grants);
    mine.decisions.set(key, decision);
    return decision;
  }

  /** Every grant that applies to the user, those of the whole cluster first. */
  allGrants(user: User): readonly Grant[] {
    return this.grantsOf(user).grants;
  }

  private decide(a: Attributes, grants: readonly Grant[]): Decision {
    const missing: string[] = [];
    for (const g of grants) {
      if (g.namespace !== '' && g.namespace !== a.namespace) continue;
      if (g.rules === undefined) {
        const kind = `${g.roleRef.kind.toLowerCase()}.${GROUP}`;
        missing.push(`${kind} ${JSON.stringify(g.roleRef.name)} not found`);
      } else if (g.rules.some((rule) => ruleAllows(rule, a))) return allowedBy(g);
    }
    const reason = missing.length === 0 ? '' : `RBAC: ${missing.length === 1 ? missing[0] : `[${missing.join(', ')}]`}`;
    return { allowed: false, reason, by: nearest(a, grants) };
  }

  private grantsOf(user: User): Granted {
    const known = this.byUser.get(user);
    if (known !== undefined) return known;
    const index = this.index();
    const subjects = [`User/${user.name}`, ...user.groups.map((g) => `Group/${g}`)].filter((k) => index.has(k));
    const key = JSON.stringify(subjects);
    const granted = this.bySubjects.get(key) ?? this.granted(subjects.flatMap((k) => index.get(k) ?? []));
    this.bySubjects.set(key, granted);
    this.byUser.set(user, granted);
    return granted;
  }

  private granted(grants: Grant[]): Granted {
    grants.sort((x, y) => Number(x.namespace !== '') - Number(y.namespace !== ''));
    const rules = grants.flatMap((g) => g.rules ?? []).filter((r) => (r.resourceNames ?? []).length > 0);
    const named = new Set(rules.flatMap((r) => r.resources ?? []).map((r) => r.split('/')[0] ?? ''));
    return { grants, named, decisions: new Map() };
  }

  private index(): Map<string, Grant[]> {
    if (this.bySubject !== undefined) return this.bySubject;
    const index = new Map<string, Grant[]>();
    const bindings = [
      { kind: 'ClusterRoleBinding' as const, prefix: PREFIXES.clusterBindings },
      { kind: 'RoleBinding' as const, prefix: PREFIXES.bindings },
    ];
    for (const { kind, prefix } of bindings) {
      for (const kv of this.store.range(prefix)) this.addGrants(index, kind, kv.value as RoleBinding);
    }
    this.bySubject = index;
    return index;
  }

  private addGrants(index: Map<string, Grant[]>, binding: Grant['binding'], b: RoleBinding): void {
    const namespace = binding === 'RoleBinding' ? (b.metadata?.namespace ?? '') : '';
    const rules = this.rulesOf(b.roleRef, namespace);
    for (const subject of b.subjects ?? []) {
      const grant = { binding, name: b.metadata?.name ?? '', namespace, roleRef: b.roleRef, subject, rules };
      const key = subjectKey(subject, namespace);
      const list = index.get(key);
      if (list) list.push(grant);
      else index.set(key, [grant]);
    }
  }

  rulesOf(ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const key =
      ref.kind === 'ClusterRole' ? `${PREFIXES.clusterRoles}${ref.name}` : `${PREFIXES.roles}${namespace}/${ref.name}`;
    const role = this.store.get(key)?.value as ClusterRole | Role | undefined;
    return role === undefined ? undefined : (role.rules ?? []);
  }
}

/** Says which grants came closest, and what they lack. */
function nearest(a: Attributes, grants: readonly Grant[]): string {
  const resource = a.subresource === '' ? a.resource : `${a.resource}/${a.subresource}`;
  const what = a.isResource ? `"${a.verb}" on "${resource}"` : `"${a.verb}" on ${a.path}`;
  const here = grants.filter((g) => g.namespace === '' || g.namespace === a.namespace);
  if (here.length === 0) return `no binding that applies here names ${a.user.name} or one of its groups`;
  const close = here.find((g) => g.rules?.some((r) => (r.resources ?? []).includes(resource)));
  if (close) {
    const verbs = close.rules?.filter((r) => (r.resources ?? []).includes(resource)).flatMap((r) => r.verbs) ?? [];
    return `nearest: ${close.binding} ${close.name} gives ${[...new Set(verbs)].join(', ')} on "${resource}", not ${a.verb}`;
  }
  const names = [...new Set(here.map((g) => `${g.binding} ${g.name}`))];
  return `none of ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''} gives ${what}`;
}
