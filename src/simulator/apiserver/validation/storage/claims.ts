// Models the checks of PersistentVolumeClaims.
import type { PersistentVolumeClaimSpec } from '../../../../model/generated/core.v1.ts';
import { dnsSubdomain, optionalEnum, positiveQuantity, quantity } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { validateLabelSelector } from '../labels.ts';
import { isDns1123Label, isDns1123Subdomain } from '../names.ts';

export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
export const VOLUME_MODES = ['Block', 'Filesystem'];

export interface ClaimOptions {
  /** The old object had a bad API group there already. */
  readonly anyDataSourceGroup?: boolean;
  readonly anySelectorValue?: boolean;
}

export function validateAccessModes(errs: Errors, path: Path, modes: readonly string[]): void {
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errs.notSupported(path, mode, ACCESS_MODES);
  const others = modes.some((m) => m !== 'ReadWriteOncePod' && ACCESS_MODES.includes(m));
  if (others && modes.includes('ReadWriteOncePod')) {
    errs.forbidden(path, 'may not use ReadWriteOncePod with other access modes');
  }
}

export function validateClaimSpec(
  errs: Errors,
  path: Path,
  spec: Loose<PersistentVolumeClaimSpec>,
  options: ClaimOptions,
): void {
  const modes = spec.accessModes ?? [];
  if (modes.length === 0) errs.required(path.child('accessModes'), 'at least 1 access mode is required');
  validateLabelSelector(errs, path.child('selector'), spec.selector, options.anySelectorValue);
  validateAccessModes(errs, path.child('accessModes'), modes);
  const storage = spec.resources?.requests?.storage;
  const at = path.child('resources').key('storage');
  if (storage === undefined) errs.required(at);
  else positiveQuantity(errs, at, quantity(storage));
  if (spec.storageClassName) dnsSubdomain(errs, path.child('storageClassName'), spec.storageClassName);
  optionalEnum(errs, path, 'volumeMode', spec.volumeMode, VOLUME_MODES);
  validateSources(errs, path, spec, options);
  const attributes = spec.volumeAttributesClassName;
  if (attributes) dnsSubdomain(errs, path.child('volumeAttributesClassName'), attributes);
}

interface Source {
  readonly apiGroup?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

function validateSources(
  errs: Errors,
  path: Path,
  spec: Loose<PersistentVolumeClaimSpec>,
  options: ClaimOptions,
): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource) validateSource(errs, path.child('dataSource'), dataSource, options);
  if (!dataSourceRef) return;
  validateSource(errs, path.child('dataSourceRef'), dataSourceRef, options);
  if (!dataSource) return;
  const shown = path.child('dataSource').toString();
  if (dataSourceRef.namespace) {
    errs.invalid(path, shown, 'may not be specified when dataSourceRef.namespace is specified');
  } else if (
    dataSource.apiGroup !== dataSourceRef.apiGroup ||
    dataSource.kind !== dataSourceRef.kind ||
    dataSource.name !== dataSourceRef.name
  ) {
    errs.invalid(path, shown, 'must match dataSourceRef');
  }
}

function validateSource(errs: Errors, path: Path, source: Source, options: ClaimOptions): void {
  const { apiGroup = '', kind = '', name = '', namespace = '' } = source;
  if (name === '') errs.required(path.child('name'));
  if (kind === '') errs.required(path.child('kind'));
  if (apiGroup === '' && kind !== 'PersistentVolumeClaim') {
    errs.invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  }
  if (apiGroup !== '' && !options.anyDataSourceGroup) {
    errs.each(path.child('apiGroup'), apiGroup, isDns1123Subdomain(apiGroup));
  }
  if (namespace !== '') errs.each(path.child('namespace'), namespace, isDns1123Label(namespace));
}
