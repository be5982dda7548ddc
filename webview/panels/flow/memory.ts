// What the panel remembers while it is hidden, moved to another window, or reloaded.
import { type Filter, NO_FILTER } from '../../scene/filter.ts';
import type { Grouping } from '../../scene/groups.ts';
import { type Focus, parseFocus } from '../../scene/inside/focus.ts';
import type { Axis } from '../../scene/timeline.ts';
import type { Shown } from './futures.ts';

export const TABS = ['cluster', 'sequence', 'timeline', 'transcript'] as const;
export type Tab = (typeof TABS)[number];

export interface Memory {
  /** The trace that `stepId` belongs to. */
  readonly source: string;
  readonly stepId: number;
  /** The file that the trace came from, so that it is there again after a reload; `''` where it came from none. */
  readonly file: string;
  readonly tab: Tab;
  readonly speed: number;
  readonly filter: Filter;
  /** Of a fork: what of it was shown. */
  readonly shown: Shown;
  /** Of the sequence, and of the timeline. */
  readonly grouping: Grouping;
  readonly axis: Axis;
  /** Steps of the sequence that are opened to those who were told of them. */
  readonly opened: readonly number[];
  /** What the Cluster reading looks into; absent for the whole cluster. */
  readonly focus?: Focus | undefined;
}

const GROUPINGS: readonly Grouping[] = ['none', 'object', 'cause'];
const AXES: readonly Axis[] = ['cut', 'scale', 'clock'];
const SHOWN: readonly Shown[] = ['trace', 'without', 'with', 'both'];

export const FRESH: Memory = {
  source: '',
  stepId: 0,
  file: '',
  tab: 'cluster',
  speed: 1,
  filter: NO_FILTER,
  shown: 'trace',
  grouping: 'none',
  axis: 'cut',
  opened: [],
};

/** What VS Code kept for us, as far as it can be used. */
export function recall(state: unknown): Memory {
  if (typeof state !== 'object' || state === null) return FRESH;
  const kept = state as { readonly [field: string]: unknown };
  const filter = (typeof kept.filter === 'object' && kept.filter !== null ? kept.filter : {}) as {
    readonly [f: string]: unknown;
  };
  const focus = parseFocus(kept.focus);
  return {
    ...(focus ? { focus } : {}),
    source: typeof kept.source === 'string' ? kept.source : FRESH.source,
    file: typeof kept.file === 'string' ? kept.file : FRESH.file,
    stepId: typeof kept.stepId === 'number' ? kept.stepId : FRESH.stepId,
    tab: TABS.find((tab) => tab === kept.tab) ?? FRESH.tab,
    speed: typeof kept.speed === 'number' && kept.speed > 0 ? kept.speed : FRESH.speed,
    shown: SHOWN.find((shown) => shown === kept.shown) ?? FRESH.shown,
    grouping: GROUPINGS.find((grouping) => grouping === kept.grouping) ?? FRESH.grouping,
    axis: AXES.find((axis) => axis === kept.axis) ?? FRESH.axis,
    opened: Array.isArray(kept.opened)
      ? kept.opened.filter((id): id is number => typeof id === 'number')
      : FRESH.opened,
    filter: {
      hideRoutine: filter.hideRoutine !== false,
      namespace: typeof filter.namespace === 'string' ? filter.namespace : '',
      query: typeof filter.query === 'string' ? filter.query : '',
      ...(typeof filter.object === 'string' ? { object: filter.object } : {}),
      ...(filter.family === true ? { family: true } : {}),
      ...(typeof filter.component === 'string' ? { component: filter.component } : {}),
      ...(typeof filter.kind === 'string' ? { kind: filter.kind } : {}),
    },
  };
}
