// RFC 6902 as the API server applies it, on values that are never mutated. Models github.com/evanphx/json-patch.
import { isRecord } from '../../../../model/object.ts';
import { equal } from '../../../../model/paths.ts';
import { put } from '../json.ts';

/** An operation that cannot be carried out; the API server tells no more than that. */
export class PatchError extends Error {}

export interface Operation {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly from?: unknown;
  readonly value?: unknown;
}

function parsePointer(pointer: unknown): string[] {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/')))
    throw new PatchError(`bad pointer ${String(pointer)}`);
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((p) => p.replace(/~1/g, '/').replace(/~0/g, '~'));
}

function indexIn(list: readonly unknown[], token: string, end: number): number {
  if (!/^(0|[1-9]\d*)$/.test(token)) throw new PatchError(`bad index ${token}`);
  const i = Number(token);
  if (i >= end) throw new PatchError(`index ${token} is beyond ${list.length} items`);
  return i;
}

function child(value: unknown, token: string): unknown {
  if (Array.isArray(value)) return value[indexIn(value, token, value.length)];
  if (isRecord(value) && Object.hasOwn(value, token)) return value[token];
  throw new PatchError(`nothing at ${token}`);
}

function get(root: unknown, path: readonly string[]): unknown {
  return path.reduce(child, root);
}

type Change = { readonly type: 'add' | 'replace'; readonly value: unknown } | { readonly type: 'remove' };

/** The container with a change at its last token. */
function changed(container: unknown, token: string, change: Change): unknown {
  if (Array.isArray(container)) {
    const adding = change.type === 'add';
    const at =
      adding && token === '-' ? container.length : indexIn(container, token, container.length + (adding ? 1 : 0));
    return [
      ...container.slice(0, at),
      ...(change.type === 'remove' ? [] : [change.value]),
      ...container.slice(adding ? at : at + 1),
    ];
  }
  if (!isRecord(container)) throw new PatchError(`no container for ${token}`);
  if (change.type !== 'add' && !Object.hasOwn(container, token)) throw new PatchError(`nothing at ${token}`);
  const out: Record<string, unknown> = { ...container };
  if (change.type === 'remove') delete out[token];
  else put(out, token, change.value);
  return out;
}

function apply(root: unknown, path: readonly string[], change: Change): unknown {
  const [token, ...rest] = path;
  if (token === undefined) {
    if (change.type === 'remove') throw new PatchError('cannot remove the root');
    return change.value;
  }
  if (rest.length === 0) return changed(root, token, change);
  return changed(root, token, { type: 'replace', value: apply(child(root, token), rest, change) });
}

function step(root: unknown, o: Operation): unknown {
  const path = parsePointer(o.path);
  const value = o.value === undefined ? null : o.value;
  switch (o.op) {
    case 'add':
      return apply(root, path, { type: 'add', value });
    case 'remove':
      return apply(root, path, { type: 'remove' });
    case 'replace':
      get(root, path);
      return apply(root, path, { type: 'replace', value });
    case 'move': {
      const from = parsePointer(o.from);
      return apply(apply(root, from, { type: 'remove' }), path, { type: 'add', value: get(root, from) });
    }
    case 'copy':
      return apply(root, path, { type: 'add', value: get(root, parsePointer(o.from)) });
    case 'test': {
      // A missing field equals null.
      let found: unknown = null;
      try {
        found = get(root, path);
      } catch (e) {
        if (value !== null) throw e;
      }
      if (!equal(found, value)) throw new PatchError(`test of ${String(o.path)} failed`);
      return root;
    }
    default:
      throw new PatchError(`unknown operation ${String(o.op)}`);
  }
}

/** Throws PatchError. */
export function applyJsonPatch(root: unknown, operations: readonly Operation[]): unknown {
  return operations.reduce(step, root);
}
