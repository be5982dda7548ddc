// The rules of the flowcontrol.apiserver.k8s.io group.
import type {
  FlowSchema,
  LimitResponse,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  QueuingConfiguration,
  ResourcePolicyRule,
  Subject,
} from '../../../../model/generated/flowcontrol.v1.ts';
import { same } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateMeta } from '../meta.ts';
import { nameIsDnsLabel, nameIsDnsSubdomain } from '../names.ts';
import { SPEC } from '../pods/pod.ts';
import type { RuleTable } from '../rules.ts';
import { FIXED_LEVELS, FIXED_SCHEMAS, printedLevel, printedSchema } from './fixed.ts';

type Level = Loose<PriorityLevelConfiguration>;
type Schema = Loose<FlowSchema>;

const CLUSTER = { namespaced: false, name: nameIsDnsSubdomain };
const MAX_PRECEDENCE = 10_000;
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

function validateSchema(errs: Errors, o: Schema): void {
  const name = o.metadata?.name ?? '';
  const spec = o.spec ?? {};
  const fixed = FIXED_SCHEMAS[name];
  validateMeta(errs, o.metadata, CLUSTER);
  validateSchemaSpec(errs, name, spec);
  if (fixed && !same(spec, fixed)) {
    errs.invalid(SPEC, printedSchema(spec), `spec of '${name}' must equal the fixed value`);
  }
  validateStatus(errs, o);
}

function validateSchemaSpec(errs: Errors, name: string, spec: NonNullable<Schema['spec']>): void {
  const { matchingPrecedence: precedence = 0, distinguisherMethod: method } = spec;
  const at = SPEC.child('matchingPrecedence');
  const level = spec.priorityLevelConfiguration?.name ?? '';
  if (precedence <= 0) errs.invalid(at, precedence, 'must be a positive value');
  if (precedence > MAX_PRECEDENCE) errs.invalid(at, precedence, `must not be greater than ${MAX_PRECEDENCE}`);
  if (precedence === 1 && name !== 'exempt') {
    errs.invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
  }
  const methods = ['ByNamespace', 'ByUser'];
  if (method && !methods.includes(method.type ?? '')) {
    errs.notSupported(SPEC.child('distinguisherMethod').child('type'), { Type: method.type ?? '' }, methods);
  }
  const levelName = SPEC.child('priorityLevelConfiguration').child('name');
  if (level === '') errs.required(levelName, 'must reference a priority level');
  else errs.each(levelName, level, nameIsDnsSubdomain(level, false));
  for (const [i, rule] of (spec.rules ?? []).entries()) validateRules(errs, SPEC.child('rules').index(i), rule);
}

function validateRules(errs: Errors, path: Path, rule: Loose<PolicyRulesWithSubjects>): void {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  if (subjects.length === 0) errs.required(path.child('subjects'), 'subjects must contain at least one value');
  for (const [i, subject] of subjects.entries()) validateSubject(errs, path.child('subjects').index(i), subject);
  if (resourceRules.length + nonResourceRules.length === 0) {
    errs.required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty');
  }
  for (const [i, r] of resourceRules.entries()) validateResourceRule(errs, path.child('resourceRules').index(i), r);
  for (const [i, r] of nonResourceRules.entries()) {
    validateNonResourceRule(errs, path.child('nonResourceRules').index(i), r);
  }
}

const SUBJECTS = [
  ['ServiceAccount', 'serviceAccount'],
  ['User', 'user'],
  ['Group', 'group'],
] as const;

function validateSubject(errs: Errors, path: Path, subject: Loose<Subject>): void {
  const { kind = '' } = subject;
  const own = SUBJECTS.find(([name]) => name === kind)?.[1];
  if (!own) {
    errs.notSupported(path.child('kind'), kind, ['Group', 'ServiceAccount', 'User']);
    return;
  }
  if (own === 'serviceAccount' && subject.serviceAccount) {
    validateServiceAccount(errs, path.child(own), subject.serviceAccount);
  } else if (!subject[own]) errs.required(path.child(own), `${own} is required when subject kind is '${kind}'`);
  else if (!subject[own].name) errs.required(path.child(own).child('name'));
  for (const [name, field] of SUBJECTS) {
    if (field !== own && subject[field]) {
      errs.forbidden(path.child(field), `${field} is forbidden when subject kind is not '${name}'`);
    }
  }
}

function validateServiceAccount(
  errs: Errors,
  path: Path,
  account: NonNullable<Loose<Subject>['serviceAccount']>,
): void {
  const { name = '', namespace = '' } = account;
  if (name === '') errs.required(path.child('name'));
  else if (name !== '*') errs.each(path.child('name'), name, nameIsDnsSubdomain(name, false));
  if (namespace === '') errs.required(path.child('namespace'), 'must specify namespace for service account');
  else errs.each(path.child('namespace'), namespace, nameIsDnsLabel(namespace, false));
}

function validateVerbs(errs: Errors, path: Path, verbs: readonly string[]): void {
  if (verbs.length === 0) errs.required(path, 'verbs must contain at least one value');
  else if (verbs.includes('*')) onlyWildcard(errs, path, verbs, 'verbs');
  else if (verbs.some((verb) => !VERBS.includes(verb))) errs.notSupported(path, verbs, VERBS);
}

function onlyWildcard(errs: Errors, path: Path, values: readonly string[], what: string): void {
  if (values.length > 1 && values.includes('*')) {
    errs.invalid(path, values, `if '*' is present, must not specify other ${what}`);
  }
}

function validateResourceRule(errs: Errors, path: Path, rule: Loose<ResourcePolicyRule>): void {
  const { verbs = [], apiGroups = [], resources = [], namespaces = [], clusterScope = false } = rule;
  validateVerbs(errs, path.child('verbs'), verbs);
  if (apiGroups.length === 0) {
    errs.required(path.child('apiGroups'), 'resource rules must supply at least one api group');
  } else onlyWildcard(errs, path.child('apiGroups'), apiGroups, 'api groups');
  if (resources.length === 0) {
    errs.required(path.child('resources'), 'resource rules must supply at least one resource');
  } else onlyWildcard(errs, path.child('resources'), resources, 'resources');
  const at = path.child('namespaces');
  if (namespaces.length === 0 && !clusterScope) {
    errs.required(at, 'resource rules that are not cluster scoped must supply at least one namespace');
  } else if (namespaces.includes('*')) onlyWildcard(errs, at, namespaces, 'namespaces');
  else {
    for (const [i, namespace] of namespaces.entries()) {
      const problems = nameIsDnsLabel(namespace, false);
      const intro = "each member of this list must be '*' or a DNS-1123 label; ";
      for (const problem of problems) errs.invalid(at.index(i), namespace, intro + problem);
    }
  }
}

function validateNonResourceRule(errs: Errors, path: Path, rule: Loose<NonResourcePolicyRule>): void {
  const { verbs = [], nonResourceURLs: urls = [] } = rule;
  const at = path.child('nonResourceURLs');
  validateVerbs(errs, path.child('verbs'), verbs);
  if (urls.length === 0) errs.required(at, 'nonResourceURLs must contain at least one value');
  else if (urls.includes('*')) onlyWildcard(errs, at, urls, 'non-resource URLs');
  else {
    for (const [i, url] of urls.entries()) {
      const problem = urlProblem(url);
      if (problem) errs.invalid(at.index(i), url, problem);
    }
  }
}

function urlProblem(url: string): string | undefined {
  if (url === '/') return undefined;
  if (url === '') return 'must not be empty';
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const stars = url.split('*').length - 1;
  return stars > 1 || (stars === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined;
}

function validateLevel(errs: Errors, o: Level): void {
  const name = o.metadata?.name ?? '';
  const spec = o.spec ?? {};
  const fixed = FIXED_LEVELS[name];
  validateMeta(errs, o.metadata, CLUSTER);
  validateLevelSpec(errs, name, spec);
  if (fixed && name === 'exempt' && !same({ ...spec, exempt: fixed.exempt }, fixed)) {
    const detail = "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value";
    errs.invalid(SPEC, printedLevel(spec), detail);
  } else if (fixed && name !== 'exempt' && !same(spec, fixed)) {
    errs.invalid(SPEC, printedLevel(spec), `spec of '${name}' must equal the fixed value`);
  }
  validateStatus(errs, o);
}

function validateLevelSpec(errs: Errors, name: string, spec: NonNullable<Level['spec']>): void {
  const { type = '', exempt, limited } = spec;
  const at = SPEC.child('limited');
  if ((name === 'exempt') !== (type === 'Exempt')) {
    errs.invalid(SPEC.child('type'), type, "type must be 'Exempt' if and only if name is 'exempt'");
  }
  if (type === 'Exempt') {
    if (limited) errs.forbidden(at, 'must be nil if the type is not Limited');
    if (exempt) validateShares(errs, SPEC.child('exempt'), exempt);
  } else if (type === 'Limited') {
    if (exempt) errs.forbidden(SPEC.child('exempt'), 'must be nil if the type is Limited');
    if (!limited) {
      errs.required(at, 'must not be empty when type is Limited');
      return;
    }
    const { nominalConcurrencyShares: shares, lendablePercent: lendable, borrowingLimitPercent: limit = 0 } = limited;
    validateShares(errs, at, { nominalConcurrencyShares: shares });
    validateResponse(errs, at.child('limitResponse'), limited.limitResponse ?? {});
    validateShares(errs, at, { lendablePercent: lendable });
    if (limit < 0)
      errs.invalid(at.child('borrowingLimitPercent'), limit, 'if specified, must be a non-negative integer');
  } else errs.notSupported(SPEC.child('type'), type, ['Exempt', 'Limited']);
}

type Shares = {
  readonly nominalConcurrencyShares?: number | undefined;
  readonly lendablePercent?: number | undefined;
};

function validateShares(errs: Errors, path: Path, shares: Shares): void {
  const { nominalConcurrencyShares: nominal = 0, lendablePercent: lendable = 0 } = shares;
  if (nominal < 0) errs.invalid(path.child('nominalConcurrencyShares'), nominal, 'must be a non-negative integer');
  if (lendable < 0 || lendable > 100) {
    errs.invalid(path.child('lendablePercent'), lendable, 'must be between 0 and 100, inclusive');
  }
}

function validateResponse(errs: Errors, path: Path, { type = '', queuing }: Loose<LimitResponse>): void {
  const at = path.child('queuing');
  if (type === 'Reject') {
    if (queuing) errs.forbidden(at, 'must be nil if limited.limitResponse.type is not Limited');
  } else if (type === 'Queue') {
    if (queuing) validateQueuing(errs, at, queuing);
    else errs.required(at, 'must not be empty if limited.limitResponse.type is Limited');
  } else errs.notSupported(path.child('type'), type, ['Queue', 'Reject']);
}

const MAX_QUEUES = 10_000_000;
const MAX_BITS = 60;

function validateQueuing(errs: Errors, path: Path, queuing: Loose<QueuingConfiguration>): void {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  const notPositive = 'must be positive';
  if (queueLengthLimit <= 0) errs.invalid(path.child('queueLengthLimit'), queueLengthLimit, notPositive);
  if (queues <= 0) errs.invalid(path.child('queues'), queues, notPositive);
  else if (queues > MAX_QUEUES) errs.invalid(path.child('queues'), queues, `must not be greater than ${MAX_QUEUES}`);
  const at = path.child('handSize');
  if (handSize <= 0) errs.invalid(at, handSize, notPositive);
  else if (handSize > queues) errs.invalid(at, handSize, `should not be greater than queues (${queues})`);
  else if (Math.ceil(Math.log2(queues) * handSize) > MAX_BITS) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MAX_BITS}`;
    errs.invalid(at, handSize, detail);
  }
}

function validateStatus(errs: Errors, o: Pick<Schema, 'status'>): void {
  const at = Path.of('status', 'conditions');
  const types = new Set<string>();
  for (const [i, { type = '' }] of (o.status?.conditions ?? []).entries()) {
    if (types.has(type)) errs.duplicate(at.index(i).child('type'), type);
    types.add(type);
    if (type === '') errs.required(at.index(i).child('type'), 'must not be empty');
  }
}

export const FLOWCONTROL: RuleTable = {
  'flowcontrol.apiserver.k8s.io/FlowSchema': {
    create: validateSchema,
    update: validateSchema,
    subresources: { status: validateStatus },
  },
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': {
    create: validateLevel,
    update: validateLevel,
    subresources: { status: validateStatus },
  },
};
