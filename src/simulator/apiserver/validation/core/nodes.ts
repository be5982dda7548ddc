// Models the checks of Nodes.
import type { Node, NodeConfigSource, Taint } from '../../../../model/generated/core.v1.ts';
import { positive, qualifiedName, quantity, requiredEnum, sortedKeys } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { isIpv6, validateLegacyCidr } from '../ip.ts';
import { METADATA, validateMeta, validateMetaUpdate } from '../meta.ts';
import { isConfigMapKey, isDns1123Label, isDns1123Subdomain, isLabelValue, nameIsDnsSubdomain } from '../names.ts';
import { TAINT_EFFECTS } from '../pods/enums.ts';
import { validateResourceQuantity } from '../resourcenames.ts';
import { Ordered } from '../value.ts';

type LooseNode = Loose<Node>;

const CIDRS = Path.of('spec', 'podCIDRs');
const FEATURES = Path.of('status', 'declaredFeatures');

/** Upstream calls the path of the taints `metadata.taints`. */
function validateTaints(errs: Errors, taints: readonly Loose<Taint>[]): void {
  const seen = new Set<string>();
  for (const [i, taint] of taints.entries()) {
    const at = METADATA.child('taints').index(i);
    const { key = '', value = '', effect = '' } = taint;
    qualifiedName(errs, at.child('key'), key);
    const messages = isLabelValue(value);
    if (messages.length > 0) errs.invalid(at.child('value'), value, messages.join(';'));
    requiredEnum(errs, at.child('effect'), effect, TAINT_EFFECTS);
    const pair = `${effect} ${key}`;
    if (seen.has(pair)) errs.duplicate(at, taintValue(taint), 'taints must be unique by key and effect pair');
    seen.add(pair);
  }
}

function taintValue({ key = '', value = '', effect = '', timeAdded }: Loose<Taint>): Ordered {
  return new Ordered([
    ['Key', key],
    ['Value', value],
    ['Effect', effect],
    ['TimeAdded', timeAdded],
  ]);
}

function validateAmounts(errs: Errors, o: LooseNode): void {
  for (const field of ['capacity', 'allocatable'] as const) {
    const amounts = o.status?.[field];
    for (const name of sortedKeys(amounts)) {
      validateResourceQuantity(errs, Path.of('status', field, name), name, quantity(amounts?.[name]));
    }
  }
}

function validateFeatures(errs: Errors, features: readonly string[]): void {
  for (const [i, feature] of features.entries()) {
    if (feature.length > 253) {
      const detail = `invalid feature name ${JSON.stringify(feature)}: must be no more than 253 characters`;
      errs.invalid(FEATURES.index(i), feature, detail);
    } else if (!/^[A-Z][A-Za-z0-9]*(\/[A-Za-z0-9]+)*$/.test(feature)) {
      const detail = `invalid feature name ${JSON.stringify(feature)}: must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes`;
      errs.invalid(FEATURES.index(i), feature, detail);
    }
    const next = features[i + 1];
    if (next === undefined) continue;
    if (feature === next) errs.duplicate(FEATURES.index(i + 1), next);
    else if (feature > next) errs.invalid(FEATURES.index(i + 1), next, 'list must be sorted alphabetically');
  }
}

const declared = (o: LooseNode): readonly string[] =>
  (o.status as { readonly declaredFeatures?: readonly string[] } | undefined)?.declaredFeatures ?? [];

export function validateNode(errs: Errors, o: LooseNode): void {
  validateMeta(errs, o.metadata, { namespaced: false, name: nameIsDnsSubdomain });
  validateTaints(errs, o.spec?.taints ?? []);
  validateAmounts(errs, o);
  const swap = o.status?.nodeInfo?.swap?.capacity;
  if (swap !== undefined) positive(errs, METADATA.child('nodeSwapStatus'), 'capacity', swap);
  validateFeatures(errs, declared(o));
  const cidrs = o.spec?.podCIDRs ?? [];
  for (const [i, cidr] of cidrs.entries()) validateLegacyCidr(errs, CIDRS.index(i), cidr);
  if (cidrs.length < 2) return;
  const v6 = cidrs.filter((cidr) => isIpv6(cidr.slice(0, cidr.indexOf('/')))).length;
  if (cidrs.length > 2 || v6 !== 1) {
    errs.invalid(CIDRS, cidrs, 'may specify no more than one CIDR for each IP family');
  }
}

export function validateNodeUpdate(errs: Errors, now: LooseNode, old: LooseNode): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateAmounts(errs, now);
  validateFeatures(errs, declared(now));
  const addresses = new Set<string>();
  for (const [i, { type = '', address = '' }] of (now.status?.addresses ?? []).entries()) {
    const key = `${type} ${address}`;
    if (addresses.has(key)) {
      const shown = new Ordered([
        ['Type', type],
        ['Address', address],
      ]);
      errs.duplicate(Path.of('status', 'addresses').index(i), shown);
    }
    addresses.add(key);
  }
  validateFixed(errs, now, old);
  const config = now.spec?.configSource;
  if (config) validateConfigSource(errs, Path.of('spec', 'configSource'), config, false);
  for (const field of ['assigned', 'active', 'lastKnownGood'] as const) {
    const source = now.status?.config?.[field];
    if (source) validateConfigSource(errs, Path.of('status', 'config', field), source, true);
  }
  validateTaints(errs, now.spec?.taints ?? []);
  if ((now.spec?.externalID ?? '') !== (old.spec?.externalID ?? '')) {
    errs.forbidden(Path.of('spec', 'externalID'), 'may not be updated');
  }
}

function validateFixed(errs: Errors, now: LooseNode, old: LooseNode): void {
  const cidrs = now.spec?.podCIDRs ?? [];
  const before = old.spec?.podCIDRs ?? [];
  const detail = (field: string): string => `node updates may not change ${field} except from "" to valid`;
  if (before.length > 0 && before.length !== cidrs.length) errs.forbidden(CIDRS, detail('podCIDR'));
  else for (const [i, cidr] of before.entries()) if (cidr !== cidrs[i]) errs.forbidden(CIDRS, detail('podCIDR'));
  if (old.spec?.providerID && old.spec.providerID !== now.spec?.providerID) {
    errs.forbidden(Path.of('spec', 'providerID'), detail('providerID'));
  }
}

const ONE_SOURCE = 'exactly one reference subfield must be non-nil';

/** Nothing reads this field any more; what it holds must still be sound. */
function validateConfigSource(errs: Errors, path: Path, source: Loose<NodeConfigSource>, inStatus: boolean): void {
  const at = path.child('configMap');
  const map = source.configMap;
  if (!map) {
    errs.invalid(path, new Ordered([['ConfigMap', undefined]]), ONE_SOURCE);
    return;
  }
  for (const field of ['uid', 'resourceVersion'] as const) {
    if (inStatus && !map[field]) errs.required(at.child(field));
    if (!inStatus && map[field]) errs.forbidden(at.child(field), `${field} must not be set in spec`);
  }
  for (const [field, check] of [
    ['namespace', isDns1123Label],
    ['name', isDns1123Subdomain],
    ['kubeletConfigKey', isConfigMapKey],
  ] as const) {
    const value = map[field];
    if (!value) errs.required(at.child(field));
    else errs.each(at.child(field), value, check(value));
  }
}
