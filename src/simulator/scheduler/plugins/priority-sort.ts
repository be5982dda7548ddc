// Pods of higher priority are tried first; among equals the one that has waited longer.
// Models pkg/scheduler/framework/plugins/queuesort.
import type { Plugin } from '../framework/plugin.ts';
import { PRIORITY_SORT } from './names.ts';

export function prioritySort(): Plugin {
  return {
    name: PRIORITY_SORT,
    less: (a, b) =>
      a.info.priority > b.info.priority || (a.info.priority === b.info.priority && a.timestamp < b.timestamp),
  };
}
