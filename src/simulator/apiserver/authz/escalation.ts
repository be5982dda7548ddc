// Nobody grants more than they have. Models pkg/registry/rbac/{escalation_check.go,validation/{rule,policy_comparator}.go}.

import type { Status } from '../../../model/generated/meta.v1.ts';
import type { ClusterRole, PolicyRule, RoleBinding } from '../../../model/generated/rbac.v1.ts';
import { equal } from '../../../model/paths.ts';
import { quote } from '../../../model/quote.ts';
import { forbidden, notFound } from '../../../model/status.ts';
import type { Plugin, Review } from '../admission/chain.ts';
import type { User } from '../context.ts';
import type { Attributes, Authorizer } from './attributes.ts';
import type { RbacAuthorizer } from './rbac.ts';

const GROUP = 'rbac.authorization.k8s.io';
const ROLES = ['roles', 'clusterroles'];
const BINDINGS = ['rolebindings', 'clusterrolebindings'];

/** One right: one verb on one resource (and name) or path. */
function breakDown(rule: PolicyRule): PolicyRule[] {
  const out: PolicyRule[] = [];
  for (const apiGroup of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        const one = { apiGroups: [apiGroup], resources: [resource], verbs: [verb] };
        const names = rule.resourceNames ?? [];
        if (names.length === 0) out.push(one);
        for (const name of names) out.push({ ...one, resourceNames: [name] });
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) {
    for (const verb of rule.verbs) out.push({ nonResourceURLs: [url], verbs: [verb] });
  }
  return out;
}

const holds = (own: readonly string[] | undefined, wanted: readonly string[] | undefined): boolean =>
  (own ?? []).includes('*') || (wanted ?? []).every((w) => (own ?? []).includes(w));

function resourcesHold(own: readonly string[] | undefined, wanted: readonly string[] | undefined): boolean {
  if ((own ?? []).includes('*')) return true;
  return (wanted ?? []).every((w) => {
    const sub = w.includes('/') ? `*/${w.slice(w.indexOf('/') + 1)}` : undefined;
    return (own ?? []).includes(w) || (sub !== undefined && (own ?? []).includes(sub));
  });
}

function urlsHold(own: readonly string[] | undefined, wanted: readonly string[] | undefined): boolean {
  const covers = (o: string, w: string): boolean => o === w || (o.endsWith('*') && w.startsWith(o.slice(0, -1)));
  return (wanted ?? []).every((w) => (own ?? []).some((o) => covers(o, w)));
}

function covers(own: PolicyRule, wanted: PolicyRule): boolean {
  const names = own.resourceNames ?? [];
  const named = names.length === 0 || ((wanted.resourceNames ?? []).length > 0 && holds(names, wanted.resourceNames));
  return (
    holds(own.verbs, wanted.verbs) &&
    holds(own.apiGroups, wanted.apiGroups) &&
    resourcesHold(own.resources, wanted.resources) &&
    urlsHold(own.nonResourceURLs, wanted.nonResourceURLs) &&
    named
  );
}

/** Rights that differ in their verb only become one line. */
function compacted(rights: readonly PolicyRule[]): PolicyRule[] {
  const out: PolicyRule[] = [];
  for (const right of rights) {
    const { verbs, ...what } = right;
    const at = out.findIndex((r) => equal({ ...r, verbs: [] }, { ...what, verbs: [] }));
    const had = out[at];
    if (had === undefined) out.push(right);
    else out[at] = { ...had, verbs: [...had.verbs, ...verbs] };
  }
  return out;
}

const listText = (list: readonly string[]): string => `[${list.map((t) => quote(t)).join(' ')}]`;

/** A rule as Go's CompactString prints it. */
function ruleText(r: PolicyRule): string {
  const parts = [
    ['APIGroups', r.apiGroups],
    ['Resources', r.resources],
    ['ResourceNames', r.resourceNames],
    ['NonResourceURLs', r.nonResourceURLs],
    ['Verbs', r.verbs],
  ] as const;
  const shown = parts.filter(([, list]) => (list ?? []).length > 0);
  return `{${shown.map(([name, list]) => `${name}:${listText(list ?? [])}`).join(', ')}}`;
}

interface Parts {
  readonly authorizer: Authorizer;
  readonly rbac: RbacAuthorizer;
}

function mayAnyway(r: Review, parts: Parts, verb: string, resource: string, namespace: string, name: string): boolean {
  const user = r.ctx.user;
  if (user.groups.includes('system:masters')) return true;
  const a: Attributes = {
    user,
    verb,
    isResource: true,
    group: GROUP,
    resource,
    subresource: '',
    namespace,
    name,
    path: '',
  };
  return parts.authorizer.authorize(a)?.allowed === true;
}

/** The rights in `rules` that the user does not have in the namespace. */
function lacking(parts: Parts, user: User, namespace: string, rules: readonly PolicyRule[]): PolicyRule[] {
  const own = parts.rbac
    .allGrants(user)
    .filter((g) => g.namespace === '' || g.namespace === namespace)
    .flatMap((g) => g.rules ?? []);
  return rules.flatMap(breakDown).filter((wanted) => !own.some((o) => covers(o, wanted)));
}

function refusal(r: Review, missing: readonly PolicyRule[]): Status | undefined {
  if (missing.length === 0) return undefined;
  const { name, groups } = r.ctx.user;
  const lines = compacted(missing).map(ruleText).sort().join('\n');
  const why = `user ${quote(name)} (groups=${listText(groups)}) is attempting to grant RBAC permissions not currently held:\n${lines}`;
  return forbidden({ group: GROUP, resource: r.resource.plural }, r.name, why);
}

function checkRole(r: Review, parts: Parts): Status | undefined {
  const { plural } = r.resource;
  const role = r.object as ClusterRole;
  if (equal(role.rules ?? [], (r.old as ClusterRole | undefined)?.rules ?? [])) return undefined;
  if (mayAnyway(r, parts, 'escalate', plural, r.namespace, r.name)) return undefined;
  return refusal(r, lacking(parts, r.ctx.user, r.namespace, role.rules ?? []));
}

function checkBinding(r: Review, parts: Parts): Status | undefined {
  const binding = r.object as RoleBinding;
  const old = r.old as RoleBinding | undefined;
  const same =
    old !== undefined && equal(binding.roleRef, old.roleRef) && equal(binding.subjects ?? [], old.subjects ?? []);
  if (same) return undefined;
  const { kind, name } = binding.roleRef;
  const resource = kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  if (mayAnyway(r, parts, 'bind', resource, r.namespace, name)) return undefined;
  const rules = parts.rbac.rulesOf(binding.roleRef, r.namespace);
  if (rules === undefined) return notFound({ group: GROUP, resource }, name);
  return refusal(r, lacking(parts, r.ctx.user, r.namespace, rules));
}

/** Upstream checks this in the storage of roles and bindings; here it stands with the validating plugins. */
export function escalationCheck(parts: Parts): Plugin {
  return {
    name: 'RBAC',
    handles: (r) =>
      r.resource.group === GROUP && (r.operation === 'CREATE' || r.operation === 'UPDATE') && r.subresource === '',
    validate: (r) => {
      if (ROLES.includes(r.resource.plural)) return checkRole(r, parts);
      return BINDINGS.includes(r.resource.plural) ? checkBinding(r, parts) : undefined;
    },
  };
}
