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
