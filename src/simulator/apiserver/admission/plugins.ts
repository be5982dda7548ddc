// The admission plugins in upstream's order. Models AllOrderedPlugins in pkg/kubeapiserver/options/plugins.go.
import type { Plugin } from './chain.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { priority } from './priority.ts';
import { serviceAccount } from './service-account.ts';

export function defaultPlugins(): readonly Plugin[] {
  return [namespaceLifecycle, serviceAccount, priority, defaultTolerationSeconds];
}
