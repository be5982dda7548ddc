// Frames as an animated GIF (GIF89a). Drawings are flat: their most frequent colours fill the one palette, and what lies
// between, such as the edges of letters, takes the nearest of them.

export interface GifFrame {
  /** RGBA, row by row. */
  readonly pixels: Uint8ClampedArray;
  /** How long it is seen, ms. */
  readonly ms: number;
}

const COLOURS = 256;
const MOST_CODES = 4096;

/** All frames are `width` × `height` pixels. */
export function gifOf(frames: readonly GifFrame[], width: number, height: number): Uint8Array {
  const palette = paletteOf(frames);
  const nearest = nearestIn(palette);
  const out: number[] = [...text('GIF89a'), ...short(width), ...short(height), 0xf7, 0, 0];
  for (let i = 0; i < COLOURS; i++) {
    const colour = palette[i] ?? 0;
    out.push(colour >> 16, (colour >> 8) & 255, colour & 255);
  }
  // Again and again, without an end.
  out.push(0x21, 0xff, 11, ...text('NETSCAPE2.0'), 3, 1, 0, 0, 0);
  const parts: Uint8Array[] = [Uint8Array.from(out)];
  for (const { pixels, ms } of frames) {
    const head = [0x21, 0xf9, 4, 0, ...short(Math.max(2, Math.round(ms / 10))), 0, 0];
    parts.push(Uint8Array.from([...head, 0x2c, 0, 0, 0, 0, ...short(width), ...short(height), 0, 8]));
    parts.push(compressed(indexed(pixels, nearest)));
  }
  parts.push(Uint8Array.of(0x3b));
  return joined(parts);
}

function short(n: number): [number, number] {
  return [n & 255, (n >> 8) & 255];
}

function text(word: string): number[] {
  return [...word].map((sign) => sign.charCodeAt(0));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function colourAt(pixels: Uint8ClampedArray, i: number): number {
  return ((pixels[i] ?? 0) << 16) | ((pixels[i + 1] ?? 0) << 8) | (pixels[i + 2] ?? 0);
}

function paletteOf(frames: readonly GifFrame[]): number[] {
  const counts = new Map<number, number>();
  for (const { pixels } of frames) {
    // Neighbours are mostly alike: they are counted together.
    let run = 0;
    for (let i = 0; i < pixels.length; i += 4) {
      const colour = colourAt(pixels, i);
      run++;
      if (i + 4 < pixels.length && colourAt(pixels, i + 4) === colour) continue;
      counts.set(colour, (counts.get(colour) ?? 0) + run);
      run = 0;
    }
  }
  const frequent = [...counts].toSorted((a, b) => b[1] - a[1]);
  return frequent.slice(0, COLOURS).map(([colour]) => colour);
}

/** Place of the nearest colour in the palette; each colour is looked for once. */
function nearestIn(palette: readonly number[]): (colour: number) => number {
  const known = new Map(palette.map((colour, i) => [colour, i]));
  return (colour) => {
    const found = known.get(colour);
    if (found !== undefined) return found;
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    palette.forEach((one, i) => {
      const far = distance(one, colour);
      if (far >= least) return;
      least = far;
      best = i;
    });
    known.set(colour, best);
    return best;
  };
}

function distance(a: number, b: number): number {
  const [r, g, c] = [(a >> 16) - (b >> 16), ((a >> 8) & 255) - ((b >> 8) & 255), (a & 255) - (b & 255)];
  return r * r + g * g + c * c;
}

function indexed(pixels: Uint8ClampedArray, nearest: (colour: number) => number): Uint8Array {
  const out = new Uint8Array(pixels.length / 4);
  for (let i = 0; i < out.length; i++) out[i] = nearest(colourAt(pixels, i * 4));
  return out;
}

/** LZW with codes of 9 to 12 bits, in blocks of 255 bytes. */
function compressed(indexes: Uint8Array): Uint8Array {
  const clear = COLOURS;
  const bytes: number[] = [];
  let buffer = 0;
  let held = 0;
  let size = 9;
  let next = COLOURS + 2;
  let codes = new Map<number, number>();
  const write = (code: number): void => {
    buffer |= code << held;
    for (held += size; held >= 8; held -= 8) {
      bytes.push(buffer & 255);
      buffer >>>= 8;
    }
  };
  write(clear);
  let prefix = indexes[0] ?? 0;
  for (let i = 1; i < indexes.length; i++) {
    const index = indexes[i] ?? 0;
    const key = (prefix << 8) | index;
    const known = codes.get(key);
    if (known !== undefined) {
      prefix = known;
      continue;
    }
    write(prefix);
    if (next < MOST_CODES) {
      if (next === 1 << size) size++;
      codes.set(key, next++);
    } else {
      write(clear);
      codes = new Map();
      size = 9;
      next = COLOURS + 2;
    }
    prefix = index;
  }
  write(prefix);
  if (next === 1 << size && size < 12) size++;
  write(COLOURS + 1);
  if (held > 0) bytes.push(buffer & 255);
  const blocks: number[] = [];
  for (let i = 0; i < bytes.length; i += 255) {
    const block = bytes.slice(i, i + 255);
    blocks.push(block.length, ...block);
  }
  return Uint8Array.from([...blocks, 0]);
}
