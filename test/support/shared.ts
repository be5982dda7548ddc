import { existsSync } from 'node:fs';
import path from 'node:path';

const SHARED = path.resolve(import.meta.dirname, '..', '..', '..', 'shared');

/** A path below `shared/`, the folder of recorded ground truth beside the checkout. Tests alone may read it. */
export function sharedPath(...parts: string[]): string {
  const file = path.join(SHARED, ...parts);
  if (!existsSync(file)) {
    throw new Error(
      `${file} is missing. These tests compare with recordings in the folder shared/ beside the checkout.`,
    );
  }
  return file;
}
