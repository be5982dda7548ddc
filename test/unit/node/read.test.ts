import { expect, test } from 'vitest';
import { decoded } from '../../../src/node/cli/read.ts';

const of = (text: string, encoding: BufferEncoding) => decoded(Buffer.from(text, encoding), 'a.yaml');

test('a file is UTF-8, and what is none is told of with its line', () => {
  expect(of('name: café �\n', 'utf8')).toEqual({ text: 'name: café �\n' });
  expect(of('kind: Pod\nname: café\n', 'latin1')).toEqual({
    text: 'kind: Pod\nname: caf�\n',
    warning: 'line 2 of a.yaml holds bytes that are no UTF-8, and � stands for them: save it as UTF-8',
  });
  expect(() => of('\ufeffkind: Pod', 'utf16le')).toThrow('a.yaml is UTF-16');
});
