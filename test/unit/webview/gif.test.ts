// The encoder against a decoder that is written from the format alone (GIF89a, appendix F: variable-length-code LZW).
import { expect, test } from 'vitest';
import { gifOf } from '../../../webview/scene/gif.ts';

interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly frames: { readonly ms: number; readonly colours: number[] }[];
}

function decode(bytes: Uint8Array): Decoded {
  const at = (i: number): number => bytes[i] ?? -1;
  expect(String.fromCharCode(...bytes.slice(0, 6))).toBe('GIF89a');
  const [width, height] = [at(6) | (at(7) << 8), at(8) | (at(9) << 8)];
  const palette = Array.from(
    { length: 256 },
    (_, i) => (at(13 + i * 3) << 16) | (at(14 + i * 3) << 8) | at(15 + i * 3),
  );
  const frames: { ms: number; colours: number[] }[] = [];
  let ms = 0;
  let i = 13 + 768;
  while (at(i) !== 0x3b) {
    if (at(i) === 0x21) {
      if (at(i + 1) === 0xf9) ms = (at(i + 4) | (at(i + 5) << 8)) * 10;
      i += 2;
      while (at(i) > 0) i += at(i) + 1;
      i++;
      continue;
    }
    expect(at(i)).toBe(0x2c);
    expect(at(i + 10)).toBe(8);
    i += 11;
    const data: number[] = [];
    for (; at(i) > 0; i += at(i) + 1) data.push(...bytes.slice(i + 1, i + 1 + at(i)));
    i++;
    frames.push({ ms, colours: unpack(data).map((index) => palette[index] ?? -1) });
  }
  return { width, height, frames };
}

function unpack(data: readonly number[]): number[] {
  const out: number[] = [];
  let table: number[][] = [];
  let size = 9;
  let before: number[] | undefined;
  for (let bit = 0; ; ) {
    let code = 0;
    for (let n = 0; n < size; n++, bit++) code |= (((data[bit >> 3] ?? 0) >> (bit & 7)) & 1) << n;
    if (code === 257) return out;
    if (code === 256) {
      table = Array.from({ length: 258 }, (_, n) => [n]);
      size = 9;
      before = undefined;
      continue;
    }
    const known = table[code];
    const [first = 0] = known ?? before ?? [];
    const entry = known ?? [...(before ?? []), first];
    out.push(...entry);
    if (before && table.length < 4096) table.push([...before, entry[0] ?? 0]);
    if (table.length === 1 << size && size < 12) size++;
    before = entry;
    if (bit > data.length * 8) throw new Error('no end');
  }
}

/** Pixels whose colours come from a small generator, so that every code length is reached. */
function noise(count: number, colours: number): { pixels: Uint8ClampedArray; expected: number[] } {
  const pixels = new Uint8ClampedArray(count * 4);
  const expected: number[] = [];
  let state = 7;
  for (let i = 0; i < count; i++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    const n = (state >> 8) % colours;
    pixels.set([n, 255 - n, n >> 1, 255], i * 4);
    expected.push((n << 16) | ((255 - n) << 8) | (n >> 1));
  }
  return { pixels, expected };
}

test.each([
  [1, 1, 2],
  [64, 48, 2],
  [200, 150, 200],
  [300, 200, 256],
])('%i × %i pixels in %i colours come back as they were', (width, height, colours) => {
  const { pixels, expected } = noise(width * height, colours);
  const flat = new Uint8ClampedArray(pixels.length);
  const { frames, ...size } = decode(
    gifOf(
      [
        { pixels, ms: 800 },
        { pixels: flat, ms: 1_204 },
      ],
      width,
      height,
    ),
  );
  expect(size).toEqual({ width, height });
  expect(frames.map(({ ms }) => ms)).toEqual([800, 1_200]);
  expect(frames[0]?.colours.length).toBe(expected.length);
  // Black is one colour more: of 256 the rarest may give way to its neighbour.
  if (colours < 256) expect(frames[0]?.colours).toEqual(expected);
  expect(new Set(frames[1]?.colours).size).toBe(1);
});
