import { describe, expect, test } from 'vitest';
import type { Served } from '../../../src/cluster/openapi.ts';
import { clusterText, definitionText } from '../../../src/host/editor/cluster-text.ts';

const field = (description?: string): Served => ({
  found: 'field',
  field: { type: 'string', required: true, ...(description === undefined ? {} : { description }) },
});
const explained = { schemaText: 'Ours.', since: 'v1.34', fieldType: 'string' };
const v = (minor: number): { text: string; minor: number } => ({ text: `v1.${minor}.1`, minor });
const says = (part: Partial<Parameters<typeof clusterText>[0]>): string | undefined =>
  clusterText({ source: 'kind-dev', version: v(36), served: field('Ours.'), explained, ...part });

describe('what a cluster says of a field', () => {
  test('nothing that is not said already', () => {
    expect(says({})).toBeUndefined();
    expect(says({ served: undefined })).toBeUndefined();
    expect(says({ served: field() })).toBeUndefined();
  });

  test('other words than ours, and all of a custom resource', () => {
    expect(says({ served: field('Theirs.') })).toBe('**kind-dev** (v1.36.1) says: `string` · required\n\nTheirs.');
    expect(says({ served: field(), explained: undefined })).toBe('**kind-dev** (v1.36.1) says: `string` · required');
  });

  test('an older and a newer cluster', () => {
    expect(says({ version: v(35) })).toMatch(
      /holds for v1\.36; \*\*kind-dev\*\* \(v1\.35\.1\) is older\. The field is told of since v1\.34\./,
    );
    expect(says({ version: v(37) })).toContain('is newer');
  });

  test('a field and a kind that it does not know', () => {
    expect(says({ served: { found: 'unknown-field' }, version: v(30) })).toMatch(
      /^⚠ \*\*kind-dev\*\* \(v1\.30\.1\) does not know this field.*since v1\.34\.$/,
    );
    expect(says({ served: { found: 'unknown-kind' } })).toMatch(/does not serve this kind/);
    expect(says({ served: { found: 'unknown-kind' }, explained: undefined })).toBeUndefined();
    // Our own words say that the version is gone.
    expect(
      says({ served: { found: 'unknown-kind' }, explained: { ...explained, successor: 'apps/v1' } }),
    ).toBeUndefined();
  });

  test('text of a cluster becomes no link and no image', () => {
    const evil = '![x](http://evil) [a](command:b) <img src=x>';
    const text = says({ source: evil, served: field(evil) }) ?? '';
    expect(text).not.toMatch(/(?<!\\)[[<]/);
  });
});

test('what a definition in a file says, and that it has no such field', () => {
  expect(definitionText('a/crd.yaml', field('Theirs.'))).toBe(
    'The definition in **a/crd.yaml** says: `string` · required\n\nTheirs.',
  );
  expect(definitionText('crd.yaml', { found: 'unknown-field' })).toMatch(/has no such field: kube-apiserver drops it/);
  expect(definitionText('crd.yaml', undefined)).toBeUndefined();
});
