// The rules of what is asked and answered but not stored: tokens and access reviews; and of the options of logs.
import type { TokenRequest } from '../../../../model/generated/authentication.v1.ts';
import type {
  LocalSubjectAccessReview,
  ResourceAttributes,
  SubjectAccessReviewSpec,
} from '../../../../model/generated/authorization.v1.ts';
import { NEGATIVE } from '../common.ts';
import { type Errors, type Loose, NO_PATH, Path } from '../field.ts';
import { METADATA, type Meta } from '../meta.ts';
import { SPEC } from '../pods/pod.ts';
import type { RuleTable } from '../rules.ts';
import { fieldsOf, printStruct } from '../structs.ts';

type Spec = Loose<SubjectAccessReviewSpec>;
type Review = Loose<LocalSubjectAccessReview>;

const PATHS = fieldsOf({ Path: '', Verb: '' });

function validateTokenRequest(errs: Errors, { spec }: Loose<TokenRequest>): void {
  const { expirationSeconds: seconds = 0 } = spec ?? {};
  const at = SPEC.child('expirationSeconds');
  if (seconds < 600) errs.invalid(at, seconds, 'may not specify a duration less than 10 minutes');
  if (seconds > 2 ** 32) errs.invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds');
}

function validateWhat(errs: Errors, spec: Spec): void {
  const { resourceAttributes: resource, nonResourceAttributes: other } = spec;
  if (resource && other) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    errs.invalid(SPEC.child('nonResourceAttributes'), printStruct(PATHS, other), detail);
  }
  if (!resource && !other) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errs.invalid(SPEC.child('resourceAttributes'), undefined, detail);
  }
}

const SELECTORS = ['fieldSelector', 'labelSelector'] as const;

function validateSelectors(errs: Errors, resource: Loose<ResourceAttributes> | undefined): void {
  for (const name of SELECTORS) {
    const selector = resource?.[name];
    const at = SPEC.child('resourceAttributes').child(name);
    if (!selector) continue;
    const { rawSelector = '', requirements = [] } = selector;
    const both = rawSelector !== '' && requirements.length > 0;
    const none = rawSelector === '' && requirements.length === 0;
    if (both) errs.invalid(at.child('rawSelector'), rawSelector, 'may not specified at the same time as requirements');
    if (none) {
      errs.required(at.child('requirements'), `when ${at} is specified, requirements or rawSelector is required`);
    }
  }
}

function validateSelf(errs: Errors, { spec = {}, metadata }: Review): void {
  validateWhat(errs, spec);
  validateSelectors(errs, spec.resourceAttributes);
  validateEmptyMeta(errs, metadata, false);
}

function validateSubject(errs: Errors, spec: Spec): void {
  validateWhat(errs, spec);
  if (!spec.user && !spec.groups?.length) {
    errs.invalid(SPEC.child('user'), spec.user ?? '', 'at least one of user or group must be specified');
  }
  validateSelectors(errs, spec.resourceAttributes);
}

function validateReview(errs: Errors, { spec = {}, metadata }: Review): void {
  validateSubject(errs, spec);
  validateEmptyMeta(errs, metadata, false);
}

function validateLocal(errs: Errors, { spec = {}, metadata }: Review): void {
  const { resourceAttributes: resource, nonResourceAttributes: other } = spec;
  validateSubject(errs, spec);
  validateEmptyMeta(errs, metadata, true);
  if (resource && (resource.namespace ?? '') !== (metadata?.namespace ?? '')) {
    const at = Path.of('spec.resourceAttributes.namespace');
    errs.invalid(at, resource.namespace ?? '', 'must match metadata.namespace');
  }
  if (other)
    errs.invalid(
      Path.of('spec.nonResourceAttributes'),
      printStruct(PATHS, other),
      'disallowed on this kind of request',
    );
}

function validateEmptyMeta(errs: Errors, meta: Meta | undefined, namespaced: boolean): void {
  const { managedFields: _, namespace, creationTimestamp: __, ...rest } = meta ?? {};
  const empty = Object.values(rest).every((value) => value === undefined || value === '');
  const detail = namespaced ? 'must be empty except for namespace' : 'must be empty';
  if (!empty || (namespace && !namespaced)) errs.invalid(METADATA, meta, detail);
}

interface LogOptions {
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
  readonly stream?: string;
}

function validateLogOptions(errs: Errors, options: LogOptions): void {
  const { tailLines: tail = 0, limitBytes: limit = 1, sinceSeconds: since, sinceTime, stream } = options;
  const tooSmall = 'must be greater than 0';
  if (tail < 0) errs.invalid(Path.of('tailLines'), tail, NEGATIVE);
  if (limit < 1) errs.invalid(Path.of('limitBytes'), limit, tooSmall);
  if (since !== undefined && sinceTime !== undefined) {
    errs.forbidden(NO_PATH, 'at most one of `sinceTime` or `sinceSeconds` may be specified');
  } else if (since !== undefined && since < 1) errs.invalid(Path.of('sinceSeconds'), since, tooSmall);
  if (stream !== undefined) errs.forbidden(Path.of('stream'), 'may not be specified');
}

export const AUTH: RuleTable = {
  'authentication.k8s.io/TokenRequest': { create: validateTokenRequest },
  'authorization.k8s.io/SubjectAccessReview': { create: validateReview },
  'authorization.k8s.io/SelfSubjectAccessReview': { create: validateSelf },
  'authorization.k8s.io/LocalSubjectAccessReview': { create: validateLocal },
  '/PodLogOptions': { create: validateLogOptions },
};
