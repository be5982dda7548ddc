// Rules for file paths that an object names inside a volume or a container.
import type { Errors, Path } from './field.ts';

/** One error is enough, however many `..` there are. */
export function noBacksteps(errs: Errors, path: Path, target: string): void {
  if (target.includes('..') && target.split('/').includes('..')) errs.invalid(path, target, "must not contain '..'");
}

/** Relative, and not above where it starts. */
export function descendingPath(errs: Errors, path: Path, target: string): void {
  if (target.startsWith('/')) errs.invalid(path, target, 'must be a relative path');
  noBacksteps(errs, path, target);
}

/** A descending path that does not begin with `..`, which the kubelet reserves for its own files. */
export function nonReservedPath(errs: Errors, path: Path, target: string): void {
  descendingPath(errs, path, target);
  if (target.startsWith('..') && !target.startsWith('../')) errs.invalid(path, target, "must not start with '..'");
}

const BAD_MODE = 'must be a number between 0 and 0777 (octal), both inclusive';

export function fileMode(errs: Errors, path: Path, name: string, mode: number | undefined): void {
  if (mode !== undefined && (mode > 0o777 || mode < 0)) errs.invalid(path.child(name), mode, BAD_MODE);
}
