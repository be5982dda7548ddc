// A custom resource as the server needs it: what its CustomResourceDefinition says, worked out once.
import type { CustomResourceColumnDefinition, JSONSchemaProps } from '../../../model/generated/apiextensions.v1.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import type { TypeSchema } from '../../../model/schema.ts';

export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string | undefined;
}

export interface CustomType {
  /** Name of the definition: `widgets.example.com`. */
  readonly definition: string;
  readonly schema: JSONSchemaProps;
  /** For decoding: the envelope alone, everything else kept. */
  readonly envelope: TypeSchema;
  /** For ownership and differences. */
  readonly type: TypeSchema;
  readonly hasStatus: boolean;
  readonly scale: ScalePaths | undefined;
  readonly columns: readonly CustomResourceColumnDefinition[] | undefined;
  readonly selectableFields: readonly string[];
  /** What callers are told of a deprecated version. */
  readonly deprecation: string | undefined;
}

export interface CustomResourceInfo extends ResourceInfo {
  readonly custom: CustomType;
  readonly listKind: string;
  readonly storageVersion: string;
}

export function isCustom(r: ResourceInfo): r is CustomResourceInfo {
  return 'custom' in r;
}

export function listKindOf(r: ResourceInfo): string {
  return isCustom(r) ? r.listKind : `${r.kind}List`;
}
