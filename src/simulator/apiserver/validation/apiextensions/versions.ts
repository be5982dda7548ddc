// The versions of a CustomResourceDefinition as the API server holds them inside: what all versions have in common is
// held once, for the whole definition, and the messages name it there. Models the conversion from v1.
import type {
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from '../../../../model/generated/apiextensions.v1.ts';
import { same } from '../common.ts';
import type { Loose } from '../field.ts';

export type Version = CustomResourceDefinitionVersion;
export type LooseVersion = Loose<Version>;

/** What may differ by version, or be common to all. */
export type Shared = Pick<LooseVersion, 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields'>;

export interface Versions {
  readonly common: Shared;
  readonly each: readonly LooseVersion[];
}

const FIELDS = ['subresources', 'schema', 'additionalPrinterColumns', 'selectableFields'] as const;

const isThere = (value: unknown) => value !== undefined && !(Array.isArray(value) && value.length === 0);

export function splitVersions(spec: Loose<CustomResourceDefinitionSpec>): Versions {
  const versions = spec.versions ?? [];
  const [first] = versions;
  if (!first) return { common: {}, each: versions };
  const shared = FIELDS.filter((field) =>
    versions.every((v) => isThere(v[field]) && identical(v[field], first[field])),
  );
  const pick = (v: LooseVersion) => Object.fromEntries(shared.map((field) => [field, v[field]]));
  const without = (v: LooseVersion) =>
    Object.fromEntries(Object.entries(v).filter(([field]) => !shared.some((s) => s === field)));
  return { common: pick(first), each: versions.map(without) };
}

/** Not as `same`: an empty struct is there, an absent one is not. */
function identical(a: unknown, b: unknown): boolean {
  return same(a, b) && JSON.stringify(a) === JSON.stringify(b);
}
