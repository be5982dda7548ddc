import type { Metafile } from 'esbuild';
import { expect, it } from 'vitest';
import { notices } from '../../../scripts/tasks/notices.ts';

/** A bundle of these files, so many bytes of each. */
const bundled = (files: Readonly<Record<string, number>>): Metafile => ({
  inputs: {},
  outputs: {
    'dist/one.js': {
      bytes: 1,
      exports: [],
      imports: [],
      inputs: Object.fromEntries(Object.entries(files).map(([file, bytesInOutput]) => [file, { bytesInOutput }])),
    },
  },
});

it('names each package once that has bytes in a bundle, with the text of its licence', () => {
  const text = notices([
    bundled({
      'src/extension.ts': 10,
      'node_modules/yaml/dist/index.js': 5,
      'node_modules/yaml/dist/doc.js': 5,
      'node_modules/@noble/hashes/sha2.js': 3,
      'node_modules/d3-zoom/src/index.js': 0,
    }),
  ]);
  expect(text.match(/^yaml [\d.]+ \(ISC\)$/gm)).toHaveLength(1);
  expect(text).toMatch(/@noble\/hashes [\d.]+ \(MIT\)\n\nThe MIT License/);
  expect(text).not.toContain('d3-zoom');
});
