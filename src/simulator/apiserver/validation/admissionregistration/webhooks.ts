// Webhooks that the API server asks before it stores an object.
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
} from '../../../../model/generated/admissionregistration.v1.ts';
import { optionalEnum, same } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateLabelSelector } from '../labels.ts';
import { validateMeta } from '../meta.ts';
import { isDns1035Label, nameIsDnsSubdomain } from '../names.ts';
import { fullyQualifiedName } from '../references.ts';
import { validateClientConfig } from '../webhooks.ts';
import {
  FAILURE_POLICIES,
  MATCH_POLICIES,
  REINVOCATION_POLICIES,
  validateMatchConditions,
  validateRule,
} from './rules.ts';

type Configuration = Loose<MutatingWebhookConfiguration>;
type Webhook = Loose<MutatingWebhook>;

const REVIEWS = ['v1', 'v1beta1'];
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const SIDE_EFFECTS = [...NO_SIDE_EFFECTS, 'Some', 'Unknown'];
const HOOKS = Path.of('webhooks');

/** What an update must not refuse because the stored object has it already. */
interface Tolerated {
  readonly sideEffects: boolean;
  readonly reviewVersions: boolean;
  readonly sameNames: boolean;
  readonly conditions: boolean;
}

const NOTHING: Tolerated = { sideEffects: false, reviewVersions: false, sameNames: false, conditions: false };

export function validateWebhooks(errs: Errors, o: Configuration, tolerated = NOTHING): void {
  validateMeta(errs, o.metadata, { namespaced: false, name: nameIsDnsSubdomain });
  const names = new Set<string>();
  for (const [i, hook] of (o.webhooks ?? []).entries()) {
    const { name = '', admissionReviewVersions: versions = [] } = hook;
    const at = HOOKS.index(i);
    validateWebhook(errs, at, hook, tolerated);
    validateReviewVersions(errs, at.child('admissionReviewVersions'), versions, tolerated.reviewVersions);
    if (names.has(name) && name !== '' && !tolerated.sameNames) errs.duplicate(at.child('name'), name);
    names.add(name);
  }
}

export function validateWebhooksUpdate(errs: Errors, now: Configuration, old: Configuration): void {
  const hooks = old.webhooks ?? [];
  const newHooks = now.webhooks ?? [];
  const recognized = (h: Webhook) => h.admissionReviewVersions?.some((v) => REVIEWS.includes(v));
  validateWebhooks(errs, now, {
    sideEffects: hooks.some((h) => !NO_SIDE_EFFECTS.includes(h.sideEffects ?? '')),
    reviewVersions: hooks.some((h) => h.admissionReviewVersions?.length && !recognized(h)),
    sameNames: new Set(hooks.map((h) => h.name)).size < hooks.length,
    conditions:
      hooks.length === newHooks.length && hooks.every((h, i) => same(h.matchConditions, newHooks[i]?.matchConditions)),
  });
}

function validateWebhook(errs: Errors, path: Path, hook: Webhook, tolerated: Tolerated): void {
  const { timeoutSeconds: timeout, sideEffects } = hook;
  fullyQualifiedName(errs, path.child('name'), hook.name ?? '');
  for (const [i, rule] of (hook.rules ?? []).entries()) validateRule(errs, path.child('rules').index(i), rule);
  optionalEnum(errs, path, 'failurePolicy', hook.failurePolicy, FAILURE_POLICIES);
  optionalEnum(errs, path, 'matchPolicy', hook.matchPolicy, MATCH_POLICIES);
  const effects = tolerated.sideEffects ? SIDE_EFFECTS : NO_SIDE_EFFECTS;
  if (sideEffects === undefined) {
    errs.required(path.child('sideEffects'), `must specify one of ${effects.join(', ')}`);
  } else optionalEnum(errs, path, 'sideEffects', sideEffects, effects);
  if (timeout !== undefined && (timeout > 30 || timeout < 1)) {
    errs.invalid(path.child('timeoutSeconds'), timeout, 'the timeout value must be between 1 and 30 seconds');
  }
  for (const name of ['namespaceSelector', 'objectSelector'] as const) {
    validateLabelSelector(errs, path.child(name), hook[name]);
  }
  optionalEnum(errs, path, 'reinvocationPolicy', hook.reinvocationPolicy, REINVOCATION_POLICIES);
  validateClientConfig(errs, path.child('clientConfig'), hook.clientConfig ?? {});
  if (!tolerated.conditions) validateMatchConditions(errs, path.child('matchConditions'), hook.matchConditions);
}

function validateReviewVersions(errs: Errors, path: Path, versions: readonly string[], anyVersion: boolean): void {
  if (versions.length === 0) {
    errs.required(path, `must specify one of ${REVIEWS.join(', ')}`);
    return;
  }
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) errs.invalid(path.index(i), version, 'duplicate version');
    else errs.each(path.index(i), version, isDns1035Label(version));
  }
  if (!anyVersion && !versions.some((v) => REVIEWS.includes(v))) {
    errs.invalid(path, versions, `must include at least one of ${REVIEWS.join(', ')}`);
  }
}
