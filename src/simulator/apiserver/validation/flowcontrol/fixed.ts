// The priority levels and schemas that nobody may change, and how a changed one is printed.
import type { FlowSchemaSpec, PriorityLevelConfigurationSpec } from '../../../../model/generated/flowcontrol.v1.ts';
import { listOf, printStruct, type StructField, structOf } from '../structs.ts';

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

const NAMED: readonly StructField[] = [['Name', 'name', '']];

const SUBJECT: readonly StructField[] = [
  ['Kind', 'kind', ''],
  ['User', 'user', null, structOf(NAMED)],
  ['Group', 'group', null, structOf(NAMED)],
  ['ServiceAccount', 'serviceAccount', null, structOf([['Namespace', 'namespace', ''], ...NAMED])],
];

const RESOURCE_RULE: readonly StructField[] = [
  ['Verbs', 'verbs', null],
  ['APIGroups', 'apiGroups', null],
  ['Resources', 'resources', null],
  ['ClusterScope', 'clusterScope', false],
  ['Namespaces', 'namespaces', null],
];

const URL_RULE: readonly StructField[] = [
  ['Verbs', 'verbs', null],
  ['NonResourceURLs', 'nonResourceURLs', null],
];

const RULES: readonly StructField[] = [
  ['Subjects', 'subjects', null, listOf(structOf(SUBJECT))],
  ['ResourceRules', 'resourceRules', null, listOf(structOf(RESOURCE_RULE))],
  ['NonResourceRules', 'nonResourceRules', null, listOf(structOf(URL_RULE))],
];

const SCHEMA: readonly StructField[] = [
  ['PriorityLevelConfiguration', 'priorityLevelConfiguration', { Name: '' }, structOf(NAMED)],
  ['MatchingPrecedence', 'matchingPrecedence', 0],
  ['DistinguisherMethod', 'distinguisherMethod', null, structOf([['Type', 'type', '']])],
  ['Rules', 'rules', null, listOf(structOf(RULES))],
];

const QUEUING: readonly StructField[] = [
  ['Queues', 'queues', 0],
  ['HandSize', 'handSize', 0],
  ['QueueLengthLimit', 'queueLengthLimit', 0],
];

const RESPONSE: readonly StructField[] = [
  ['Type', 'type', ''],
  ['Queuing', 'queuing', null, structOf(QUEUING)],
];

const LIMITED: readonly StructField[] = [
  ['NominalConcurrencyShares', 'nominalConcurrencyShares', 0],
  ['LimitResponse', 'limitResponse', printStruct(RESPONSE, {}), structOf(RESPONSE)],
  ['LendablePercent', 'lendablePercent', null],
  ['BorrowingLimitPercent', 'borrowingLimitPercent', null],
];

const EXEMPT: readonly StructField[] = [
  ['NominalConcurrencyShares', 'nominalConcurrencyShares', null],
  ['LendablePercent', 'lendablePercent', null],
];

const LEVEL: readonly StructField[] = [
  ['Type', 'type', ''],
  ['Limited', 'limited', null, structOf(LIMITED)],
  ['Exempt', 'exempt', null, structOf(EXEMPT)],
];

export const printedSchema = structOf(SCHEMA);
export const printedLevel = structOf(LEVEL);
