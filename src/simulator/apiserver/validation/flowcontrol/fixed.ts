// The priority levels and schemas that nobody may change, and how a changed one is printed.
import type { FlowSchemaSpec, PriorityLevelConfigurationSpec } from '../../../../model/generated/flowcontrol.v1.ts';
import { fieldsOf, listOf, type StructTable, structOf } from '../structs.ts';

const ALL = ['*'];
const EVERYTHING = {
  resourceRules: [{ verbs: ALL, apiGroups: ALL, resources: ALL, clusterScope: true, namespaces: ALL }],
  nonResourceRules: [{ verbs: ALL, nonResourceURLs: ALL }],
};
const group = (name: string) => ({ kind: 'Group', group: { name } });

export const FIXED_SCHEMAS: { readonly [name: string]: FlowSchemaSpec } = {
  exempt: {
    priorityLevelConfiguration: { name: 'exempt' },
    matchingPrecedence: 1,
    rules: [{ subjects: [group('system:masters')], ...EVERYTHING }],
  },
  'catch-all': {
    priorityLevelConfiguration: { name: 'catch-all' },
    matchingPrecedence: 10_000,
    distinguisherMethod: { type: 'ByUser' },
    rules: [{ subjects: [group('system:unauthenticated'), group('system:authenticated')], ...EVERYTHING }],
  },
};

export const FIXED_LEVELS: { readonly [name: string]: PriorityLevelConfigurationSpec } = {
  exempt: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  'catch-all': {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
  },
};

const struct = (table: StructTable) => structOf(fieldsOf(table));
const structs = (table: StructTable) => listOf(struct(table));

const SUBJECT: StructTable = {
  Kind: '',
  User: struct({ Name: '' }),
  Group: struct({ Name: '' }),
  ServiceAccount: struct({ Namespace: '', Name: '' }),
};

const RULES: StructTable = {
  Subjects: structs(SUBJECT),
  ResourceRules: structs({ Verbs: null, APIGroups: null, Resources: null, ClusterScope: false, Namespaces: null }),
  NonResourceRules: structs({ Verbs: null, NonResourceURLs: null }),
};

export const printedSchema = struct({
  PriorityLevelConfiguration: struct({ Name: '' }),
  MatchingPrecedence: 0,
  DistinguisherMethod: struct({ Type: '' }),
  Rules: structs(RULES),
});

export const printedLevel = struct({
  Type: '',
  Limited: struct({
    NominalConcurrencyShares: 0,
    LimitResponse: struct({ Type: '', Queuing: struct({ Queues: 0, HandSize: 0, QueueLengthLimit: 0 }) }),
    LendablePercent: null,
    BorrowingLimitPercent: null,
  }),
  Exempt: struct({ NominalConcurrencyShares: null, LendablePercent: null }),
});
