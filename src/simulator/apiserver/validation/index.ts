// Whether an object may be stored: the last word of the API server before admission. Pure; objects come decoded and
// with their defaults. Models ValidateCreate and ValidateUpdate of the strategies in pkg/registry, and what they call.
import type { Status } from '../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { schemaForKind, type ValueSchema } from '../../../model/schema.ts';
import { invalid } from '../../../model/status.ts';
import { ADMISSION } from './admissionregistration/index.ts';
import { APIEXTENSIONS } from './apiextensions/index.ts';
import { APIREGISTRATION } from './apiregistration/index.ts';
import { APPS } from './apps/index.ts';
import { AUTH } from './auth/index.ts';
import { AUTOSCALING } from './autoscaling/index.ts';
import { BATCH } from './batch/index.ts';
import { CERTIFICATES } from './certificates/index.ts';
import { CLUSTER_RULES } from './cluster/index.ts';
import { CORE } from './core/index.ts';
import { DRA } from './dra/index.ts';
import { EVENTS } from './events/index.ts';
import { Errors, type FieldError } from './field.ts';
import { FLOWCONTROL } from './flowcontrol/index.ts';
import { type Meta, validateMeta, validateMetaUpdate } from './meta.ts';
import { nameIsPathSegment } from './names.ts';
import { NETWORKING } from './networking/index.ts';
import { withoutNulls } from './nulls.ts';
import { CORE_PODS } from './pods/index.ts';
import { POLICY } from './policy/index.ts';
import { RBAC } from './rbac/index.ts';
import type { Rules, RuleTable, ValidationContext } from './rules.ts';
import { STORAGE } from './storage/index.ts';

export type { FieldError } from './field.ts';
export type { ValidationContext } from './rules.ts';

export interface GroupKind {
  /** The core group is "". */
  readonly group: string;
  readonly kind: string;
}

const TABLES: readonly RuleTable[] = [
  CORE_PODS,
  CORE,
  APPS,
  BATCH,
  NETWORKING,
  RBAC,
  POLICY,
  AUTOSCALING,
  STORAGE,
  CLUSTER_RULES,
  APIEXTENSIONS,
  ADMISSION,
  FLOWCONTROL,
  CERTIFICATES,
  EVENTS,
  AUTH,
  APIREGISTRATION,
  DRA,
];

const RULES = new Map<string, Rules>();
for (const table of TABLES) for (const [key, rules] of Object.entries(table)) RULES.set(key, rules);

/** Of the object that is checked, which need not say its kind. */
function schemaOf(object: unknown): ValueSchema {
  const { apiVersion = '', kind = '' } = object as KubeObject;
  const type = schemaForKind(apiVersion, kind);
  return type === undefined ? { kind: 'any' } : { kind: 'object', object: type };
}

/** Whether a kind's rules are known: custom resources are checked elsewhere, by their schema. */
export function hasRules({ group, kind }: GroupKind): boolean {
  return RULES.has(`${group}/${kind}`);
}

/** What is wrong with an object that is to be created; empty when nothing is. The name must have been generated. */
export function validateCreate(gk: GroupKind, object: unknown, context: ValidationContext = {}): readonly FieldError[] {
  const errs = new Errors();
  RULES.get(`${gk.group}/${gk.kind}`)?.create(errs, withoutNulls(object, schemaOf(object)) as never, context);
  return errs.list;
}

/** What is wrong with a change of an object, or of the subresource that the context names. */
export function validateUpdate(
  gk: GroupKind,
  now: unknown,
  old: unknown,
  context: ValidationContext = {},
): readonly FieldError[] {
  const errs = new Errors();
  const rules = RULES.get(`${gk.group}/${gk.kind}`);
  const { subresource = '' } = context;
  const special = rules?.subresources?.[subresource];
  const schema = schemaOf(now);
  const b = withoutNulls(old, schema);
  const a = withoutNulls(now, schema, old, b);
  if (rules) validateMetaChange(errs, a, b);
  if (special) special(errs, a as never, b as never);
  else rules?.update?.(errs, a as never, b as never, context);
  return errs.list;
}

/** What holds for every update of every kind. The checks of the kind repeat it: the causes tell such an error twice. */
function validateMetaChange(errs: Errors, now: unknown, old: unknown): void {
  const { metadata: meta } = now as { readonly metadata?: Meta };
  const { metadata: oldMeta } = old as { readonly metadata?: Meta };
  validateMeta(errs, meta, { namespaced: Boolean(oldMeta?.namespace), name: nameIsPathSegment, anyFinalizer: true });
  validateMetaUpdate(errs, meta, oldMeta, { anyFinalizer: true });
}

export function validateStatusUpdate(gk: GroupKind, now: unknown, old: unknown): readonly FieldError[] {
  return validateUpdate(gk, now, old, { subresource: 'status' });
}

/** The 422 that tells what is wrong: `Deployment.apps "web" is invalid: …`. */
export function invalidStatus(gk: GroupKind, name: string, errors: readonly FieldError[]): Status {
  return invalid(gk, name, errors);
}
