// The functions and variables of expressions in a cluster. Models k8s.io/apiserver/pkg/cel/environment/base.go and
// k8s.io/apiserver/pkg/admission/plugin/cel/compile.go.
import {
  BASE,
  type Environment,
  environment,
  extended,
  functionTable,
  JSON_PATCH,
  type TypeProvider,
} from '../../../cel/index.ts';
import { BOOL, DYN, INT, listOf, mapOf, objectType, STRING, TIMESTAMP, type Type } from '../../../cel/types.ts';
import { ADDRESSES } from './addresses.ts';
import { AUTHORIZER_LIBRARY, AUTHORIZER_TYPE, RESOURCE_CHECK_TYPE } from './authorizer.ts';
import { FORMAT_LIBRARY } from './formats.ts';

const CLUSTER = [...BASE, AUTHORIZER_LIBRARY, ADDRESSES, FORMAT_LIBRARY];

/** What every expression of a cluster may use. */
export const BASE_ENVIRONMENT: Environment = environment({ functions: functionTable(...CLUSTER) });

type Fields = { readonly [name: string]: Type };

const GVK: Fields = { group: STRING, version: STRING, kind: STRING };
const GVR: Fields = { group: STRING, version: STRING, resource: STRING };
const texts = listOf(STRING);
const labels = mapOf(STRING, STRING);
const k8s = (name: string): Type => objectType(`kubernetes.${name}`);

/** The objects with declared fields. Some fields of a Namespace are left out by design. */
const OBJECTS: { readonly [type: string]: Fields } = {
  'kubernetes.GroupVersionKind': GVK,
  'kubernetes.GroupVersionResource': GVR,
  'kubernetes.UserInfo': { username: STRING, uid: STRING, groups: texts, extra: mapOf(STRING, texts) },
  'kubernetes.AdmissionRequest': {
    kind: k8s('GroupVersionKind'),
    resource: k8s('GroupVersionResource'),
    subResource: STRING,
    requestKind: k8s('GroupVersionKind'),
    requestResource: k8s('GroupVersionResource'),
    requestSubResource: STRING,
    name: STRING,
    namespace: STRING,
    operation: STRING,
    userInfo: k8s('UserInfo'),
    dryRun: BOOL,
    options: DYN,
  },
  'kubernetes.Namespace': {
    metadata: k8s('NamespaceMetadata'),
    spec: k8s('NamespaceSpec'),
    status: k8s('NamespaceStatus'),
  },
  'kubernetes.NamespaceMetadata': {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels,
    annotations: labels,
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: texts,
  },
  'kubernetes.NamespaceSpec': { finalizers: texts },
  'kubernetes.NamespaceStatus': { conditions: listOf(k8s('NamespaceCondition')), phase: STRING },
  'kubernetes.NamespaceCondition': {
    status: STRING,
    type: STRING,
    lastTransitionTime: TIMESTAMP,
    message: STRING,
    reason: STRING,
  },
};

const REQUEST_TYPES: TypeProvider = {
  field: (type, name) => {
    const fields = OBJECTS[type];
    return fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
  },
  constructs: () => false,
};

const PATCH_FIELDS: Fields = { op: STRING, path: STRING, from: STRING, value: DYN };
export const OBJECT_TYPE = objectType('Object');
export const PATCH_TYPE = objectType('JSONPatch');
const isObject = (type: string): boolean => type === 'Object' || type.startsWith('Object.');

/** `Object{spec: Object.spec{…}}` and `JSONPatch{…}`: fields of objects may have any name. Models pkg/cel/mutation. */
const PATCH_TYPES: TypeProvider = {
  field: (type, name) => {
    if (isObject(type)) return DYN;
    return type === 'JSONPatch' && Object.hasOwn(PATCH_FIELDS, name) ? PATCH_FIELDS[name] : undefined;
  },
  constructs: (type) => isObject(type) || type === 'JSONPatch',
};

export interface EnvironmentOptions {
  readonly params: boolean;
  readonly authorizer: boolean;
  /** For mutations. */
  readonly patches?: boolean;
  /** The type of object and oldObject, and of params, where it is known; for warnings only. */
  readonly types?: { readonly object: Type; readonly params?: Type; readonly provider: TypeProvider };
}

const made = new Map<string, Environment>();

function build({ params, authorizer, patches, types }: EnvironmentOptions): Environment {
  const functions = patches ? functionTable(...CLUSTER, JSON_PATCH) : BASE_ENVIRONMENT.functions;
  const object = types?.object ?? DYN;
  const variables: [string, Type][] = [
    ['object', object],
    ['oldObject', object],
    ['namespaceObject', k8s('Namespace')],
    ['request', k8s('AdmissionRequest')],
    ...(params ? [['params', types?.params ?? DYN] as [string, Type]] : []),
    ...(authorizer
      ? ([
          ['authorizer', AUTHORIZER_TYPE],
          ['authorizer.requestResource', RESOURCE_CHECK_TYPE],
        ] as [string, Type][])
      : []),
  ];
  const providers = [REQUEST_TYPES, ...(patches ? [PATCH_TYPES] : []), ...(types ? [types.provider] : [])];
  return extended({ ...BASE_ENVIRONMENT, functions }, variables, providers);
}

/** What policies and conditions of webhooks may use. */
export function admissionEnvironment(options: EnvironmentOptions): Environment {
  if (options.types) return build(options);
  const key = `${options.params}/${options.authorizer}/${options.patches ?? false}`;
  const known = made.get(key) ?? build(options);
  made.set(key, known);
  return known;
}
