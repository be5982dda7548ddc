// Writes src/node/generated/openapi.json.gz: the OpenAPI v3 documents of a v1.36.2 API server, by path below /openapi/v3.
// They are recorded without prose. usage: node scripts/generate/openapi.ts (needs ../shared)
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { constants, gzipSync } from 'node:zlib';

const FROM = path.resolve(import.meta.dirname, '../../../shared/openapi');
const OUT = path.resolve(import.meta.dirname, '../../src/node/generated/openapi.json.gz');

const documents: Record<string, { hash: string; text: string }> = {};
for (const file of fs.readdirSync(FROM).sort()) {
  // `apis.apps.v1.json`; a group's own dots stay: `apis.rbac.authorization.k8s.io.v1.json`.
  const [, root = '', group = '', version = ''] =
    /^(apis|api|version)(?:\.(.*?))??(?:\.(v\d\w*))?\.json$/.exec(file) ?? [];
  const name = [root, group, version].filter(Boolean).join('/');
  const text = JSON.stringify(JSON.parse(fs.readFileSync(path.join(FROM, file), 'utf8')));
  documents[name] = { hash: createHash('sha256').update(text).digest('hex').toUpperCase(), text };
}
const packed = gzipSync(JSON.stringify(documents), { level: constants.Z_BEST_COMPRESSION });
// The header's time and system would differ from run to run.
packed.writeUInt32LE(0, 4);
packed[9] = 255;
fs.mkdirSync(path.dirname(OUT), { recursive: true });
fs.writeFileSync(OUT, packed);
console.log(`${Object.keys(documents).length} documents, ${packed.length} bytes: ${Object.keys(documents).join(' ')}`);
