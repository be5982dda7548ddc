// Which rows a view has to draw again: it remembers what was shown and compares, so that nothing else moves.
import type { Row } from './row.ts';

export class ShownRows {
  /** Children by parent; the top has the key ''. */
  private readonly shown = new Map<string, readonly Row[]>();
  private readonly rows = new Map<string, Row>();

  remember(parent: string | undefined, rows: readonly Row[]): void {
    this.forgetChildren(parent ?? '');
    this.shown.set(parent ?? '', rows);
    for (const row of rows) this.rows.set(row.id, row);
  }

  row(id: string): Row | undefined {
    return this.rows.get(id);
  }

  /** What is collapsed is asked for again when it is opened. */
  forget(id: string): void {
    this.shown.delete(id);
    const below = `${id}/`;
    for (const parent of [...this.shown.keys()]) if (parent.startsWith(below)) this.shown.delete(parent);
  }

  clear(): void {
    this.shown.clear();
    this.rows.clear();
  }

  /**
   * The rows that have changed since, each without those below it: drawing a row again draws its children too.
   * `undefined` stands for the top. What `children` returns becomes what is shown.
   */
  changed(children: (parent: string | undefined) => readonly Row[]): (string | undefined)[] {
    const out: (string | undefined)[] = [];
    const covered = (id: string): boolean => out.some((o) => o === undefined || id === o || id.startsWith(`${o}/`));
    for (const parent of [...this.shown.keys()].sort((a, b) => a.length - b.length)) {
      if (parent !== '' && covered(parent)) continue;
      const before = this.shown.get(parent) ?? [];
      const key = parent === '' ? undefined : parent;
      const after = children(key);
      if (before.length !== after.length || after.some((row, i) => row.id !== before[i]?.id)) {
        out.push(key);
        this.remember(key, after);
        continue;
      }
      for (const [i, row] of after.entries()) {
        if (sameRow(row, before[i])) continue;
        out.push(row.id);
        this.rows.set(row.id, row);
      }
      this.shown.set(parent, after);
    }
    return out;
  }

  private forgetChildren(parent: string): void {
    for (const row of this.shown.get(parent) ?? []) this.rows.delete(row.id);
  }
}

function sameRow(a: Row, b: Row | undefined): boolean {
  return (
    b !== undefined &&
    a.label === b.label &&
    a.description === b.description &&
    a.icon === b.icon &&
    a.tone === b.tone &&
    a.tooltip === b.tooltip &&
    a.context === b.context &&
    a.expand === b.expand
  );
}
