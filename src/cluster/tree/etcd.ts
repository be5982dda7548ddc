// Rows of the etcd view: directories, keys, and under each key what is left of its history, the newest first.
import type { EtcdDirectory, EtcdHistory, EtcdKey, EtcdRevision } from '../../trace/etcd.ts';
import { duration, valueText } from '../../trace/words.ts';
import { md, type Row } from './row.ts';

/** Between a key and a revision of it: names of objects have no space. */
const AT = ' @';
const MOST_CHANGES = 20;

/** What a row stands for. */
export type EtcdRowId =
  | { readonly type: 'directory'; readonly path: string }
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'revision'; readonly key: string; readonly revision: number }
  | { readonly type: 'note' };

export function etcdRow(id: string): EtcdRowId {
  if (id.endsWith('/')) return { type: 'directory', path: id };
  const at = id.indexOf(AT);
  if (at < 0) return { type: 'key', key: id };
  const revision = Number(id.slice(at + AT.length));
  return Number.isNaN(revision) ? { type: 'note' } : { type: 'revision', key: id.slice(0, at), revision };
}

export const revisionId = (key: string, revision: number): string => `${key}${AT}${revision}`;

/** Undefined for what lies at the root. */
export function etcdParent(id: string): string | undefined {
  const at = id.indexOf(AT);
  if (at >= 0) return id.slice(0, at);
  const path = id.replace(/[^/]+\/?$/, '');
  return path === '/registry/' || path === '/' ? undefined : path;
}

const last = (path: string): string => /([^/]+)\/?$/.exec(path)?.[1] ?? path;
const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function size(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}

function note(parent: string, id: string, label: string): Row {
  return { id: `${parent}${AT}${id}`, label, icon: 'info', tone: 'off', context: 'etcd.note', expand: 'no' };
}

function keyRow(k: EtcdKey): Row {
  const lease = k.lease === undefined ? '' : `\n\nIt goes with lease ${k.lease}.`;
  return {
    id: k.key,
    label: last(k.key),
    description: `revision ${k.modRevision} · version ${k.version} · ${size(k.bytes)}`,
    icon: 'key',
    tone: 'plain',
    tooltip: `${md(k.key)}\n\nCreated at revision ${k.createRevision}, written ${counted(k.version, 'time')}, last at revision ${k.modRevision}. The size is that of JSON; etcd keeps protobuf, which is smaller.${lease}`,
    context: 'etcd.key',
    expand: 'collapsed',
  };
}

export function directoryRows(d: EtcdDirectory): Row[] {
  const directories = d.directories.map(
    ({ path, keys }): Row => ({
      id: path,
      label: last(path),
      description: counted(keys, 'key'),
      icon: 'folder',
      tone: 'plain',
      tooltip: md(path),
      context: 'etcd.directory',
      expand: 'collapsed',
    }),
  );
  const deleted = d.deleted.map(
    ({ key, revision }): Row => ({
      id: key,
      label: last(key),
      description: `deleted at revision ${revision}`,
      icon: 'trash',
      tone: 'off',
      tooltip: `${md(key)}\n\nThe key is gone; its history stays until etcd is compacted beyond revision ${revision}.`,
      context: 'etcd.deleted',
      expand: 'collapsed',
    }),
  );
  const more = d.more > 0 ? [note(d.path, 'more', `${counted(d.more, 'key')} more`)] : [];
  return [...directories, ...d.keys.map(keyRow), ...more, ...deleted];
}

const ICONS = { created: 'add', changed: 'edit', deleted: 'trash' } as const;

function said(r: EtcdRevision): string {
  if (r.type !== 'changed') return r.type;
  const paths = r.changed
    .map((c) => c.path)
    .filter((p) => !p.startsWith('metadata.managedFields') && p !== 'metadata.resourceVersion');
  const [first, ...others] = paths;
  if (first === undefined) return 'changed';
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function changesOf(r: EtcdRevision): string {
  if (r.type !== 'changed') return '';
  const shown = r.changed.filter((c) => !c.path.startsWith('metadata.managedFields')).slice(0, MOST_CHANGES);
  return shown.map((c) => `\n- ${md(c.path)}: ${md(valueText(c.before))} → ${md(valueText(c.after))}`).join('');
}

/** @param name of a component, for people. */
function revisionRow(key: string, r: EtcdRevision, name: (component: string) => string): Row {
  const by = r.writer === undefined ? '' : ` · ${name(r.writer.actor.component)}`;
  const who =
    r.writer === undefined
      ? 'What wrote it is not recorded.'
      : `${md(name(r.writer.actor.component))}, as ${md(r.writer.user)}: ${md(r.writer.request)}`;
  return {
    id: revisionId(key, r.revision),
    label: `${r.revision}`,
    description: `${said(r)}${by}`,
    icon: ICONS[r.type],
    tone: 'plain',
    tooltip: `Revision ${r.revision}, ${duration(r.at)} after the start: ${r.type}.\n\n${who}\n${changesOf(r)}`,
    context: r.writer === undefined ? 'etcd.revision' : 'etcd.revision.written',
    expand: 'no',
  };
}

export function historyRows(h: EtcdHistory, name: (component: string) => string): Row[] {
  const rows = h.revisions.map((r) => revisionRow(h.key, r, name)).reverse();
  const oldest = h.revisions[0];
  if (oldest === undefined && h.current !== undefined) {
    const { modRevision } = h.current;
    rows.push({
      id: revisionId(h.key, modRevision),
      label: `${modRevision}`,
      description: 'what is stored; what it changed is compacted',
      icon: 'edit',
      tone: 'plain',
      context: 'etcd.revision',
      expand: 'no',
    });
  }
  if (oldest?.type !== 'created' && (oldest !== undefined || h.current?.createRevision !== h.current?.modRevision))
    rows.push(note(h.key, 'older', `older revisions are compacted (up to ${h.compacted})`));
  return rows;
}
