// The OpenAPI documents that the served API server shows: read and unpacked when somebody first asks.
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { OpenApi } from '../simulator/apiserver/discovery/paths.ts';

interface Packed {
  readonly [path: string]: { readonly hash: string; readonly text: string };
}

/** `folder`: where the build puts its data, beside the bundle. */
export function openApiFrom(folder: string): OpenApi {
  let packed: Packed | undefined;
  const documents = (): Packed => {
    packed ??= JSON.parse(gunzipSync(fs.readFileSync(path.join(folder, 'openapi.json.gz'))).toString('utf8')) as Packed;
    return packed;
  };
  return {
    index: () => Object.fromEntries(Object.entries(documents()).map(([p, { hash }]) => [p, hash])),
    document: (p) => {
      const found = documents()[p];
      return found === undefined ? undefined : JSON.parse(found.text);
    },
  };
}
