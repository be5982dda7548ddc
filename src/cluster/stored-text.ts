// An object as YAML with all that is stored of it, field owners too.
import { stringify } from 'yaml';
import type { KubeObject } from '../model/object.ts';

/** Values of Secrets must be hidden already. */
export function storedText(object: KubeObject): string {
  return stringify(object, { lineWidth: 0, version: '1.1', aliasDuplicateObjects: false });
}
