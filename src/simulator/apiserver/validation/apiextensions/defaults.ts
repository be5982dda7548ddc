// Defaults must be what their own schemas allow. Models apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go.
import type { JSONSchemaProps } from '../../../../model/generated/apiextensions.v1.ts';
import { checkDefault } from '../../crd/cel/validate.ts';
import { prune } from '../../crd/prune.ts';
import { propsOf } from '../../crd/schema.ts';
import { validateAgainst } from '../../crd/validate.ts';
import { sortedKeys } from '../common.ts';
import type { Errors, Path } from '../field.ts';
import type { Schema } from './schemas.ts';

const META = ['metadata', 'apiVersion', 'kind'];

function ownDefault(errs: Errors, path: Path, s: JSONSchemaProps, inMeta: boolean): void {
  const { default: value } = s;
  if (value === undefined || value === null) return;
  if (!inMeta && prune(value, s, [], '', false) !== value) errs.invalid(path, value, 'must not have unknown fields');
  const wrong = validateAgainst(value, s);
  for (const { reason, field, message } of wrong) {
    const at = field === '' || field === '<nil>' ? path : path.child(field);
    errs.list.push({ reason, field: String(at), message });
  }
  if (wrong.length === 0 && !inMeta) for (const error of checkDefault(path, s)) errs.list.push(error);
}

function visit(errs: Errors, path: Path, s: JSONSchemaProps, whole: boolean, around: boolean): void {
  const inMeta = around && !whole;
  ownDefault(errs, path.child('default'), s, inMeta);
  const items = propsOf(s.items);
  if (items) visit(errs, path.child('items'), items, items['x-kubernetes-embedded-resource'] === true, inMeta);
  for (const name of sortedKeys(s.properties)) {
    const property = s.properties?.[name] ?? {};
    const inner = inMeta || (whole && META.includes(name));
    visit(
      errs,
      path.child('properties').key(name),
      property,
      property['x-kubernetes-embedded-resource'] === true,
      inner,
    );
  }
}

/** Of a structural schema. */
export function validateDefaults(errs: Errors, path: Path, schema: Schema): void {
  visit(errs, path, schema as JSONSchemaProps, true, false);
}
