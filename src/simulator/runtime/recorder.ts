// Events about objects, written as client-go's recorders write them: similar ones are counted instead of repeated, and a
// component that floods is cut off. Models tools/record (controllers, kubelet) and tools/events (the scheduler).
import { MINUTE } from '../../kernel/kernel.ts';
import { type Process, spawn } from '../../kernel/process.ts';
import { rfc3339, rfc3339Micro } from '../../kernel/time.ts';
import type { Event } from '../../model/generated/core.v1.ts';
import type { Event as EventV1 } from '../../model/generated/events.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import type { StepId } from '../../trace/step.ts';
import type { ComponentContext } from './component.ts';
import { CORE_EVENTS, EVENTS } from './kinds.ts';

/** Source: EventSourceObjectSpamFilter in tools/record/events_cache.go, v1.36: a burst of 25, then one in 5 minutes. */
const SPAM_BURST = 25;
const SPAM_REFILL = 5 * MINUTE;
/** EventAggregator: from the 10th different message for one reason on, within 10 minutes of the last, one Event tells them all. */
const MAX_SIMILAR = 10;
const SIMILAR_WINDOW = 10 * MINUTE;
const COMBINED = '(combined from similar events): ';

interface Known {
  name: string;
  count: number;
  firstTimestamp: string;
}

/** The object an Event is about. Kinds and versions are known to the caller, since objects in lists carry none. */
export interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly object: KubeObject;
  /** A part of it, such as `spec.containers{web}`. */
  readonly fieldPath?: string;
}

export class EventRecorder {
  private readonly ctx: ComponentContext;
  private readonly component: string;
  private readonly host: string | undefined;
  private readonly known = new Map<string, Known>();
  private readonly similar = new Map<string, { messages: Set<string>; at: number }>();
  private readonly spam = new Map<string, { tokens: number; at: number }>();
  private readonly queue: (() => Process<void>)[] = [];
  private busy = false;

  /** `component` is what Events show as their source, such as `deployment-controller`; `host` the node of a kubelet. */
  constructor(ctx: ComponentContext, component: string, host?: string) {
    this.ctx = ctx;
    this.component = component;
    this.host = host;
  }

  event(
    subject: Subject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    causes: readonly StepId[],
  ): void {
    const { metadata } = subject.object;
    // Neither the limit on an object's Events nor what counts as similar looks at the part of the object.
    const about = [this.host ?? '', subject.kind, metadata.namespace, metadata.name, metadata.uid].join('/');
    const similar = `${about}/${type}/${reason}`;
    const combined = this.areMany(similar, message);
    const key = combined ? similar : `${similar}/${subject.fieldPath ?? ''}/${message}`;
    const stamp = rfc3339(this.ctx.kernel.wallMs);
    let known = this.known.get(key);
    const repeats = known !== undefined;
    if (known === undefined) {
      known = { name: this.eventName(metadata.name ?? ''), count: 0, firstTimestamp: stamp };
      this.known.set(key, known);
    }
    // What is held back is counted all the same, and told with the next that is let through.
    const count = ++known.count;
    if (!this.allowed(about)) return;
    const text = combined ? `${COMBINED}${message}` : message;
    const event = this.build(subject, known.name, combined ? '' : this.component, {
      type,
      reason,
      message: text,
      firstTimestamp: known.firstTimestamp,
      lastTimestamp: stamp,
      count,
    });
    const patch = { count, lastTimestamp: stamp, message: text };
    this.send(() => (repeats ? this.repeat(event, patch, causes) : this.create(event, causes)));
  }

  private build(subject: Subject, name: string, reporter: string, rest: Partial<Event>): Event {
    const { metadata } = subject.object;
    return {
      kind: 'Event',
      apiVersion: 'v1',
      metadata: { name, namespace: metadata.namespace ?? 'default' },
      involvedObject: {
        kind: subject.kind,
        ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
        name: metadata.name ?? '',
        uid: metadata.uid ?? '',
        apiVersion: subject.apiVersion,
        ...(metadata.resourceVersion ? { resourceVersion: metadata.resourceVersion } : {}),
        ...(subject.fieldPath ? { fieldPath: subject.fieldPath } : {}),
      },
      source: { component: this.component, ...(this.host ? { host: this.host } : {}) },
      ...rest,
      eventTime: null as unknown as string,
      reportingComponent: reporter,
      reportingInstance: reporter === '' ? '' : (this.host ?? ''),
    };
  }

  /** `name.` and the time in nanoseconds, hexadecimal. */
  private eventName(object: string): string {
    const us = BigInt(Math.round(this.ctx.kernel.wallMs * 1000));
    return `${object}.${(us * 1000n + BigInt(this.ctx.random.int(1000))).toString(16)}`;
  }

  /** Whether this message is one of too many different ones. Models EventAggregate in tools/record/events_cache.go, v1.36. */
  private areMany(group: string, message: string): boolean {
    const now = this.ctx.kernel.now;
    const known = this.similar.get(group);
    const entry =
      known === undefined || now - known.at > SIMILAR_WINDOW ? { messages: new Set<string>(), at: now } : known;
    entry.messages.add(message);
    entry.at = now;
    this.similar.set(group, entry);
    if (entry.messages.size < MAX_SIMILAR) return false;
    // Any one of them is forgotten, so that the set does not grow.
    const drop = [...entry.messages][this.ctx.random.int(entry.messages.size)];
    if (drop !== undefined) entry.messages.delete(drop);
    return true;
  }

  private allowed(about: string): boolean {
    const now = this.ctx.kernel.now;
    const bucket = this.spam.get(about) ?? { tokens: SPAM_BURST, at: now };
    bucket.tokens = Math.min(SPAM_BURST, bucket.tokens + (now - bucket.at) / SPAM_REFILL);
    bucket.at = now;
    this.spam.set(about, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  private send(write: () => Process<void>): void {
    this.queue.push(write);
    if (this.busy) return;
    this.busy = true;
    spawn(this.ctx.scope, this.drain());
  }

  private *drain(): Process<void> {
    for (let write = this.queue.shift(); write !== undefined; write = this.queue.shift()) yield* write();
    this.busy = false;
  }

  private *create(event: Event, causes: readonly StepId[]): Process<void> {
    yield* this.ctx.client.create(CORE_EVENTS, event, { causes });
  }

  private *repeat(event: Event, patch: object, causes: readonly StepId[]): Process<void> {
    const { namespace = '', name = '' } = event.metadata;
    const done = yield* this.ctx.client.patch(CORE_EVENTS, namespace, name, 'strategic', patch, { causes });
    // Deleted since, or held back when it was new.
    if (!done.ok && done.code === 404) yield* this.create(event, causes);
  }
}

/** An Event of the events.k8s.io API, as the scheduler records them. */
export interface EventV1Request {
  readonly regarding: Subject;
  readonly related?: Subject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly causes: readonly StepId[];
}

/** Repeats of one Event within this time become a series. Source: tools/events/event_broadcaster.go, v1.36. */
const SERIES_WINDOW = 6 * MINUTE;

export class EventV1Recorder {
  private readonly ctx: ComponentContext;
  private readonly controller: string;
  private readonly instance: string;
  private readonly known = new Map<string, { event: EventV1; count: number; at: number }>();

  constructor(ctx: ComponentContext, controller: string, instance: string) {
    this.ctx = ctx;
    this.controller = controller;
    this.instance = instance;
  }

  event(request: EventV1Request): void {
    const { regarding, related, type, reason, action, note } = request;
    const now = rfc3339Micro(this.ctx.kernel.wallMs);
    const { metadata } = regarding.object;
    const key = [sameObject(regarding), related ? sameObject(related) : '', type, reason, action].join('/');
    const known = this.known.get(key);
    if (known !== undefined && this.ctx.kernel.now - known.at < SERIES_WINDOW) {
      known.count++;
      known.at = this.ctx.kernel.now;
      const series = { count: known.count, lastObservedTime: now };
      spawn(this.ctx.scope, this.patchSeries(known.event, series, request.causes));
      return;
    }
    const us = BigInt(Math.round(this.ctx.kernel.wallMs * 1000));
    const event: EventV1 = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: {
        name: `${metadata.name}.${(us * 1000n + BigInt(this.ctx.random.int(1000))).toString(16)}`,
        namespace: metadata.namespace ?? 'default',
      },
      eventTime: now,
      reportingController: this.controller,
      reportingInstance: this.instance,
      action,
      reason,
      regarding: reference(regarding),
      ...(related ? { related: reference(related) } : {}),
      ...(note === '' ? {} : { note }),
      type,
    };
    this.known.set(key, { event, count: 1, at: this.ctx.kernel.now });
    spawn(this.ctx.scope, this.create(event, request.causes));
  }

  private *create(event: EventV1, causes: readonly StepId[]): Process<void> {
    yield* this.ctx.client.create(EVENTS, event, { causes });
  }

  private *patchSeries(event: EventV1, series: object, causes: readonly StepId[]): Process<void> {
    yield* this.ctx.client.patch(
      EVENTS,
      event.metadata.namespace ?? '',
      event.metadata.name ?? '',
      'strategic',
      { series },
      { causes },
    );
  }
}

/** An object that was written since is another one: the next Event of it begins anew, with its own note. Models getKey. */
function sameObject({ kind, object: { metadata } }: Subject): string {
  return `${kind}/${metadata.uid ?? ''}/${metadata.resourceVersion ?? ''}`;
}

function reference(s: Subject): NonNullable<EventV1['regarding']> {
  const { metadata } = s.object;
  return {
    kind: s.kind,
    ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    ...(s.apiVersion ? { apiVersion: s.apiVersion } : {}),
    ...(metadata.resourceVersion ? { resourceVersion: metadata.resourceVersion } : {}),
  };
}
