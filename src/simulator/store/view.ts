// A look into etcd for people: keys as directories, and what each revision changed. Values of Secrets stay hidden.
import type { KubeObject } from '../../model/object.ts';
import { diff } from '../../model/paths.ts';
import { redact } from '../../model/redact.ts';
import { schemaForKind } from '../../model/schema.ts';
import type { EtcdDirectory, EtcdHistory, EtcdKey, EtcdRevision } from '../../trace/etcd.ts';
import type { Step, StepId } from '../../trace/step.ts';
import type { Change, KeyValue } from './log.ts';
import type { Store } from './store.ts';

const ROOT = '/registry/';

export class EtcdView {
  private readonly store: Store;
  private readonly step: (id: StepId) => Step | undefined;

  /** @param step the step of an id, where it is still kept. */
  constructor(store: Store, step: (id: StepId) => Step | undefined) {
    this.store = store;
    this.step = step;
  }

  /** One level. @param path ends in `/`. @param limit of keys, and of deleted ones. */
  directory(path = ROOT, limit = 500): EtcdDirectory {
    const { store } = this;
    const directories = new Map<string, number>();
    const keys: EtcdKey[] = [];
    let more = 0;
    for (const kv of store.range(path)) {
      const slash = kv.key.indexOf('/', path.length);
      if (slash >= 0) {
        const below = kv.key.slice(0, slash + 1);
        directories.set(below, (directories.get(below) ?? 0) + 1);
      } else if (keys.length < limit) keys.push(rowOf(kv));
      else more++;
    }
    return {
      path,
      revision: store.revision,
      compacted: store.compactRevision,
      directories: [...directories].map(([below, count]) => ({ path: below, keys: count })),
      keys,
      deleted: path === ROOT ? [] : this.deleted(path).slice(-limit),
      more,
    };
  }

  /** Oldest deletion first. */
  private deleted(path: string): { key: string; revision: number }[] {
    const gone = new Map<string, number>();
    for (const { key, revision, current } of this.store.changesSince(path, this.store.compactRevision)) {
      gone.delete(key);
      if (current === undefined && !key.slice(path.length).includes('/')) gone.set(key, revision);
    }
    return [...gone].map(([key, revision]) => ({ key, revision }));
  }

  /** What compaction has left of a key's history. */
  history(key: string): EtcdHistory {
    const kv = this.store.get(key);
    const revisions = this.store.history(key).map((change) => this.revisionOf(change));
    return {
      key,
      ...(kv === undefined ? {} : { current: rowOf(kv) }),
      revisions,
      compacted: this.store.compactRevision,
    };
  }

  private revisionOf(change: Change): EtcdRevision {
    const { revision, at, cause, previous, current } = change;
    const before = previous && redact(previous.value);
    const after = current && redact(current.value);
    const { apiVersion = '', kind = '' } = change.object;
    const step = cause === 0 ? undefined : this.step(cause);
    const { request } = step ?? {};
    return {
      revision,
      type: before === undefined ? 'created' : after === undefined ? 'deleted' : 'changed',
      at,
      ...(previous === undefined ? {} : { previous: previous.modRevision }),
      changed: diff(before, after, schemaForKind(apiVersion, kind)),
      ...(step === undefined || request === undefined
        ? {}
        : {
            writer: {
              step: step.id,
              actor: step.actor,
              user: request.user,
              request: `${request.method} ${request.path} → ${request.code}`,
            },
          }),
    };
  }

  /** The object that a key had at one of its revisions; undefined where there was none, or it is compacted. */
  object(key: string, revision: number): KubeObject | undefined {
    const now = this.store.get(key);
    if (now?.modRevision === revision) return redact(now.value);
    for (const { current, previous } of this.store.history(key)) {
      if (current?.modRevision === revision) return redact(current.value);
      if (previous?.modRevision === revision) return redact(previous.value);
    }
    return undefined;
  }
}

function rowOf({ key, value, createRevision, modRevision, version, lease }: KeyValue): EtcdKey {
  const bytes = JSON.stringify(value).length;
  return { key, createRevision, modRevision, version, ...(lease === 0 ? {} : { lease }), bytes };
}
