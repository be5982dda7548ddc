// Models the checks of a container's environment: env and envFrom.
import type { EnvFromSource, EnvVar, FileKeySelector } from '../../../../model/generated/core.v1.ts';
import { dnsLabel } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { isConfigMapKey, isDns1123Subdomain, isRelaxedEnvVarName, nameIsDnsSubdomain } from '../names.ts';
import { noBacksteps } from '../paths.ts';
import { ENV_FIELDS, validateFieldRef, validateResourceFieldRef } from './fieldrefs.ts';

export function validateEnv(errs: Errors, path: Path, env: readonly Loose<EnvVar>[]): void {
  for (const [i, variable] of env.entries()) {
    const at = path.index(i);
    if (!variable.name) errs.required(at.child('name'));
    else errs.each(at.child('name'), variable.name, isRelaxedEnvVarName(variable.name));
    if (variable.valueFrom) validateValueFrom(errs, at.child('valueFrom'), variable);
  }
}

const NO_SOURCE =
  'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';

function validateValueFrom(errs: Errors, path: Path, variable: Loose<EnvVar>): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = variable.valueFrom ?? {};
  if (fieldRef) validateFieldRef(errs, path.child('fieldRef'), fieldRef, ENV_FIELDS);
  if (resourceFieldRef) validateResourceFieldRef(errs, path.child('resourceFieldRef'), resourceFieldRef, false);
  if (configMapKeyRef) validateKeyRef(errs, path.child('configMapKeyRef'), configMapKeyRef);
  if (secretKeyRef) validateKeyRef(errs, path.child('secretKeyRef'), secretKeyRef);
  if (fileKeyRef) validateFileKeyRef(errs, path.child('fileKeyRef'), fileKeyRef);
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  if (sources === 0) errs.invalid(path, '', NO_SOURCE);
  else if (variable.value) errs.invalid(path, '', 'may not be specified when `value` is not empty');
  else if (sources > 1) errs.invalid(path, '', 'may not have more than one field specified at a time');
}

interface KeyRef {
  readonly name?: string | undefined;
  readonly key?: string | undefined;
}

function validateKeyRef(errs: Errors, path: Path, { name = '', key = '' }: KeyRef): void {
  errs.each(path.child('name'), name, isDns1123Subdomain(name));
  if (key === '') errs.required(path.child('key'));
  else errs.each(path.child('key'), key, isConfigMapKey(key));
}

function validateFileKeyRef(errs: Errors, path: Path, ref: Loose<FileKeySelector>): void {
  const { key = '', volumeName = '', path: file = '' } = ref;
  if (key === '') errs.required(path.child('key'));
  else errs.each(path.child('key'), key, isRelaxedEnvVarName(key));
  if (volumeName === '') errs.required(path.child('volumeName'));
  else dnsLabel(errs, path.child('volumeName'), volumeName);
  if (file === '') errs.required(path.child('path'));
  else noBacksteps(errs, path.child('path'), file);
}

export function validateEnvFrom(errs: Errors, path: Path, sources: readonly Loose<EnvFromSource>[]): void {
  for (const [i, source] of sources.entries()) {
    const at = path.index(i);
    if (source.prefix) errs.each(at.child('prefix'), source.prefix, isRelaxedEnvVarName(source.prefix));
    for (const kind of ['configMapRef', 'secretRef'] as const) {
      const ref = source[kind];
      if (!ref) continue;
      const where = at.child(kind).child('name');
      if (!ref.name) errs.required(where);
      else errs.each(where, ref.name, nameIsDnsSubdomain(ref.name, true));
    }
    if (!source.configMapRef && !source.secretRef) {
      errs.invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`');
    } else if (source.configMapRef && source.secretRef) {
      errs.invalid(path, '', 'may not have more than one field specified at a time');
    }
  }
}
