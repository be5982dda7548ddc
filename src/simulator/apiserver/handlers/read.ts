// get, list and watch. Models k8s.io/apiserver/pkg/endpoints/handlers/get.go.
import { SECOND } from '../../../kernel/kernel.ts';
import type { Status } from '../../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { apiVersionOf, type ResourceInfo } from '../../../model/resources.ts';
import { matches, parseSelector, SelectorError } from '../../../model/selectors.ts';
import { badRequest, expired, invalid, notFound, timeout } from '../../../model/status.ts';
import { CompactedError, type KeyValue } from '../../store/index.ts';
import { type Answer, type Context, refuse } from '../context.ts';
import { isCustom, listKindOf } from '../crd/types.ts';
import { type FieldSelection, fieldSelection } from '../fields.ts';
import { first, flag, parseBool } from '../request.ts';
import { find, prefixOf, rangeOf } from '../storage.ts';
import { TRIGGER_FIELDS } from '../watch/hub.ts';
import { decodeContinue, encodeContinue } from './continue.ts';

/** What a caller is shown in place of the stored object. */
export type View = (o: KubeObject) => KubeObject;

export interface Selection {
  readonly fields: FieldSelection | undefined;
  readonly matches: ((o: KubeObject) => boolean) | undefined;
}

/** Upstream ends a watch after 30 to 60 minutes (`--min-request-timeout`). */
const MIN_WATCH = 1800 * SECOND;

export function get(ctx: Context, r: ResourceInfo): Answer {
  const { namespace, name } = ctx.info;
  const found = find(ctx, r, namespace, name);
  if (found === undefined) refuse(notFound(ctx.groupResource, name));
  return { code: 200, body: found };
}

export function selection(ctx: Context, r: ResourceInfo): Selection {
  const { query } = ctx.request;
  const labels = labelMatcher(first(query, 'labelSelector'));
  const fields = fieldSelection(
    first(query, 'fieldSelector'),
    r.group,
    r.plural,
    isCustom(r) ? r.custom.selectableFields : [],
  );
  if (labels === undefined && fields === undefined) return { fields, matches: undefined };
  return { fields, matches: (o) => (labels?.(o) ?? true) && (fields?.matches(o) ?? true) };
}

function labelMatcher(text: string | undefined): ((o: KubeObject) => boolean) | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const selector = parseSelector(text);
    return (o) => matches(selector, o.metadata.labels);
  } catch (e) {
    if (e instanceof SelectorError) refuse(badRequest(`unable to parse requirement: ${e.message}`));
    throw e;
  }
}

const CONTINUE_TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** What a list refused as too old may go on with: the rest as it is now. */
function tooOld(ctx: Context, r: ResourceInfo): Status {
  const token = first(ctx.request.query, 'continue');
  if (!token) return expired('The resourceVersion for the provided list is too old.');
  const { key } = decodeContinue(token, prefixOf(r));
  return { ...expired(CONTINUE_TOO_OLD), metadata: { continue: encodeContinue(-1, key.slice(0, -1), prefixOf(r)) } };
}

/** A revision that is yet to come: upstream waits three seconds for it. */
function checkNotAhead(ctx: Context, revision: number): void {
  const { revision: now } = ctx.core.store;
  if (revision <= now) return;
  const status = timeout(`Too large resource version: ${revision}, current: ${now}`, 1);
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  refuse({ ...status, details: { ...status.details, causes } });
}

interface Page {
  readonly items: KubeObject[];
  readonly revision: number;
  readonly next?: string;
  readonly remaining?: number;
}

function entries(ctx: Context, r: ResourceInfo, revision: number | undefined): Iterable<KeyValue> {
  const { store } = ctx.core;
  const { namespace } = ctx.info;
  if (revision === undefined || revision === store.revision) return rangeOf(store, r, namespace);
  const prefix = namespace === '' || !r.namespaced ? prefixOf(r) : `${prefixOf(r)}${namespace}/`;
  try {
    return store.rangeAt(prefix, revision);
  } catch (e) {
    if (e instanceof CompactedError) refuse(tooOld(ctx, r));
    throw e;
  }
}

function page(ctx: Context, r: ResourceInfo, chosen: Selection): Page {
  const { query } = ctx.request;
  const limit = Number.parseInt(first(query, 'limit') ?? '0', 10) || 0;
  const token = first(query, 'continue');
  const start = token ? decodeContinue(token, prefixOf(r)) : undefined;
  const exact = start?.revision ?? exactRevision(ctx);
  const revision = exact ?? ctx.core.store.revision;
  const items: KubeObject[] = [];
  let last = '';
  let remaining = 0;
  for (const kv of entries(ctx, r, exact)) {
    if (start !== undefined && kv.key < start.key) continue;
    if (limit > 0 && items.length === limit) {
      remaining++;
      if (chosen.matches !== undefined) break;
      continue;
    }
    if (chosen.matches !== undefined && !chosen.matches(kv.value)) continue;
    items.push(kv.value);
    last = kv.key;
  }
  if (remaining === 0) return { items, revision };
  const next = encodeContinue(revision, last, prefixOf(r));
  return chosen.matches === undefined ? { items, revision, next, remaining } : { items, revision, next };
}

function checkNumber(version: string): void {
  if (version !== '' && !/^\d+$/.test(version)) {
    const message = `Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`;
    refuse(badRequest(`resourceVersion: ${message}`));
  }
}

/** The revision that `resourceVersionMatch=Exact` asks for. Checks what may go with what. */
function exactRevision(ctx: Context): number | undefined {
  const { query } = ctx.request;
  const version = first(query, 'resourceVersion') ?? '';
  const match = first(query, 'resourceVersionMatch') ?? '';
  const bad = (reason: string, field: string, message: string): never =>
    refuse(invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [{ reason, field, message }]));
  checkNumber(version);
  if (version !== '') checkNotAhead(ctx, Number(version));
  if (match === '') return undefined;
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    bad(
      'FieldValueNotSupported',
      'resourceVersionMatch',
      `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
    );
  }
  if (version === '')
    bad(
      'FieldValueForbidden',
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  if (match === 'Exact' && version === '0')
    bad(
      'FieldValueForbidden',
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    );
  return match === 'Exact' ? Number(version) : undefined;
}

export function list(ctx: Context, r: ResourceInfo): Answer {
  const chosen = selection(ctx, r);
  const p = page(ctx, r, chosen);
  const metadata = {
    resourceVersion: String(p.revision),
    ...(p.next === undefined ? {} : { continue: p.next }),
    ...(p.remaining === undefined ? {} : { remainingItemCount: p.remaining }),
  };
  return { code: 200, body: { kind: listKindOf(r), apiVersion: apiVersionOf(r), metadata, items: p.items } };
}

export function watch(ctx: Context, r: ResourceInfo, view: View | undefined): Answer {
  const { query } = ctx.request;
  const { store, random, hub } = ctx.core;
  const chosen = selection(ctx, r);
  const version = first(query, 'resourceVersion') ?? '';
  checkNumber(version);
  const initial = parseBool(first(query, 'sendInitialEvents'));
  checkInitial(ctx, initial);
  const fromStart = initial === true || (initial === undefined && (version === '' || version === '0'));
  const seconds = Number.parseInt(first(query, 'timeoutSeconds') ?? '0', 10) || 0;
  const trigger = TRIGGER_FIELDS[prefixOf(r)];
  const options = {
    prefix: prefixOf(r),
    apiVersion: apiVersionOf(r),
    kind: r.kind,
    namespace: r.namespaced ? ctx.info.namespace : '',
    name: ctx.info.name || (chosen.fields?.exact('metadata.name') ?? ''),
    trigger: trigger === undefined ? undefined : chosen.fields?.exact(trigger),
    matches: chosen.matches,
    view,
    after: fromStart
      ? undefined
      : Math.min(version === '' || version === '0' ? store.revision : Number(version), Number.MAX_SAFE_INTEGER),
    bookmarks: flag(query, 'allowWatchBookmarks'),
    markInitial: initial === true,
    timeout: seconds > 0 ? seconds * SECOND : MIN_WATCH * (1 + random.float()),
  };
  return { code: 200, watch: hub.watch(options) };
}

function checkInitial(ctx: Context, initial: boolean | undefined): void {
  if (initial === undefined) return;
  const match = first(ctx.request.query, 'resourceVersionMatch') ?? '';
  const bad = (field: string, message: string): never =>
    refuse(
      invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [{ reason: 'FieldValueForbidden', field, message }]),
    );
  if (match === '')
    bad('resourceVersionMatch', 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (match !== 'NotOlderThan')
    bad('resourceVersionMatch', 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (initial && !flag(ctx.request.query, 'allowWatchBookmarks'))
    bad('allowWatchBookmarks', 'Forbidden: sendInitialEvents requires setting allowWatchBookmarks to true');
}
