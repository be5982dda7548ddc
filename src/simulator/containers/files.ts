// The files that a container sees: its own layer, and over it the volumes that are mounted.

/** Relative path → bytes; null is a directory. The root of a volume or layer is not listed. */
export type Entries = Map<string, string | null>;

export interface Mount {
  /** Absolute, without a slash at the end; "" is the container's own layer. */
  readonly path: string;
  readonly readOnly: boolean;
  /** What is there now. Writes go into the map, unless it is read-only. */
  entries(): Entries;
}

/** Why a file operation failed, as the C library words it. */
export class FileError extends Error {}

const MISSING = 'No such file or directory';

export class FileSystem {
  private readonly mounts: readonly Mount[];

  /** The longest path wins. */
  constructor(mounts: readonly Mount[]) {
    this.mounts = [...mounts].sort((a, b) => b.path.length - a.path.length);
  }

  /** An absolute path without `.`, `..` and doubled slashes. */
  static resolve(cwd: string, path: string): string {
    const out: string[] = [];
    for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
      if (part === '..') out.pop();
      else if (part !== '' && part !== '.') out.push(part);
    }
    return `/${out.join('/')}`;
  }

  private at(path: string): { mount: Mount; name: string } {
    for (const mount of this.mounts) {
      if (path === mount.path) return { mount, name: '' };
      if (path.startsWith(`${mount.path}/`)) return { mount, name: path.slice(mount.path.length + 1) };
    }
    throw new FileError(MISSING);
  }

  isDirectory(path: string): boolean {
    if (path === '/' || this.mounts.some((m) => m.path.startsWith(`${path}/`))) return true;
    const { mount, name } = this.at(path);
    if (name === '') return true;
    const entries = mount.entries();
    if (entries.get(name) === null) return true;
    for (const key of entries.keys()) if (key.startsWith(`${name}/`)) return true;
    return false;
  }

  isFile(path: string): boolean {
    const { mount, name } = this.at(path);
    return typeof mount.entries().get(name) === 'string';
  }

  exists(path: string): boolean {
    return this.isFile(path) || this.isDirectory(path);
  }

  read(path: string): string {
    const { mount, name } = this.at(path);
    const found = mount.entries().get(name);
    if (typeof found === 'string') return found;
    throw new FileError(this.isDirectory(path) ? 'Is a directory' : MISSING);
  }

  /** Names right below a directory, sorted. */
  list(path: string): string[] {
    if (!this.isDirectory(path)) throw new FileError(MISSING);
    const { mount, name } = this.at(path);
    const prefix = name === '' ? '' : `${name}/`;
    const found = new Set<string>();
    for (const key of mount.entries().keys())
      if (key.startsWith(prefix)) found.add(key.slice(prefix.length).split('/')[0] ?? '');
    const above = path === '/' ? '/' : `${path}/`;
    for (const m of this.mounts)
      if (m.path.startsWith(above)) found.add(m.path.slice(above.length).split('/')[0] ?? '');
    found.delete('');
    return [...found].sort();
  }

  private writable(path: string): { entries: Entries; name: string } {
    const { mount, name } = this.at(path);
    if (mount.readOnly) throw new FileError('Read-only file system');
    return { entries: mount.entries(), name };
  }

  write(path: string, bytes: string, append = false): void {
    if (path === '/dev/null') return;
    if (this.isDirectory(path)) throw new FileError('Is a directory');
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    if (!this.isDirectory(parent)) throw new FileError(MISSING);
    const { entries, name } = this.writable(path);
    entries.set(name, append ? (entries.get(name) ?? '') + bytes : bytes);
  }

  makeDirectory(path: string, parents: boolean): void {
    if (this.exists(path)) {
      if (parents && this.isDirectory(path)) return;
      throw new FileError('File exists');
    }
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    if (!this.isDirectory(parent)) {
      if (!parents) throw new FileError(MISSING);
      this.makeDirectory(parent, true);
    }
    const { entries, name } = this.writable(path);
    entries.set(name, null);
  }

  remove(path: string, recursive: boolean): void {
    if (!this.exists(path)) throw new FileError(MISSING);
    if (this.isDirectory(path) && !recursive) throw new FileError('Is a directory');
    const { entries, name } = this.writable(path);
    if (name === '') throw new FileError('Device or resource busy');
    for (const key of [...entries.keys()]) if (key === name || key.startsWith(`${name}/`)) entries.delete(key);
  }
}
