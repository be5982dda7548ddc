// Every behaviour, in groups that can share a cluster.
import { AUTH, EVENTS } from './auth-specs.ts';
import { BATCH } from './batch-specs.ts';
import { CUSTOM, PUBLISHED } from './custom-specs.ts';
import { DAEMONS } from './daemon-specs.ts';
import { DEPLOYMENTS } from './deployment-specs.ts';
import { DISCOVERIES } from './discovery-specs.ts';
import { CLAIMS } from './dra-specs.ts';
import { FIELD_CHECKS } from './fields-specs.ts';
import { GARBAGE } from './garbage-specs.ts';
import { NAMESPACE } from './namespace-specs.ts';
import { NETWORK } from './network-specs.ts';
import { OPERATIONS } from './operations-specs.ts';
import { PODS, SCHEDULING } from './pod-specs.ts';
import { POLICED } from './policy-specs.ts';
import { QUOTAS } from './quota-specs.ts';
import { REPLICAS } from './replica-specs.ts';
import { SIMPLE } from './simple-specs.ts';
import type { Spec } from './trial.ts';
import { VOLUMES } from './volume-specs.ts';
import { WATCHES } from './watch-specs.ts';

export const BEHAVIOURS: { readonly [group: string]: readonly Spec[] } = {
  auth: AUTH,
  batch: BATCH,
  claims: CLAIMS,
  custom: CUSTOM,
  daemons: DAEMONS,
  deployments: DEPLOYMENTS,
  discovery: DISCOVERIES,
  events: EVENTS,
  fields: FIELD_CHECKS,
  garbage: GARBAGE,
  namespaces: NAMESPACE,
  network: NETWORK,
  operations: OPERATIONS,
  pods: PODS,
  policies: POLICED,
  published: PUBLISHED,
  quota: QUOTAS,
  replicas: REPLICAS,
  scheduling: SCHEDULING,
  simple: SIMPLE,
  volumes: VOLUMES,
  watches: WATCHES,
};
