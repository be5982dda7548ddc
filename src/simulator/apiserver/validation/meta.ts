// Models k8s.io/apimachinery/pkg/api/validation/objectmeta.go: metadata on create and on update.
import type { ObjectMeta, OwnerReference } from '../../../model/generated/meta.v1.ts';
import { IMMUTABLE, nonNegative, qualifiedName, sortedKeys } from './common.ts';
import type { Errors, Loose } from './field.ts';
import { Path } from './field.ts';
import { type StringMap, validateLabels, validateManagedFields } from './labels.ts';
import { isDns1123Label, isQualifiedName, type NameCheck } from './names.ts';
import { Ordered } from './value.ts';

export type Meta = Loose<ObjectMeta>;

export const METADATA = Path.of('metadata');
const MAX_ANNOTATIONS = 256 * 1024;

/** Finalizer names that need no domain. */
const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** How many bytes a text takes in UTF-8. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    // A surrogate pair is two UTF-16 units and four bytes.
    bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
  }
  return bytes;
}

export function validateAnnotations(errs: Errors, path: Path, annotations: StringMap | undefined): void {
  let size = 0;
  for (const key of sortedKeys(annotations)) {
    errs.each(path, key, isQualifiedName(key.toLowerCase()));
    size += byteLength(key) + byteLength(annotations?.[key] ?? '');
  }
  if (size > MAX_ANNOTATIONS) errs.tooLong(path, MAX_ANNOTATIONS);
}

export interface MetaRules {
  readonly namespaced: boolean;
  readonly name: NameCheck;
  /** Built-in kinds know which finalizers may lack a domain; custom resources do not ask. */
  readonly anyFinalizer?: boolean;
}

/** Expects that a name was generated and a namespace was filled in from the request. */
export function validateMeta(errs: Errors, meta: Meta | undefined, rules: MetaRules, path = METADATA): void {
  const { name = '', generateName = '', namespace = '' } = meta ?? {};
  if (generateName !== '') errs.each(path.child('generateName'), generateName, rules.name(generateName, true));
  if (name === '') errs.required(path.child('name'), 'name or generateName is required');
  else errs.each(path.child('name'), name, rules.name(name, false));
  if (rules.namespaced) {
    if (namespace === '') errs.required(path.child('namespace'));
    else errs.each(path.child('namespace'), namespace, isDns1123Label(namespace));
  } else if (namespace !== '') errs.forbidden(path.child('namespace'), 'not allowed on this type');
  nonNegative(errs, path, 'generation', meta?.generation);
  validateCommon(errs, meta, path);
  if (!rules.anyFinalizer) validateKubeFinalizers(errs, path, meta);
}

function validateCommon(errs: Errors, meta: Meta | undefined, path: Path): void {
  if (!meta) return;
  if (meta.labels) validateLabels(errs, path.child('labels'), meta.labels);
  if (meta.annotations) validateAnnotations(errs, path.child('annotations'), meta.annotations);
  if (meta.ownerReferences) validateOwners(errs, path.child('ownerReferences'), meta.ownerReferences);
  if (meta.finalizers) validateFinalizers(errs, path.child('finalizers'), meta.finalizers);
  if (meta.managedFields) validateManagedFields(errs, path.child('managedFields'), meta.managedFields);
}

function validateKubeFinalizers(errs: Errors, path: Path, meta: Meta | undefined): void {
  for (const [i, name] of (meta?.finalizers ?? []).entries()) {
    validateKubeFinalizer(errs, path.child('finalizers').index(i), name);
  }
}

export function validateKubeFinalizer(errs: Errors, path: Path, name: string): void {
  if (!name.includes('/') && !STANDARD_FINALIZERS.includes(name)) {
    errs.invalid(path, name, 'name is neither a standard finalizer name nor is it fully qualified');
  }
}

function validateFinalizers(errs: Errors, path: Path, finalizers: readonly string[]): void {
  for (const name of finalizers) qualifiedName(errs, path, name);
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errs.invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set');
  }
}

function validateOwners(errs: Errors, path: Path, owners: readonly Loose<OwnerReference>[]): void {
  let controller = '';
  for (const owner of owners) {
    validateOwner(errs, path, owner);
    if (!owner.controller) continue;
    const name = `${owner.kind ?? ''}/${owner.name ?? ''}`;
    if (controller === '') controller = name;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errs.invalid(path, owners.map(ownerValue), detail);
    }
  }
}

function validateOwner(errs: Errors, path: Path, owner: Loose<OwnerReference>): void {
  const { apiVersion = '', kind = '', name = '', uid = '' } = owner;
  if (apiVersion === '') errs.invalid(path.child('apiVersion'), apiVersion, 'version must not be empty');
  if (kind === '') errs.invalid(path.child('kind'), kind, 'must not be empty');
  if (name === '') errs.invalid(path.child('name'), name, 'must not be empty');
  if (uid === '') errs.invalid(path.child('uid'), uid, 'must not be empty');
  if (apiVersion === 'v1' && kind === 'Event') {
    errs.invalid(path, ownerValue(owner), '/v1, Kind=Event is disallowed from being an owner');
  }
}

function ownerValue(owner: Loose<OwnerReference>): Ordered {
  const { apiVersion = '', kind = '', name = '', uid = '', controller, blockOwnerDeletion } = owner;
  const fields: [string, unknown][] = [
    ['apiVersion', apiVersion],
    ['kind', kind],
    ['name', name],
    ['uid', uid],
  ];
  if (controller !== undefined) fields.push(['controller', controller]);
  if (blockOwnerDeletion !== undefined) fields.push(['blockOwnerDeletion', blockOwnerDeletion]);
  return new Ordered(fields);
}

const FIXED = [
  ['name', ''],
  ['namespace', ''],
  ['uid', ''],
  ['creationTimestamp', undefined],
  ['deletionTimestamp', undefined],
  ['deletionGracePeriodSeconds', undefined],
] as const;

export interface UpdateRules {
  readonly anyFinalizer?: boolean;
}

export function validateMetaUpdate(
  errs: Errors,
  meta: Meta | undefined,
  old: Meta | undefined,
  rules: UpdateRules = {},
): void {
  if (old?.deletionTimestamp) validateNoNewFinalizers(errs, meta?.finalizers ?? [], old.finalizers ?? []);
  if (!meta?.resourceVersion) {
    errs.invalid(METADATA.child('resourceVersion'), meta?.resourceVersion ?? '', 'must be specified for an update');
  }
  if ((meta?.generation ?? 0) < (old?.generation ?? 0)) {
    errs.invalid(METADATA.child('generation'), meta?.generation ?? 0, 'must not be decremented');
  }
  for (const [field, absent] of FIXED) {
    const value = meta?.[field] ?? absent;
    if (value !== (old?.[field] ?? absent)) errs.invalid(METADATA.child(field), value, IMMUTABLE);
  }
  validateCommon(errs, meta, METADATA);
  if (!rules.anyFinalizer) validateKubeFinalizers(errs, METADATA, meta);
}

function validateNoNewFinalizers(errs: Errors, now: readonly string[], old: readonly string[]): void {
  const extra = now.filter((name) => !old.includes(name)).sort();
  if (extra.length === 0) return;
  const shown = `[]string{${extra.map((name) => JSON.stringify(name)).join(', ')}}`;
  errs.forbidden(
    METADATA.child('finalizers'),
    `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`,
  );
}
