// Server-side apply: the applied object is everything its manager wants to own. What it no longer mentions goes, unless somebody
// else owns it; what others own and it wants different is a conflict. Models structured-merge-diff merge.Updater.Apply and
// k8s.io/apimachinery/pkg/util/managedfields/internal (structuredmerge.go, conflict.go, lastappliedmanager.go).
import type { Status } from '../../../../model/generated/meta.v1.ts';
import type { Json, KubeObject } from '../../../../model/object.ts';
import { equal } from '../../../../model/paths.ts';
import { splitApiVersion } from '../../../../model/resources.ts';
import { schemaForKind, type TypeSchema } from '../../../../model/schema.ts';
import { applyConflict, badRequest, failure, invalid } from '../../../../model/status.ts';
import { conform } from '../conform.ts';
import { applyDefaults } from '../defaults/index.ts';
import { compare } from './compare.ts';
import { allowedByLastApplied, withLastApplied } from './lastapplied.ts';
import { capUpdaters, decodeManagers, encodeManagers, type Manager, sameManager } from './managers.ts';
import { mergeTyped, removeTyped } from './merge.ts';
import { resetFieldsOf } from './reset.ts';
import {
  difference,
  EMPTY,
  type FieldSet,
  formatPath,
  intersection,
  isEmpty,
  paths,
  recursiveDifference,
  union,
} from './set.ts';
import { rootOf, toFieldSet, typeErrors, withNamedFields } from './typed.ts';
import { emptyObject, loseFields, UNOWNED, withManagedFields } from './update.ts';

export interface ApplyServerSide {
  /** The stored object; absent where apply creates it. */
  readonly live?: KubeObject | undefined;
  /** What was sent, as plain JSON. */
  readonly applied: Json;
  readonly manager: string;
  readonly force?: boolean;
  /** Version that the path of the request names. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly subresource?: string;
  /** Now, RFC 3339. */
  readonly time: string;
  readonly resetFields?: FieldSet | undefined;
  /** Type of a custom resource. */
  readonly type?: TypeSchema | undefined;
}

export interface Applied {
  readonly object: KubeObject;
  /** False where the object and its owners are what they were. */
  readonly changed: boolean;
}

interface Conflict {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

const BEFORE_FIRST_APPLY = 'before-first-apply';

/** `"kubectl" with subresource "status" using apps/v1`. */
function printManager(m: Manager): string {
  const name = `${JSON.stringify(m.manager)}${m.subresource ? ` with subresource ${JSON.stringify(m.subresource)}` : ''}`;
  return m.operation === 'Update' ? `${name} using ${m.apiVersion}` : name;
}

function conflictStatus(conflicts: readonly Conflict[]): Status {
  const sorted = [...conflicts].sort((a, b) => (identifier(a.manager) < identifier(b.manager) ? -1 : 1));
  const all = sorted.flatMap((c) =>
    paths(c.fields).map((p) => ({ who: printManager(c.manager), field: formatPath(p) })),
  );
  const causes = all.map((c) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${c.who}`,
    field: c.field,
  }));
  const [only] = all;
  if (all.length === 1 && only)
    return applyConflict(`Apply failed with 1 conflict: conflict with ${only.who}: ${only.field}`, causes);
  const lines = sorted.flatMap((c) => [
    `conflicts with ${printManager(c.manager)}:`,
    ...paths(c.fields).map((p) => `- ${formatPath(p)}`),
  ]);
  return applyConflict(`Apply failed with ${all.length} conflicts: ${lines.join('\n')}`, causes);
}

/** What upstream sorts managers by. */
function identifier(m: Manager): string {
  return JSON.stringify([m.manager, m.operation, m.apiVersion, m.subresource]);
}

/** Removes what the manager applied before and does not mention now, as far as nobody else holds it. */
function prune(merged: Json, last: FieldSet, owned: FieldSet, type: TypeSchema): Json {
  const root = rootOf(type);
  const named = (s: FieldSet) => withNamedFields(s, root);
  const lastNamed = named(last);
  const mergedSet = named(toFieldSet(merged, type));
  // Take out all of the last applied set, then put back what somebody owns, then what hangs together with it.
  const bare = removeTyped(merged, lastNamed, type);
  const lost = difference(mergedSet, union(named(toFieldSet(bare, type)), named(owned)));
  const kept = removeTyped(merged, lost, type);
  const gone = intersection(difference(mergedSet, named(toFieldSet(kept, type))), lastNamed);
  return removeTyped(merged, gone, type);
}

function refusal(request: ApplyServerSide, type: TypeSchema): Status | undefined {
  const { applied } = request;
  if (!request.manager) {
    const cause = {
      reason: 'FieldValueRequired',
      message: 'Required value: is required for apply patch',
      field: 'fieldManager',
    };
    return invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [cause]);
  }
  const meta = (applied.metadata ?? {}) as Json;
  const version = String(applied.apiVersion ?? '');
  if (version !== request.apiVersion) {
    return badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${version}, expected: ${request.apiVersion}`,
    );
  }
  if (meta.managedFields !== undefined && meta.managedFields !== null)
    return badRequest('metadata.managedFields must be nil');
  const wrong = typeErrors(applied, type);
  if (wrong === undefined) return undefined;
  return failure(500, '', `failed to create typed patch object (${identityOf(applied)}): ${wrong}`);
}

/** `demo/web; apps/v1, Kind=Deployment`: how errors name an applied object. */
function identityOf(applied: Json): string {
  const meta = (applied.metadata ?? {}) as Json;
  const { group, version } = splitApiVersion(String(applied.apiVersion ?? ''));
  return `${meta.namespace ?? ''}/${meta.name ?? ''}; ${group}/${version}, Kind=${applied.kind ?? ''}`;
}

/** Objects that nobody applied to and that have no owners yet get one, so that applying does not take everything silently. */
function managersOf(request: ApplyServerSide, live: Json, type: TypeSchema): Manager[] {
  const managers = decodeManagers(request.live?.metadata.managedFields);
  if (managers.length > 0 || !request.live) return managers;
  const change = compare(emptyObject(type), live, type);
  if (!change) return managers;
  const { apiVersion, time } = request;
  const fields = union(change.added, change.modified);
  return [{ manager: BEFORE_FIRST_APPLY, operation: 'Update', apiVersion, subresource: '', time, fields }];
}

/** Applies; a Status where it is refused. Defaults are filled in, admission and validation come after. */
export function applyServerSide(request: ApplyServerSide): Applied | Status {
  const type = request.type ?? schemaForKind(request.apiVersion, request.kind);
  if (!type) return badRequest(`no kind "${request.kind}" is registered for version "${request.apiVersion}"`);
  const wrong = refusal(request, type);
  if (wrong) return wrong;
  const { apiVersion, subresource = '', time } = request;
  const live = (request.live ?? { ...emptyObject(type), apiVersion, kind: request.kind }) as Json & KubeObject;
  const managers = managersOf(request, live, type);
  const identity = { manager: request.manager, operation: 'Apply' as const, apiVersion, subresource };
  const last = managers.find((m) => sameManager(m, identity));
  const reset = request.resetFields ?? resetFieldsOf(apiVersion, request.kind, subresource);
  const wanted = recursiveDifference(toFieldSet(request.applied, type), reset);
  const others = managers.filter((m) => m !== last);
  const owned = others.reduce((all, m) => union(all, m.fields), wanted);
  const merged = mergeTyped(live, request.applied, type);
  const pruned = last && !isEmpty(last.fields) ? prune(merged, last.fields, owned, type) : merged;
  const change = compare(live, pruned, type);
  const taken = recursiveDifference(union(change?.added, change?.modified), reset);
  const removed = recursiveDifference(change?.removed ?? EMPTY, reset);
  const refused = conflictsOf(request, others, taken, live, type);
  if (refused) return refused;
  const mine: Manager = { ...identity, time, fields: difference(wanted, UNOWNED) };
  const rest = loseFields(others, taken, removed);
  return finish(request, live, pruned, rest, mine, last, type);
}

/** Conflicts that neither force nor an earlier client-side apply excuses. */
function conflictsOf(
  request: ApplyServerSide,
  others: readonly Manager[],
  taken: FieldSet,
  live: KubeObject,
  type: TypeSchema,
): Status | undefined {
  if (request.force) return undefined;
  const all = others
    .map((manager) => ({ manager, fields: intersection(manager.fields, taken) }))
    .filter((c) => !isEmpty(c.fields));
  if (all.length === 0) return undefined;
  const allowed = request.manager === 'kubectl' ? allowedByLastApplied(live, type) : undefined;
  const left = all.map((c) => ({ ...c, fields: difference(c.fields, allowed) })).filter((c) => !isEmpty(c.fields));
  return left.length ? conflictStatus(left) : undefined;
}

function finish(
  request: ApplyServerSide,
  live: KubeObject,
  merged: Json,
  others: readonly Manager[],
  mine: Manager,
  last: Manager | undefined,
  type: TypeSchema,
): Applied | Status {
  const decoded = conform(merged, type, undefined, 'map');
  if (decoded.error !== undefined) {
    const what = `failed to convert new object (${identityOf(request.applied)}) to proper version (${request.apiVersion})`;
    return failure(500, '', `${what}: ${decoded.error}`);
  }
  const object = applyDefaults(decoded.value as KubeObject);
  const same = request.live !== undefined && equal(object, live);
  // Applying the same again neither touches the object nor the time.
  const self = same && last && equal(last.fields, mine.fields) ? last : mine;
  const managers = isEmpty(self.fields) ? others : [...others, self];
  const entries = encodeManagers(capUpdaters(managers));
  const unchanged = same && equal(entries, live.metadata.managedFields ?? []);
  if (unchanged) return { object: live, changed: false };
  const owned = withManagedFields(object, entries);
  return { object: request.manager === 'kubectl' ? withLastApplied(owned, request.applied) : owned, changed: true };
}
