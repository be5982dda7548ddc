// The admission plugins in upstream's order. Models AllOrderedPlugins in pkg/kubeapiserver/options/plugins.go.
import type { Plugin } from './chain.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { priority } from './priority.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { defaultIngressClass, defaultStorageClass } from './storage-class.ts';
import { storageObjectInUseProtection } from './storage-protection.ts';
import { taintNodesByCondition } from './taint-nodes.ts';

export function defaultPlugins(): readonly Plugin[] {
  return [
    namespaceLifecycle,
    serviceAccount,
    taintNodesByCondition,
    priority,
    defaultTolerationSeconds,
    defaultStorageClass,
    storageObjectInUseProtection,
    runtimeClass,
    defaultIngressClass,
  ];
}
