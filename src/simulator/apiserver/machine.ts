// Joins the pure machinery (decoding, defaults, patches, field ownership, validation) to a request and its gates.
import type { Status } from '../../model/generated/meta.v1.ts';
import { isRecord, type Json, type KubeObject } from '../../model/object.ts';
import { diff } from '../../model/paths.ts';
import { apiVersionOf, type ResourceInfo } from '../../model/resources.ts';
import { schemaForKind } from '../../model/schema.ts';
import { badRequest, invalid, isStatus, unsupportedMediaType } from '../../model/status.ts';
import type { RequestBody } from './api.ts';
import { type Context, type Gate, refuse } from './context.ts';
import { storedVersion, toVersion } from './convert.ts';
import { cleaned, judgeCustom } from './crd/resource.ts';
import { type CustomResourceInfo, isCustom } from './crd/types.ts';
import {
  applyPatch,
  applyServerSide,
  completed,
  decodeBody,
  type FieldValidation,
  type GroupVersionKind,
  PATCH_TYPES,
  type UpdateManagedFields,
  updateManagedFields,
  withEmpties,
} from './machinery/index.ts';
import { JSON_TYPE, YAML_TYPE } from './negotiate.ts';
import { privilegedErrors } from './privileged.ts';
import { first, parseBool } from './request.ts';
import { type FieldError, hasRules, invalidStatus, validateCreate, validateUpdate } from './validation/index.ts';

const NO_BODY: RequestBody = { raw: '' };
const DELETE_OPTIONS = { group: '', version: 'v1', kind: 'DeleteOptions' };

export interface MachineOptions {
  /** `--allow-privileged`; default true, as kubeadm has it. */
  readonly allowPrivileged?: boolean | undefined;
  /**
   * YAML to a value, and back; injected, so that this folder needs no parser. Throws what the message of a refusal quotes;
   * `duplicates` gets a line for each key that a map has twice.
   */
  readonly yaml?: { parse(text: string, duplicates: string[]): unknown; format(value: unknown): string };
}

export interface PatchOptions {
  readonly manager: string;
  readonly fieldValidation: FieldValidation;
  readonly subresource: string;
}

/** The media type of the body, without parameters. */
export function mediaType(ctx: Context): string {
  const { contentType = '' } = ctx.request;
  if (contentType === JSON_TYPE || contentType === PATCH_TYPES.strategic) return contentType;
  return contentType.split(';')[0]?.trim().toLowerCase() ?? '';
}

export const isApply = (ctx: Context): boolean => mediaType(ctx) === PATCH_TYPES.apply;

export class Machine {
  private readonly options: MachineOptions;

  constructor(options: MachineOptions) {
    this.options = options;
  }

  /** The body as an object of this kind, with the fields that Go would write and their defaults. */
  decode(ctx: Context, want: GroupVersionKind | ResourceInfo, fieldValidation: FieldValidation): KubeObject {
    const custom = 'plural' in want && isCustom(want) ? want : undefined;
    const type = custom?.custom.envelope;
    const decoded = decodeBody(this.readable(ctx, want, fieldValidation), want, {
      fieldValidation,
      ...(type ? { type } : {}),
    });
    if (isStatus(decoded)) ctx.refuse('decode', decoded);
    for (const w of decoded.warnings) ctx.warn(w);
    ctx.gates.push(decodedGate(want));
    const done = custom
      ? { object: this.clean(ctx, custom, decoded.object, fieldValidation) }
      : completed(decoded.object, decoded.sent);
    ctx.sent = done.sent;
    this.tellDefaults(ctx, decoded.object, done.object);
    return done.object;
  }

  /** Prunes and defaults a custom resource; what is pruned is told, or refused. */
  private clean(
    ctx: Context,
    r: CustomResourceInfo,
    o: KubeObject,
    validation: FieldValidation,
    patched = false,
  ): KubeObject {
    const { object, dropped } = cleaned(r, o);
    const unknown = dropped.map((field) => `unknown field ${JSON.stringify(field)}`);
    if (unknown.length > 0 && validation === 'Strict') ctx.refuse('decode', strictStatus(r, o, unknown, patched));
    if (validation === 'Warn') for (const u of unknown) ctx.warn(u);
    return object;
  }

  private tellDefaults(ctx: Context, decoded: KubeObject, object: KubeObject): void {
    if (object === decoded) {
      ctx.gates.push(COMPLETE);
      return;
    }
    const [was, is] = [decoded, object] as readonly { readonly spec?: object; readonly status?: object }[];
    const spec = decoded.metadata === object.metadata && was?.status === is?.status ? was?.spec : undefined;
    const known = spec && counted.get(spec);
    const told = known && known.kind === object.kind ? known : tellsDefaults(decoded, object);
    if (spec) counted.set(spec, told);
    ctx.defaulted = told.count;
    ctx.gates.push(told.gate);
  }

  private readable(ctx: Context, want: GroupVersionKind, validation: FieldValidation): RequestBody {
    const body = ctx.request.body ?? NO_BODY;
    const type = mediaType(ctx);
    if ('value' in body || type === JSON_TYPE || type === '') return body;
    const { kind, version } = want;
    const strict = `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: strict decoding error: `;
    if (type === YAML_TYPE) return { value: this.fromYaml(ctx, body.raw, validation, strict) };
    return refuse(unsupportedMediaType([JSON_TYPE, YAML_TYPE]));
  }

  /** @param strict how a refusal of duplicate keys begins. */
  private fromYaml(ctx: Context, text: string, validation: FieldValidation, strict: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      // JSON is YAML, and needs no parser of its own.
    }
    const { yaml } = this.options;
    if (yaml === undefined) return refuse(unsupportedMediaType([JSON_TYPE]));
    const duplicates: string[] = [];
    let value: unknown;
    try {
      value = yaml.parse(text, duplicates);
    } catch (e) {
      return ctx.refuse(
        'decode',
        badRequest(`error converting YAML to JSON: ${e instanceof Error ? e.message : String(e)}`),
      );
    }
    if (duplicates.length === 0 || validation === 'Ignore') return value;
    const problem = `yaml: unmarshal errors:\n${duplicates.map((d) => `  ${d}`).join('\n')}`;
    if (validation === 'Strict') ctx.refuse('decode', badRequest(strict + problem));
    ctx.warn(problem);
    return value;
  }

  formatYaml(value: unknown): string | undefined {
    return this.options.yaml?.format(value);
  }

  /** DeleteOptions and other small bodies that may be missing. */
  small(ctx: Context): Record<string, unknown> {
    const { body } = ctx.request;
    if (body === undefined || ('raw' in body && body.raw.trim() === '')) return {};
    const value = this.valueOf(ctx, this.readable(ctx, DELETE_OPTIONS, 'Ignore'));
    return isRecord(value) ? value : {};
  }

  private valueOf(ctx: Context, body: RequestBody): unknown {
    if ('value' in body) return body.value;
    try {
      return JSON.parse(body.raw);
    } catch (e) {
      return ctx.refuse('decode', badRequest(e instanceof Error ? e.message : String(e)));
    }
  }

  /** The object with managedFields that say who owns what. */
  own(
    ctx: Context,
    r: ResourceInfo,
    live: KubeObject | undefined,
    next: KubeObject,
    manager: string,
    subresource: string,
  ): KubeObject {
    return updateManagedFields({
      before: live,
      after: next,
      manager,
      subresource,
      time: ctx.now,
      ...owning(r, subresource),
    });
  }

  /** As `own` for an object that the server itself makes. */
  ownAs(o: KubeObject, manager: string, time: string): KubeObject {
    return updateManagedFields({ after: o, manager, time });
  }

  /** Applies the patch in the request's body. Server-side apply returns the object with its owners. */
  patch(ctx: Context, r: ResourceInfo, current: KubeObject | undefined, options: PatchOptions): KubeObject {
    const type = mediaType(ctx);
    const body = ctx.request.body ?? NO_BODY;
    if (type === PATCH_TYPES.apply) return this.apply(ctx, r, current, options);
    if (current === undefined) throw new Error('a patch that is not server-side apply needs an object');
    const kind = (Object.keys(PATCH_TYPES) as (keyof typeof PATCH_TYPES)[]).find((k) => PATCH_TYPES[k] === type);
    const custom = isCustom(r) ? r : undefined;
    if (kind === undefined || kind === 'apply' || (custom && kind === 'strategic'))
      refuse(unsupportedMediaType(Object.values(PATCH_TYPES).filter((t) => !custom || t !== PATCH_TYPES.strategic)));
    ctx.requestObject = 'value' in body ? body.value : parseQuietly(body.raw);
    const { fieldValidation } = options;
    const patched = applyPatch({
      type: kind,
      original: current,
      patch: body,
      gvk: r,
      fieldValidation,
      schema: custom?.custom.envelope,
    });
    if (isStatus(patched)) ctx.refuse('decode', patched);
    for (const w of patched.warnings) ctx.warn(w);
    ctx.gates.push(PATCHED[kind]);
    ctx.sent = custom ? undefined : patched.sent;
    return custom ? this.clean(ctx, custom, patched.object, fieldValidation, true) : patched.object;
  }

  private apply(ctx: Context, r: ResourceInfo, live: KubeObject | undefined, options: PatchOptions): KubeObject {
    return this.merged(ctx, r, live, options, this.applied(ctx, options.fieldValidation));
  }

  /** The body of a server-side apply. */
  applied(ctx: Context, validation: FieldValidation): Json {
    const body = ctx.request.body ?? NO_BODY;
    const strict = 'error strict decoding YAML: error converting YAML to JSON: ';
    const value = 'value' in body ? body.value : this.fromYaml(ctx, body.raw, validation, strict);
    if (!isRecord(value)) ctx.refuse('decode', badRequest('error decoding YAML: the body must be an object'));
    ctx.requestObject = value;
    return value;
  }

  /** What is applied, merged with the fields of others. */
  merged(ctx: Context, r: ResourceInfo, live: KubeObject | undefined, options: PatchOptions, value: Json): KubeObject {
    const force = parseBool(first(ctx.request.query, 'force')) ?? false;
    const applied = applyServerSide({
      live,
      applied: value,
      manager: options.manager,
      force,
      apiVersion: apiVersionOf(r),
      kind: r.kind,
      subresource: options.subresource,
      time: ctx.now,
      ...owning(r, options.subresource),
    });
    if (isStatus(applied)) ctx.refuse('decode', applied);
    ctx.pass('decode', `merged what ${options.manager} applies with the fields of others`);
    return isCustom(r) ? this.clean(ctx, r, applied.object, options.fieldValidation) : applied.object;
  }

  validateCreate(ctx: Context, r: ResourceInfo, o: KubeObject): void {
    if (isCustom(r)) {
      this.judgeCustom(ctx, r, o);
      return;
    }
    const privileged = this.options.allowPrivileged === false ? privilegedErrors(o) : [];
    this.judge(ctx, r, o, [...privileged, ...validateCreate(r, asSent(ctx, o, r))]);
  }

  validateUpdate(ctx: Context, r: ResourceInfo, o: KubeObject, old: KubeObject, subresource: string): void {
    if (isCustom(r)) {
      this.judgeCustom(ctx, r, o, old);
      return;
    }
    this.judge(
      ctx,
      r,
      o,
      validateUpdate(r, asSent(ctx, o, r), asSent(ctx, old, r), subresource === '' ? {} : { subresource }),
    );
  }

  private judgeCustom(ctx: Context, r: CustomResourceInfo, o: KubeObject, old?: KubeObject): void {
    const { errors, warnings, rules } = judgeCustom(r, o, old);
    for (const text of warnings) ctx.warn(text);
    if (errors.length > 0) ctx.refuse('validation', invalid(r, o.metadata.name ?? '', errors));
    const { definition } = r.custom;
    ctx.pass('validation', () => {
      const kept = `the object keeps the schema of ${definition}`;
      if (rules.length === 0) return kept;
      return `${kept} and its rules: ${rules.map((x) => `\`${x.rule}\` of ${x.field === '<nil>' ? 'the object' : x.field}`).join('; ')}`;
    });
  }

  private judge(ctx: Context, r: ResourceInfo, o: KubeObject, errors: readonly FieldError[]): void {
    if (errors.length > 0) ctx.refuse('validation', invalidStatus(r, o.metadata.name ?? '', errors));
    ctx.gates.push(hasRules(r) ? VALID : UNCHECKED);
  }
}

interface Told {
  readonly kind: string | undefined;
  readonly gate: Gate;
  readonly count: () => number;
}

/** By the spec that was sent: those of the pods of one template are one, and what is told of one holds for all. */
const counted = new WeakMap<object, Told>();

function tellsDefaults(decoded: KubeObject, object: KubeObject): Told {
  const { apiVersion = '', kind = '' } = object;
  const count = (): number => diff(decoded, object, schemaForKind(apiVersion, kind)).length;
  const text = (): string => {
    const n = count();
    return `filled in ${n} default${n === 1 ? '' : 's'}`;
  };
  return { kind, count, gate: { stage: 'defaulting', verdict: 'ok', text } };
}

/** Validation sees the empty lists of the body; in the old object too, because Go takes empty and absent for equal. */
function asSent(ctx: Context, o: KubeObject, r: ResourceInfo): KubeObject {
  return toVersion(ctx.sent === undefined ? o : withEmpties(o, ctx.sent), storedVersion(r));
}

// Gates say the same of most requests, and every step holds on to its gates.
const COMPLETE: Gate = { stage: 'defaulting', verdict: 'skipped', text: 'nothing was left open' };
const VALID: Gate = { stage: 'validation', verdict: 'ok', text: 'every field has a value that is allowed' };
const UNCHECKED: Gate = {
  stage: 'validation',
  verdict: 'skipped',
  text: 'the simulator has no rules for this kind yet',
};
const PATCHED = {
  json: patched('JSON patch'),
  merge: patched('JSON merge patch'),
  strategic: patched('strategic merge patch'),
};
const decodedGates = new Map<string, Gate>();

function patched(what: string): Gate {
  return { stage: 'decode', verdict: 'ok', text: `applied a ${what} to the stored object` };
}

function decodedGate(want: GroupVersionKind): Gate {
  const text = `read a ${want.kind} in version ${apiVersionOf(want)}`;
  const known = decodedGates.get(text);
  if (known !== undefined) return known;
  const made: Gate = { stage: 'decode', verdict: 'ok', text };
  decodedGates.set(text, made);
  return made;
}

/** A create or update is refused as a body that cannot be read, a patch as one that makes no valid object. */
function strictStatus(r: CustomResourceInfo, o: KubeObject, unknown: readonly string[], patched: boolean): Status {
  const why = `strict decoding error: ${unknown.join(', ')}`;
  if (!patched)
    return badRequest(`${r.kind} in version ${JSON.stringify(r.version)} cannot be handled as a ${r.kind}: ${why}`);
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(o))}: ${why}`;
  return invalid({ group: '', kind: '' }, '', [{ reason: 'FieldValueInvalid', field: 'patch', message }]);
}

const STATUS_FIELD = { 'f:status': {} };
const SPEC_FIELD = { 'f:spec': {} };

/** What ownership needs to know of a custom resource; built-in kinds are known. */
function owning(r: ResourceInfo, subresource: string): Pick<UpdateManagedFields, 'type' | 'resetFields'> {
  if (!isCustom(r)) return {};
  const { type, hasStatus } = r.custom;
  const resetFields =
    subresource === 'status' ? SPEC_FIELD : hasStatus && subresource === '' ? STATUS_FIELD : undefined;
  return { type, resetFields };
}

function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Options that only server-side apply takes or needs. Models ValidatePatchOptions. */
export function checkPatchOptions(ctx: Context): void {
  const { query } = ctx.request;
  const bad = (reason: string, field: string, message: string): never =>
    refuse(invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [{ reason, field, message }]));
  if (isApply(ctx)) {
    if (!first(query, 'fieldManager'))
      bad('FieldValueRequired', 'fieldManager', 'Required value: is required for apply patch');
  } else if (query?.force !== undefined)
    bad('FieldValueForbidden', 'force', 'Forbidden: may not be specified for non-apply patch');
}
