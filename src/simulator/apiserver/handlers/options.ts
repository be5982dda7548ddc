// The query parameters that writes share. Models metav1.CreateOptions, UpdateOptions, PatchOptions and their validation.

import { byText } from '../../../model/remember.ts';
import { invalid } from '../../../model/status.ts';
import type { Context } from '../context.ts';
import { refuse } from '../context.ts';
import type { FieldValidation } from '../machinery/index.ts';
import { first } from '../request.ts';

export interface WriteOptions {
  readonly manager: string;
  readonly fieldValidation: FieldValidation;
}

/** The part before the first `/`, as long as a manager's name may be. Every object written holds on to one, so they share it. */
const managerOf = byText(1_000, (userAgent) => (userAgent.split('/')[0] ?? '').slice(0, 128));

const NONE: readonly string[] = [];
const VALIDATIONS = ['', 'Strict', 'Warn', 'Ignore'];

function unsupported(kind: string, field: string, given: unknown, values: readonly string[]): never {
  const message = `Unsupported value: ${JSON.stringify(given)}: supported values: ${values.map((v) => `"${v}"`).join(', ')}`;
  return refuse(invalid({ group: 'meta.k8s.io', kind }, '', [{ reason: 'FieldValueNotSupported', field, message }]));
}

export function checkDryRun(dryRun: readonly string[], kind: string): void {
  if (dryRun.some((v) => v !== 'All')) unsupported(kind, 'dryRun', dryRun, ['All']);
}

/** Reads dryRun, fieldManager and fieldValidation. @param kind `CreateOptions` and the like, as refusals name it. */
export function writeOptions(ctx: Context, kind: string): WriteOptions {
  const { query, userAgent } = ctx.request;
  const dryRun = query?.dryRun ?? NONE;
  const validation = first(query, 'fieldValidation') ?? '';
  checkDryRun(dryRun, kind);
  if (!VALIDATIONS.includes(validation))
    unsupported(kind, 'fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']);
  ctx.dryRun = dryRun.length > 0;
  return {
    manager: first(query, 'fieldManager') || managerOf(userAgent),
    fieldValidation: validation === '' ? 'Warn' : (validation as FieldValidation),
  };
}
