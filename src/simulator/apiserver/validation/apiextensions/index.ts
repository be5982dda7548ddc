// The rules of the apiextensions.k8s.io group: CustomResourceDefinitions.
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
} from '../../../../model/generated/apiextensions.v1.ts';
import { immutable, requiredEnum } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { METADATA, validateMeta, validateMetaUpdate } from '../meta.ts';
import { isDns1035Label, isDns1123Subdomain, nameIsDnsSubdomain } from '../names.ts';
import { SPEC } from '../pods/pod.ts';
import type { RuleTable } from '../rules.ts';
import { validateConversion } from './conversion.ts';
import { printedVersions } from './printed.ts';
import { schemaHas } from './schemas.ts';
import { validateShared, validateVersion } from './sharedfields.ts';
import { type LooseVersion, splitVersions } from './versions.ts';

type Definition = Loose<CustomResourceDefinition>;
type Spec = Loose<CustomResourceDefinitionSpec>;
type Names = Loose<CustomResourceDefinitionNames>;

const APPROVAL = 'api-approved.kubernetes.io';
const STORED = Path.of('status', 'storedVersions');
const ACCEPTED = Path.of('status', 'acceptedNames');

function validateDefinition(errs: Errors, o: Definition): void {
  const spec = o.spec ?? {};
  const wanted = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`;
  const name = (text: string, prefix: boolean) => {
    const messages = nameIsDnsSubdomain(text, prefix);
    return text === wanted ? messages : [...messages, 'must be spec.names.plural+"."+spec.group'];
  };
  validateMeta(errs, o.metadata, { namespaced: false, name, anyFinalizer: true });
  validateSpec(errs, spec);
  validateRest(errs, o, undefined);
}

function validateRest(errs: Errors, o: Definition, old: Definition | undefined): void {
  const { acceptedNames = {}, storedVersions } = o.status ?? {};
  validateNames(errs, ACCEPTED, acceptedNames);
  validateStoredVersions(errs, storedVersions, o.spec?.versions ?? []);
  validateApproval(errs, o, old);
  if (o.spec?.preserveUnknownFields && !old?.spec?.preserveUnknownFields) {
    const detail =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errs.invalid(SPEC.child('preserveUnknownFields'), true, detail);
  }
}

function validateUpdate(errs: Errors, now: Definition, old: Definition): void {
  const { names = {}, scope = '', group = '' } = now.spec ?? {};
  const { names: oldNames = {}, scope: oldScope = '', group: oldGroup = '' } = old.spec ?? {};
  const named = SPEC.child('names');
  validateMetaUpdate(errs, now.metadata, old.metadata, { anyFinalizer: true });
  validateSpec(errs, now.spec ?? {});
  if (old.status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True')) {
    immutable(errs, SPEC.child('scope'), scope, oldScope);
    immutable(errs, named.child('kind'), names.kind ?? '', oldNames.kind ?? '');
  }
  immutable(errs, SPEC.child('group'), group, oldGroup);
  immutable(errs, named.child('plural'), names.plural ?? '', oldNames.plural ?? '');
  validateRest(errs, now, old);
}

function validateStatus(errs: Errors, now: Definition, old: Definition): void {
  validateMetaUpdate(errs, now.metadata, old.metadata, { anyFinalizer: true });
  validateNames(errs, ACCEPTED, now.status?.acceptedNames ?? {});
}

function validateSpec(errs: Errors, spec: Spec): void {
  validateGroup(errs, SPEC.child('group'), spec.group ?? '');
  requiredEnum(errs, SPEC.child('scope'), spec.scope, ['Cluster', 'Namespaced']);
  const { common, each } = splitVersions(spec);
  const { versions = [], preserveUnknownFields } = spec;
  for (const [i, version] of versions.entries()) {
    if (version.schema?.openAPIV3Schema) continue;
    errs.required(SPEC.child('versions').index(i).child('schema').child('openAPIV3Schema'));
  }
  const defaults = versions.some((v) => schemaHas(v.schema?.openAPIV3Schema, (s) => s.default !== undefined));
  if (preserveUnknownFields && defaults) {
    const detail = 'must be false in order to use defaults in the schema';
    errs.invalid(SPEC.child('preserveUnknownFields'), true, detail);
  }
  const commonStatus = common.subresources?.status !== undefined;
  for (const [i, version] of each.entries()) {
    const at = SPEC.child('versions').index(i);
    label(errs, at.child('name'), version.name ?? '');
    validateVersion(errs, at, version, commonStatus || version.subresources?.status !== undefined);
  }
  validateVersionSet(errs, SPEC.child('versions'), spec.versions, each);
  if (versions[0]?.name) label(errs, SPEC.child('version'), versions[0].name);
  validateRequiredNames(errs, spec.names ?? {});
  validateNames(errs, SPEC.child('names'), spec.names ?? {});
  validateShared(
    errs,
    SPEC,
    common,
    versions.some((v) => v.subresources?.status !== undefined),
  );
  validateConversion(errs, SPEC.child('conversion'), spec.conversion, preserveUnknownFields ?? false);
}

function validateGroup(errs: Errors, path: Path, group: string): void {
  const problems = isDns1123Subdomain(group);
  if (group === '') errs.required(path);
  else if (problems.length > 0) errs.invalid(path, group, problems.join(','));
  else if (!group.includes('.')) errs.invalid(path, group, 'should be a domain with at least one dot');
}

function validateVersionSet(
  errs: Errors,
  path: Path,
  given: readonly LooseVersion[] | undefined,
  versions: readonly LooseVersion[],
): void {
  const shown = () => (given ? printedVersions(versions) : null);
  const names = new Set(versions.map((v) => v.name ?? ''));
  if (names.size < versions.length) errs.invalid(path, shown(), 'must contain unique version names');
  if (versions.filter((v) => v.storage).length !== 1) {
    errs.invalid(path, shown(), 'must have exactly one version marked as storage version');
  }
}

function label(errs: Errors, path: Path, text: string, value = text, prefix = ''): void {
  const problems = isDns1035Label(text);
  if (problems.length > 0) errs.invalid(path, value, prefix + problems.join(','));
}

function validateRequiredNames(errs: Errors, names: Names): void {
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (!names[name]) errs.required(SPEC.child('names').child(name));
  }
}

function validateNames(errs: Errors, path: Path, names: Names): void {
  const { plural, singular, kind, listKind, shortNames = [], categories = [] } = names;
  const mixed = 'may have mixed case, but should otherwise match: ';
  if (plural) label(errs, path.child('plural'), plural);
  if (singular) label(errs, path.child('singular'), singular);
  if (kind) label(errs, path.child('kind'), kind.toLowerCase(), kind, mixed);
  if (listKind) label(errs, path.child('listKind'), listKind.toLowerCase(), listKind, mixed);
  for (const [i, name] of shortNames.entries()) label(errs, path.child('shortNames').index(i), name);
  if (kind && kind === listKind) {
    errs.invalid(path.child('listKind'), listKind, 'kind and listKind may not be the same');
  }
  for (const [i, name] of categories.entries()) label(errs, path.child('categories').index(i), name);
}

function validateStoredVersions(
  errs: Errors,
  stored: readonly string[] | undefined,
  versions: readonly LooseVersion[],
): void {
  if (!stored?.length) {
    errs.invalid(STORED, stored, 'must have at least one stored version');
    return;
  }
  const left = new Map(stored.map((name, i) => [name, i]));
  for (const { name = '', storage } of versions) {
    if (storage && !left.has(name)) errs.invalid(STORED, stored, `must have the storage version ${name}`);
    left.delete(name);
  }
  for (const [name, i] of left) {
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errs.invalid(STORED.index(i), name, detail);
  }
}

/** The groups of the Kubernetes community may only be extended with its approval. */
function validateApproval(errs: Errors, now: Definition, old: Definition | undefined): void {
  const { group = '' } = now.spec ?? {};
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return;
  const given = now.metadata?.annotations?.[APPROVAL] ?? '';
  const state = approval(given);
  if (old && state === approval(old.metadata?.annotations?.[APPROVAL] ?? '')) return;
  const at = METADATA.child('annotations').key(APPROVAL);
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (state === 'missing') errs.required(at, `protected groups must have approval annotation "${APPROVAL}", ${see}`);
  if (state !== 'invalid') return;
  const detail = `protected groups must have approval annotation "${APPROVAL}" with either a URL or a reason starting with "unapproved", ${see}`;
  errs.invalid(at, given, detail);
}

function approval(text: string): 'missing' | 'given' | 'invalid' {
  if (text === '') return 'missing';
  return text.startsWith('unapproved') || /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+\S*$/i.test(text) ? 'given' : 'invalid';
}

export const APIEXTENSIONS: RuleTable = {
  'apiextensions.k8s.io/CustomResourceDefinition': {
    create: validateDefinition,
    update: validateUpdate,
    subresources: { status: validateStatus },
  },
};
