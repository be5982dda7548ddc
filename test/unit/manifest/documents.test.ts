import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cut, pieceAtLine } from '../../../src/manifest/documents.ts';

const stream = (n: number) => Array.from({ length: n }, (_, i) => `---\na: ${i}\nb: ${i}\n`).join('');

describe('cut', () => {
  test('pieces make up the text, and each begins at its marker', () => {
    const text = `# head\na: 1\n---\nb: |\n  --- not a marker\n---x\n--- # c\nc: 3\n...\nd: 4\n`;
    const { list, offsets, lines } = cut(text);
    expect(list.map((piece) => piece.text).join('')).toBe(text);
    expect(list.map((piece) => piece.text.split('\n')[0])).toEqual(['# head', '---', '--- # c', 'd: 4']);
    expect(lines).toEqual([0, 2, 6, 9]);
    expect(offsets[1]).toBe(text.indexOf('---'));
  });

  test('an edit leaves the other documents the same objects', () => {
    const text = stream(50);
    const before = cut(text);
    const after = cut(text.replace('a: 20', 'a: twenty'), before);
    const changed = after.list.filter((piece) => !before.list.includes(piece));
    expect(changed.map((piece) => piece.text)).toEqual(['---\na: twenty\nb: 20\n']);
  });

  test('so do two edits far apart, and moving a document', () => {
    const text = stream(50);
    const before = cut(text);
    const after = cut(text.replace('a: 5\n', 'a: five\n').replace('a: 40\n', 'a: forty\n'), before);
    expect(after.list.filter((piece) => !before.list.includes(piece))).toHaveLength(2);
    const moved = cut(`${text.slice('---\na: 0\nb: 0\n'.length)}---\na: 0\nb: 0\n`, before);
    expect(moved.list.filter((piece) => !before.list.includes(piece))).toHaveLength(0);
  });

  test('after any edits the pieces are those of a fresh cut', () => {
    const part = fc.constantFrom('a: 1\n', '---\n', '...\n', '--- x\n', '\n', 'b:\n  c: 2\n', '--', '-', ' ', '\r\n');
    const texts = fc.array(
      fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
      { minLength: 2 },
    );
    fc.assert(
      fc.property(texts, (versions) => {
        let pieces = cut('');
        for (const text of versions) {
          pieces = cut(text, pieces);
          const fresh = cut(text);
          expect(pieces.list.map((piece) => piece.text)).toEqual(fresh.list.map((piece) => piece.text));
          expect(pieces.lines).toEqual(fresh.lines);
          expect(pieces.offsets).toEqual(fresh.offsets);
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test('lines are found in their piece', () => {
    const pieces = cut(stream(3));
    expect([0, 2, 3, 5, 8, 99].map((line) => pieceAtLine(pieces, line))).toEqual([0, 0, 1, 1, 2, 2]);
  });
});
