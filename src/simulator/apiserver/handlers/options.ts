// The query parameters that writes share. Models metav1.CreateOptions, UpdateOptions, PatchOptions and their validation.
import { invalid } from '../../../model/status.ts';
import type { Context } from '../context.ts';
import { refuse } from '../context.ts';
import type { FieldValidation } from '../machinery/index.ts';
import { first } from '../request.ts';

export interface WriteOptions {
  readonly manager: string;
  readonly fieldValidation: FieldValidation;
}

/** By user agent: every object written holds on to the name. */
const managers = new Map<string, string>();
const MAX_MANAGERS = 1_000;

function managerOf(userAgent: string): string {
  const known = managers.get(userAgent);
  if (known !== undefined) return known;
  if (managers.size >= MAX_MANAGERS) managers.clear();
  const name = nameIn(userAgent);
  managers.set(userAgent, name);
  return name;
}

/** The part before the first `/` of the user agent, as long as a manager's name may be. */
function nameIn(userAgent: string): string {
  const slash = userAgent.indexOf('/');
  return userAgent.slice(0, Math.min(slash < 0 ? userAgent.length : slash, 128));
}

const NONE: readonly string[] = [];
const VALIDATIONS = ['', 'Strict', 'Warn', 'Ignore'];

/** Reads dryRun, fieldManager and fieldValidation. @param kind `CreateOptions` and the like, as refusals name it. */
export function writeOptions(ctx: Context, kind: string): WriteOptions {
  const { query, userAgent } = ctx.request;
  const dryRun = query?.dryRun ?? NONE;
  const validation = first(query, 'fieldValidation') ?? '';
  const bad = (field: string, message: string): never =>
    refuse(invalid({ group: 'meta.k8s.io', kind }, '', [{ reason: 'FieldValueNotSupported', field, message }]));
  if (dryRun.some((v) => v !== 'All')) {
    bad('dryRun', `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`);
  }
  if (!VALIDATIONS.includes(validation)) {
    bad(
      'fieldValidation',
      `Unsupported value: ${JSON.stringify(validation)}: supported values: "", "Ignore", "Strict", "Warn"`,
    );
  }
  ctx.dryRun = dryRun.length > 0;
  return {
    manager: first(query, 'fieldManager') || managerOf(userAgent),
    fieldValidation: validation === '' ? 'Warn' : (validation as FieldValidation),
  };
}
