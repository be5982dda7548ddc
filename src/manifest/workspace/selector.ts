// Labels and selectors as they stand in a text, which may be half-written.
import type { LabelSelector, LabelSelectorRequirement } from '../../model/generated/meta.v1.ts';
import { isRecord } from '../../model/object.ts';
import type { PlainObject } from '../plain.ts';
import type { Labels } from './facts.ts';

export function labelsOf(value: unknown): Labels {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** The selector, or undefined where part of it cannot be read. */
export function selectorFrom(value: PlainObject, plain: boolean): LabelSelector | undefined {
  const labels = plain ? value : value.matchLabels;
  if (labels !== undefined && !isRecord(labels)) return undefined;
  if (Object.values(labels ?? {}).some((label) => typeof label !== 'string')) return undefined;
  const matchLabels = labelsOf(labels);
  const given = plain ? [] : value.matchExpressions;
  const matchExpressions: LabelSelectorRequirement[] = [];
  for (const one of Array.isArray(given) ? given : []) {
    if (
      !isRecord(one) ||
      typeof one.key !== 'string' ||
      !/^(In|NotIn|Exists|DoesNotExist)$/.test(String(one.operator))
    ) {
      return undefined;
    }
    const values = Array.isArray(one.values) ? one.values : [];
    if (!values.every((item) => typeof item === 'string')) return undefined;
    matchExpressions.push({ key: one.key, operator: String(one.operator), values });
  }
  return { matchLabels, ...(matchExpressions.length > 0 && { matchExpressions }) };
}
