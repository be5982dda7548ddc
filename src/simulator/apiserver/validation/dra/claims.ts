// ResourceClaims, their templates, and DeviceClasses.
import type {
  DeviceClaim,
  DeviceClass,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  ResourceClaim,
  ResourceClaimTemplate,
} from '../../../../model/generated/resource.v1.ts';
import { dnsSubdomain, immutable, NOT_POSITIVE } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { validateLabels } from '../labels.ts';
import { validateAnnotations, validateMeta, validateMetaUpdate } from '../meta.ts';
import { nameIsDnsSubdomain } from '../names.ts';
import { SPEC } from '../pods/pod.ts';
import { isExtendedResource } from '../resourcenames.ts';
import { goNamed } from '../structs.ts';
import {
  fullAttributeName,
  MAX_CONFIG,
  MAX_REQUESTS,
  requestName,
  validateOpaque,
  validateSelectors,
  validateSet,
  validateSlice,
  validateToleration,
} from './parts.ts';

type Claim = Loose<ResourceClaim>;

const NAMESPACED = { namespaced: true, name: nameIsDnsSubdomain };
const MAX_ALTERNATIVES = 8;

/** The names by which a claim's own parts may refer to its requests: `request` and `request/subrequest`. */
export function requestNames(claim: Loose<DeviceClaim> | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { name = '', firstAvailable = [] } of claim?.requests ?? []) {
    names.add(name);
    for (const sub of firstAvailable) names.add(`${name}/${sub.name ?? ''}`);
  }
  return names;
}

export function validateReference(errs: Errors, path: Path, name: string, known: ReadonlySet<string>): void {
  const parts = name.split('/');
  const detail =
    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  if (parts.length <= 2) for (const part of parts) requestName(errs, path, part);
  if (!known.has(name)) errs.invalid(path, name, detail);
}

export function validateReferences(
  errs: Errors,
  path: Path,
  names: readonly string[] | undefined,
  known: ReadonlySet<string>,
): void {
  validateSet(
    errs,
    path,
    names,
    MAX_REQUESTS,
    (at, name) => validateReference(errs, at, name, known),
    (name) => name,
  );
}

function validateDevices(errs: Errors, path: Path, claim: Loose<DeviceClaim> | undefined): void {
  if (!claim) return;
  const known = requestNames(claim);
  validateSet(
    errs,
    path.child('requests'),
    claim.requests,
    MAX_REQUESTS,
    (at, request) => validateRequest(errs, at, request),
    ({ name = '' }) => name,
  );
  validateSlice(errs, path.child('constraints'), claim.constraints, MAX_REQUESTS, (at, constraint) =>
    validateConstraint(errs, at, constraint, known),
  );
  validateSlice(errs, path.child('config'), claim.config, MAX_CONFIG, (at, config) => {
    validateReferences(errs, at.child('requests'), config.requests, known);
    validateOpaque(errs, at, config.opaque);
  });
}

function validateRequest(errs: Errors, path: Path, request: Loose<DeviceRequest>): void {
  const { name = '', exactly, firstAvailable = [] } = request;
  const needed = 'exactly one of `exactly` or `firstAvailable` is required';
  requestName(errs, path.child('name'), name);
  if (exactly && firstAvailable.length > 0) errs.invalid(path, undefined, `${needed}, but multiple fields are set`);
  else if (exactly) validateWanted(errs, path.child('exactly'), exactly);
  else if (firstAvailable.length === 0) errs.required(path, needed);
  else {
    validateSet(
      errs,
      path.child('firstAvailable'),
      firstAvailable,
      MAX_ALTERNATIVES,
      (at, sub) => {
        requestName(errs, at.child('name'), sub.name ?? '');
        validateWanted(errs, at, sub);
      },
      (sub) => sub.name ?? '',
    );
  }
}

function validateWanted(errs: Errors, path: Path, wanted: Omit<Loose<DeviceSubRequest>, 'name'>): void {
  const { deviceClassName: name = '', allocationMode: mode = '', count = 0, selectors, tolerations = [] } = wanted;
  const at = path.child('count');
  if (name === '') errs.required(path.child('deviceClassName'));
  else dnsSubdomain(errs, path.child('deviceClassName'), name);
  validateSelectors(errs, path.child('selectors'), selectors);
  if (mode === 'All') {
    if (count !== 0) errs.invalid(at, count, "must not be specified when allocationMode is 'All'");
  } else if (mode === 'ExactCount') {
    if (count <= 0) errs.invalid(at, count, NOT_POSITIVE);
  } else errs.notSupported(path.child('allocationMode'), mode, ['All', 'ExactCount']);
  for (const [i, toleration] of tolerations.entries()) {
    validateToleration(errs, path.child('tolerations').index(i), toleration);
  }
}

function validateConstraint(
  errs: Errors,
  path: Path,
  constraint: Loose<DeviceConstraint>,
  known: ReadonlySet<string>,
): void {
  const { requests, matchAttribute: match, distinctAttribute: distinct } = constraint;
  validateReferences(errs, path.child('requests'), requests, known);
  if (match !== undefined) fullAttributeName(errs, path.child('matchAttribute'), match);
  else if (distinct !== undefined) fullAttributeName(errs, path.child('distinctAttribute'), distinct);
  else {
    const detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
    errs.required(path, detail);
  }
}

export function validateClaim(errs: Errors, o: Claim): void {
  validateMeta(errs, o.metadata, NAMESPACED);
  validateDevices(errs, SPEC.child('devices'), o.spec?.devices);
}

export function validateClaimUpdate(errs: Errors, now: Claim, old: Claim): void {
  validateMeta(errs, now.metadata, NAMESPACED);
  validateMetaUpdate(errs, now.metadata, old.metadata);
  immutable(errs, SPEC, now.spec, old.spec, goNamed(now.spec));
}

type Template = Loose<ResourceClaimTemplate>;

export function validateTemplate(errs: Errors, o: Template): void {
  const { labels, annotations } = o.spec?.metadata ?? {};
  const at = SPEC.child('metadata');
  validateMeta(errs, o.metadata, NAMESPACED);
  if (annotations) validateAnnotations(errs, at.child('annotations'), annotations);
  if (labels) validateLabels(errs, at.child('labels'), labels);
  validateDevices(errs, SPEC.child('spec').child('devices'), o.spec?.spec?.devices);
}

export function validateTemplateUpdate(errs: Errors, now: Template, old: Template): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  immutable(errs, SPEC, now.spec, old.spec, goNamed(now.spec));
}

export function validateClass(errs: Errors, o: Loose<DeviceClass>): void {
  const { selectors, config, extendedResourceName: name } = o.spec ?? {};
  validateMeta(errs, o.metadata, { namespaced: false, name: nameIsDnsSubdomain });
  validateSelectors(errs, SPEC.child('selectors'), selectors);
  validateSlice(errs, SPEC.child('config'), config, MAX_CONFIG, (at, { opaque }) => validateOpaque(errs, at, opaque));
  if (name !== undefined && !isExtendedResource(name)) {
    errs.invalid(SPEC.child('extendedResourceName'), name, 'must be a valid extended resource name');
  }
}

export function validateClassUpdate(errs: Errors, now: Loose<DeviceClass>, old: Loose<DeviceClass>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateClass(errs, now);
}
