// The rules of Events, which two groups serve: v1 asks for little, events.k8s.io/v1 for more.
import type { Event as CoreEvent } from '../../../../model/generated/core.v1.ts';
import type { Event as NewEvent } from '../../../../model/generated/events.v1.ts';
import { immutable, qualifiedName, same } from '../common.ts';
import { type Errors, type Loose, Path } from '../field.ts';
import { validateMeta, validateMetaUpdate } from '../meta.ts';
import { isDns1123Subdomain, nameIsDnsSubdomain, nameIsPathSegment } from '../names.ts';
import type { RuleTable } from '../rules.ts';

type Event = Loose<CoreEvent>;

const MAX = 128;
const MAX_NOTE = 1024;

/** An Event of the newer group with the names of the older: the messages name its fields so. */
function asCore(event: Loose<NewEvent>): Event {
  const { apiVersion: _, regarding, note, reportingController, ...rest } = event;
  const { deprecatedSource, deprecatedCount, deprecatedFirstTimestamp, deprecatedLastTimestamp, ...same } = rest;
  return {
    ...same,
    ...(regarding ? { involvedObject: regarding } : {}),
    ...(note === undefined ? {} : { message: note }),
    ...(reportingController === undefined ? {} : { reportingComponent: reportingController }),
    ...(deprecatedSource ? { source: deprecatedSource } : {}),
    ...(deprecatedCount === undefined ? {} : { count: deprecatedCount }),
    ...(deprecatedFirstTimestamp === undefined ? {} : { firstTimestamp: deprecatedFirstTimestamp }),
    ...(deprecatedLastTimestamp === undefined ? {} : { lastTimestamp: deprecatedLastTimestamp }),
  };
}

/** What both groups ask for. */
function validateEvent(errs: Errors, event: Event, controllerField: string): void {
  const namespace = event.metadata?.namespace ?? '';
  const involved = event.involvedObject?.namespace ?? '';
  const withoutNamespace = event.eventTime ? ['default', 'kube-system'] : ['', 'default'];
  const fits = involved === '' ? withoutNamespace.includes(namespace) : event.eventTime || involved === namespace;
  if (!fits) errs.invalid(Path.of('involvedObject', 'namespace'), involved, 'does not match event.namespace');
  if (event.eventTime) validateTimed(errs, event, controllerField);
  errs.each(Path.of('namespace'), namespace, isDns1123Subdomain(namespace));
}

function validateTimed(errs: Errors, event: Event, controllerField: string): void {
  const { reportingComponent: controller = '', message = '' } = event;
  const at = Path.of(controllerField);
  if (controller === '') errs.required(at);
  qualifiedName(errs, at, controller);
  for (const field of ['reportingInstance', 'action', 'reason'] as const) {
    const value = event[field] ?? '';
    if (value === '') errs.required(Path.of(field));
    if (value.length > MAX) errs.invalid(Path.of(field), '', `can have at most ${MAX} characters`);
  }
  if (message.length > MAX_NOTE) errs.invalid(Path.of('message'), '', `can have at most ${MAX_NOTE} characters`);
}

function validateSeries(errs: Errors, { series }: Event): void {
  if (!series) return;
  if ((series.count ?? 0) < 2) errs.invalid(Path.of('series.count'), '', 'should be at least 2');
  if (!series.lastObservedTime) errs.required(Path.of('series.lastObservedTime'));
}

function validateCore(errs: Errors, event: Event): void {
  validateEvent(errs, event, 'reportingComponent');
  // What is asked of every kind comes after what the kind asks.
  if (errs.count > 0) return;
  validateMeta(errs, event.metadata, { namespaced: true, name: nameIsPathSegment, anyFinalizer: true });
}

const UNSET = ['firstTimestamp', 'lastTimestamp', 'count', 'source'] as const;

function validateNew(errs: Errors, given: Loose<NewEvent>): void {
  const event = asCore(given);
  const { type = '' } = event;
  validateEvent(errs, event, 'reportingController');
  validateMeta(errs, event.metadata, { namespaced: true, name: nameIsDnsSubdomain });
  validateSeries(errs, event);
  if (!event.eventTime) errs.required(Path.of('eventTime'));
  if (type !== 'Normal' && type !== 'Warning') errs.invalid(Path.of('type'), '', `has invalid value: ${type}`);
  for (const field of UNSET) {
    const value = event[field];
    const there = typeof value === 'object' ? Boolean(value.component || value.host) : Boolean(value);
    if (there) errs.invalid(Path.of(field), '', 'needs to be unset');
  }
}

/** In upstream's order, which names the reason twice. */
const FIXED = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'reason',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingComponent',
  'reportingInstance',
] as const;

function validateNewUpdate(errs: Errors, given: Loose<NewEvent>, givenOld: Loose<NewEvent>): void {
  const [now, old] = [asCore(given), asCore(givenOld)];
  validateEvent(errs, now, 'reportingController');
  validateMetaUpdate(errs, now.metadata, old.metadata);
  if (!same(now.series, old.series)) validateSeries(errs, now);
  for (const field of FIXED) {
    const path = Path.of(field === 'reportingComponent' ? 'reportingController' : field);
    immutable(errs, path, now[field], old[field]);
  }
}

export const EVENTS: RuleTable = {
  '/Event': { create: validateCore, update: (errs, now) => validateEvent(errs, now, 'reportingComponent') },
  'events.k8s.io/Event': { create: validateNew, update: validateNewUpdate },
};
