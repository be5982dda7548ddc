// Joins the pure machinery (decoding, defaults, patches, field ownership, validation) to a request.
import { isRecord, type KubeObject } from '../../model/object.ts';
import { diff } from '../../model/paths.ts';
import type { ResourceInfo } from '../../model/resources.ts';
import { schemaForKind } from '../../model/schema.ts';
import { badRequest, isStatus, unsupportedMediaType } from '../../model/status.ts';
import type { RequestBody } from './api.ts';
import { type Context, refuse } from './context.ts';
import { applyDefaults, decodeBody, type FieldValidation, type GroupVersionKind } from './machinery/index.ts';
import { type FieldError, hasRules, invalidStatus, validateCreate, validateUpdate } from './validation/index.ts';

const NO_BODY: RequestBody = { raw: '' };
export const JSON_TYPE = 'application/json';
export const YAML_TYPE = 'application/yaml';

export interface MachineOptions {
  /** YAML to a value; the parser is injected so that this folder needs none. */
  readonly parseYaml?: (text: string) => unknown;
}

export class Machine {
  private readonly options: MachineOptions;

  constructor(options: MachineOptions) {
    this.options = options;
  }

  /** The body as an object of this kind, with the fields that Go would write and their defaults. */
  decode(ctx: Context, want: GroupVersionKind, fieldValidation: FieldValidation): KubeObject {
    const body = this.readable(ctx);
    const decoded = decodeBody(body, want, { fieldValidation });
    if (isStatus(decoded)) ctx.refuse('decode', decoded);
    for (const w of decoded.warnings) ctx.warn(w);
    ctx.pass('decode', `read a ${want.kind}`);
    return this.fillIn(ctx, decoded.object);
  }

  private fillIn(ctx: Context, decoded: KubeObject): KubeObject {
    const object = applyDefaults(decoded);
    if (object === decoded) {
      ctx.skip('defaulting', 'nothing was left open');
      return object;
    }
    ctx.defaulted = () => diff(decoded, object, schemaForKind(object.apiVersion ?? '', object.kind ?? '')).length;
    ctx.pass('defaulting', () => `filled in ${ctx.defaulted?.() ?? 0} defaults`);
    return object;
  }

  private readable(ctx: Context): RequestBody {
    const body = ctx.request.body ?? NO_BODY;
    const type = (ctx.request.contentType ?? JSON_TYPE).split(';')[0]?.trim().toLowerCase() ?? '';
    if ('value' in body || type === JSON_TYPE || type === '') return body;
    if (type === YAML_TYPE && this.options.parseYaml) return { value: this.options.parseYaml(body.raw) };
    return refuse(unsupportedMediaType([JSON_TYPE, YAML_TYPE, 'application/vnd.kubernetes.protobuf']));
  }

  /** DeleteOptions and other small bodies that may be missing. */
  small(ctx: Context): Record<string, unknown> {
    const { body } = ctx.request;
    if (body === undefined || ('raw' in body && body.raw.trim() === '')) return {};
    const readable = this.readable(ctx);
    const value = 'value' in readable ? readable.value : JSON.parse(readable.raw);
    return isRecord(value) ? value : {};
  }

  /** The object with managedFields that say who owns what. */
  own(
    _ctx: Context,
    _r: ResourceInfo,
    _live: KubeObject | undefined,
    next: KubeObject,
    _manager: string,
    _subresource: string,
  ): KubeObject {
    return next;
  }

  /** As `own` for an object that the server itself makes. */
  ownAs(_r: ResourceInfo, o: KubeObject, _manager: string, _now: string): KubeObject {
    return o;
  }

  /** Applies the patch in the request's body. */
  patch(
    ctx: Context,
    _r: ResourceInfo,
    current: KubeObject | undefined,
    _subresource: string,
    _options: unknown,
  ): KubeObject {
    const { body } = ctx.request;
    if (body === undefined || current === undefined) refuse(badRequest('no body'));
    const patch = 'value' in body ? body.value : JSON.parse(body.raw);
    return mergePatch(current, patch) as KubeObject;
  }

  validateCreate(ctx: Context, r: ResourceInfo, o: KubeObject): void {
    this.judge(ctx, r, o, validateCreate(r, o));
  }

  validateUpdate(ctx: Context, r: ResourceInfo, o: KubeObject, old: KubeObject, subresource: string): void {
    this.judge(ctx, r, o, validateUpdate(r, o, old, subresource === '' ? {} : { subresource }));
  }

  private judge(ctx: Context, r: ResourceInfo, o: KubeObject, errors: readonly FieldError[]): void {
    if (errors.length > 0) ctx.refuse('validation', invalidStatus(r, o.metadata.name ?? '', errors));
    if (hasRules(r)) ctx.pass('validation', 'every field has a value that is allowed');
    else ctx.skip('validation', 'the simulator has no rules for this kind yet');
  }
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const out: Record<string, unknown> = { ...(isRecord(target) ? target : {}) };
  for (const [k, v] of Object.entries(patch)) {
    if (v === null) delete out[k];
    else out[k] = mergePatch(out[k], v);
  }
  return out;
}
