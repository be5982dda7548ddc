// Models pkg/apis/rbac/validation.

import type { LabelSelector } from '../../../../model/generated/meta.v1.ts';
import type { PolicyRule, Role, RoleBinding, RoleRef, Subject } from '../../../../model/generated/rbac.v1.ts';
import { same } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateLabelSelector } from '../labels.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { isDns1123Subdomain, nameIsPathSegment } from '../names.ts';
import { pathSegment } from '../references.ts';
import type { RuleTable } from '../rules.ts';
import { Ordered } from '../value.ts';

const GROUP = 'rbac.authorization.k8s.io';

type LooseRole = Loose<Role> & {
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly Loose<LabelSelector>[] };
};
type Binding = Loose<RoleBinding>;

function validateRule(errs: Errors, path: Path, rule: Loose<PolicyRule>, namespaced: boolean): void {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs: urls = [] } = rule;
  if (verbs.length === 0) errs.required(path.child('verbs'), 'verbs must contain at least one value');
  if (urls.length > 0) {
    const at = path.child('nonResourceURLs');
    if (namespaced) errs.invalid(at, urls, 'namespaced rules cannot apply to non-resource URLs');
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      errs.invalid(at, urls, 'rules cannot apply to both regular resources and non-resource URLs');
    }
    return;
  }
  if (apiGroups.length === 0) {
    errs.required(path.child('apiGroups'), 'resource rules must supply at least one api group');
  }
  if (resources.length === 0) {
    errs.required(path.child('resources'), 'resource rules must supply at least one resource');
  }
}

function validateRules(errs: Errors, o: LooseRole, namespaced: boolean): void {
  for (const [i, rule] of (o.rules ?? []).entries()) validateRule(errs, Path.of('rules').index(i), rule, namespaced);
  const aggregation = namespaced ? undefined : o.aggregationRule;
  if (!aggregation) return;
  const at = Path.of('aggregationRule', 'clusterRoleSelectors');
  const selectors = aggregation.clusterRoleSelectors ?? [];
  if (selectors.length === 0)
    errs.required(at, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
  for (const [i, selector] of selectors.entries()) {
    const where = at.index(i);
    validateLabelSelector(errs, where, selector);
  }
}

function role(namespaced: boolean) {
  const create = (errs: Errors, o: LooseRole): void => {
    validateMeta(errs, o.metadata, { namespaced, name: nameIsPathSegment });
    validateRules(errs, o, namespaced);
  };
  const update = (errs: Errors, now: LooseRole, old: LooseRole): void => {
    create(errs, now);
    validateMetaUpdate(errs, now.metadata, old.metadata);
  };
  return { create, update };
}

function validateRoleRef(errs: Errors, ref: Loose<RoleRef>, kinds: readonly string[]): void {
  const at = Path.of('roleRef');
  const { apiGroup = '', kind = '', name = '' } = ref;
  if (apiGroup !== GROUP) errs.notSupported(at.child('apiGroup'), apiGroup, [GROUP]);
  if (!kinds.includes(kind)) errs.notSupported(at.child('kind'), kind, kinds);
  if (name === '') errs.required(at.child('name'));
  else pathSegment(errs, at.child('name'), name);
}

const SUBJECTS = ['ServiceAccount', 'User', 'Group'];

function validateSubject(errs: Errors, path: Path, subject: Loose<Subject>, namespaced: boolean): void {
  const { kind = '', name = '', namespace = '', apiGroup = '' } = subject;
  if (name === '') errs.required(path.child('name'));
  if (kind === 'ServiceAccount') {
    if (name !== '') errs.each(path.child('name'), name, isDns1123Subdomain(name));
    if (apiGroup !== '') errs.notSupported(path.child('apiGroup'), apiGroup, ['']);
    if (!namespaced && namespace === '') errs.required(path.child('namespace'));
  } else if (!SUBJECTS.includes(kind)) errs.notSupported(path.child('kind'), kind, SUBJECTS);
  else if (apiGroup !== GROUP) errs.notSupported(path.child('apiGroup'), apiGroup, [GROUP]);
}

function binding(namespaced: boolean) {
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const create = (errs: Errors, o: Binding): void => {
    validateMeta(errs, o.metadata, { namespaced, name: nameIsPathSegment });
    validateRoleRef(errs, o.roleRef ?? {}, kinds);
    for (const [i, subject] of (o.subjects ?? []).entries()) {
      validateSubject(errs, Path.of('subjects').index(i), subject, namespaced);
    }
  };
  const update = (errs: Errors, now: Binding, old: Binding): void => {
    create(errs, now);
    validateMetaUpdate(errs, now.metadata, old.metadata);
    if (!same(now.roleRef, old.roleRef)) {
      const { apiGroup = '', kind = '', name = '' } = now.roleRef ?? {};
      const shown = new Ordered([
        ['APIGroup', apiGroup],
        ['Kind', kind],
        ['Name', name],
      ]);
      errs.invalid(Path.of('roleRef'), shown, 'cannot change roleRef');
    }
  };
  return { create, update };
}

export const RBAC: RuleTable = {
  [`${GROUP}/Role`]: role(true),
  [`${GROUP}/ClusterRole`]: role(false),
  [`${GROUP}/RoleBinding`]: binding(true),
  [`${GROUP}/ClusterRoleBinding`]: binding(false),
};
