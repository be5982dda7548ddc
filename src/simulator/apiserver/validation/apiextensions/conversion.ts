// How objects of one version of a custom resource become those of another: not at all, or by a webhook.
import type { CustomResourceConversion } from '../../../../model/generated/apiextensions.v1.ts';
import { requiredEnum } from '../common.ts';
import type { Errors, Loose, Path } from '../field.ts';
import { isDns1035Label } from '../names.ts';
import { validateClientConfig } from '../webhooks.ts';

type Conversion = Loose<CustomResourceConversion>;

const REVIEWS = ['v1', 'v1beta1'];

export function validateConversion(
  errs: Errors,
  path: Path,
  conversion: Conversion | undefined,
  preserveUnknown: boolean,
): void {
  if (!conversion) return;
  const { strategy = '', webhook } = conversion;
  const config = path.child('webhookClientConfig');
  const versions = path.child('conversionReviewVersions');
  if (strategy !== 'None' && preserveUnknown) {
    errs.invalid(path.child('strategy'), strategy, 'must be None if spec.preserveUnknownFields is true');
  }
  requiredEnum(errs, path.child('strategy'), strategy, ['None', 'Webhook']);
  if (strategy === 'Webhook') {
    if (!webhook?.clientConfig) errs.required(config, 'required when strategy is set to Webhook');
    else validateClientConfig(errs, config, webhook.clientConfig);
    validateReviewVersions(errs, versions, webhook?.conversionReviewVersions ?? []);
    return;
  }
  const detail = 'should not be set when strategy is not set to Webhook';
  if (webhook?.clientConfig) errs.forbidden(config, detail);
  if (webhook?.conversionReviewVersions?.length) errs.forbidden(versions, detail);
}

function validateReviewVersions(errs: Errors, path: Path, versions: readonly string[]): void {
  if (versions.length === 0) {
    errs.required(path);
    return;
  }
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) errs.invalid(path.index(i), version, 'duplicate version');
    else errs.each(path.index(i), version, isDns1035Label(version));
  }
  if (!versions.some((v) => REVIEWS.includes(v))) {
    errs.invalid(path, versions, `must include at least one of ${REVIEWS.join(', ')}`);
  }
}
