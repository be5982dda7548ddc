// The Go structs behind the OpenAPI documents: ../generated/go-types.json for what kubectl's binary holds, the table below for the aggregated
// API servers' types and for what is new in v1.36. Source: k8s.io/api, k8s.io/apimachinery, k8s.io/apiextensions-apiserver and
// k8s.io/kube-aggregator, v0.36.
import fs from 'node:fs';
import path from 'node:path';

/** How Go writes a field: `a` always, `n` always with null for nil, `p` unless nil (a pointer), "": unless empty. */
export type Presence = 'a' | 'n' | 'p' | '';

export interface GoField {
  readonly name: string;
  readonly presence: Presence;
  /** Named type: `v1.PullPolicy`, `[]v1.Capability`. */
  readonly type?: string;
  /** The embedded structs it comes through. */
  readonly embedded?: string;
}

/** `type: field field:presence field:presence=NamedType …`, in the order of the struct. */
const MORE = `
apiextensions.v1.CustomResourceDefinition: kind apiVersion metadata:a spec:a status:a
apiextensions.v1.CustomResourceDefinitionSpec: group:a names:a scope:a=ResourceScope versions:n conversion:p preserveUnknownFields
apiextensions.v1.CustomResourceDefinitionVersion: name:a served:a storage:a deprecated deprecationWarning:p schema:p subresources:p additionalPrinterColumns selectableFields
apiextensions.v1.CustomResourceColumnDefinition: name:a type:a format description priority jsonPath:a
apiextensions.v1.CustomResourceDefinitionNames: plural:a singular shortNames kind:a listKind categories
apiextensions.v1.CustomResourceDefinitionCondition: type:a=CustomResourceDefinitionConditionType status:a=ConditionStatus lastTransitionTime:a reason message observedGeneration
apiextensions.v1.CustomResourceDefinitionStatus: conditions:n acceptedNames:a storedVersions:n observedGeneration
apiextensions.v1.CustomResourceConversion: strategy:a=ConversionStrategyType webhook:p
apiextensions.v1.WebhookConversion: clientConfig:p conversionReviewVersions:n
apiextensions.v1.WebhookClientConfig: url:p service:p caBundle
apiextensions.v1.ServiceReference: namespace:a name:a path:p port:p
apiextensions.v1.CustomResourceSubresourceScale: specReplicasPath:a statusReplicasPath:a labelSelectorPath:p
apiextensions.v1.JSONSchemaProps: id $schema:=JSONSchemaURL $ref:p description type format title default:p maximum:p exclusiveMaximum minimum:p exclusiveMinimum maxLength:p minLength:p pattern maxItems:p minItems:p uniqueItems multipleOf:p enum maxProperties:p minProperties:p required items:p allOf oneOf anyOf not:p properties additionalProperties:p patternProperties dependencies additionalItems:p definitions externalDocs:p example:p nullable x-kubernetes-preserve-unknown-fields:p x-kubernetes-embedded-resource x-kubernetes-int-or-string x-kubernetes-list-map-keys x-kubernetes-list-type:p x-kubernetes-map-type:p x-kubernetes-validations
apiextensions.v1.ValidationRule: rule:a message messageExpression reason:p=FieldValueErrorReason fieldPath optionalOldSelf:p
apiregistration.v1.APIService: kind apiVersion metadata:a spec:a status:a
apiregistration.v1.APIServiceSpec: service:p group version insecureSkipTLSVerify caBundle groupPriorityMinimum:a versionPriority:a
apiregistration.v1.APIServiceCondition: type:a=APIServiceConditionType status:a=ConditionStatus lastTransitionTime:a reason message
apiregistration.v1.ServiceReference: namespace name port:p
core.v1.PodSchedulingGroup: podGroupName:p
core.v1.ResourceHealth: message:p
resource.v1.NodeAllocatableResourceMapping: capacityKey:p=QualifiedName allocationMultiplier:p
storage.v1.CSIDriverSpec: preventPodSchedulingIfMissing:p
`;

function parseLine(line: string): [type: string, fields: GoField[]] {
  const [type = '', rest = ''] = line.split(': ');
  const version = type.split('.').at(-2) ?? 'v1';
  const fields = rest.split(' ').map((word): GoField => {
    const [, name = '', presence = '', named] = /^([^:]+)(?::([anp]?)(?:=(\w+))?)?$/.exec(word) ?? [];
    if (!name) throw new Error(`schema-go.ts: cannot read "${word}" of ${type}`);
    return { name, presence: presence as Presence, ...(named ? { type: `${version}.${named}` } : {}) };
  });
  return [type, fields];
}

/** `type → fields in the order of the struct`. */
export function goTypes(): Map<string, GoField[]> {
  const text = fs.readFileSync(path.resolve(import.meta.dirname, '../generated/go-types.json'), 'utf8');
  const rows = Object.entries(JSON.parse(text) as Record<string, [string, Presence, string?, string?][]>);
  const out = new Map(
    rows.map(([type, fields]): [string, GoField[]] => [
      type,
      fields.map(([name, presence, named, embedded]) => ({
        name,
        presence,
        ...(named ? { type: named } : {}),
        ...(embedded ? { embedded } : {}),
      })),
    ]),
  );
  for (const [type, fields] of MORE.trim().split('\n').map(parseLine))
    out.set(type, [...(out.get(type) ?? []), ...fields]);
  return out;
}
