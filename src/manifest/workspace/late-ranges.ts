// Where the keys of a long map stand. Most are never asked for, so their lines are looked up when the first one is.
import type { TextRange } from '../explanation.ts';

/** Maps with more keys are long. */
const LONG = 64;

/** @param offsets where each key begins and ends; `range` has to give the same for them at any later time */
export function rangesOf(
  keys: readonly { readonly name: string; readonly from: number; readonly to: number }[],
  range: (from: number, to: number) => TextRange,
): ReadonlyMap<string, TextRange> {
  if (keys.length <= LONG) return new Map(keys.map(({ name, from, to }) => [name, range(from, to)]));
  return new LateRanges(() => new Map(keys.map(({ name, from, to }) => [name, range(from, to)])));
}

class LateRanges implements ReadonlyMap<string, TextRange> {
  // Hidden also from those who compare: whether it was looked up makes no difference.
  readonly #find: () => Map<string, TextRange>;
  #known: Map<string, TextRange> | undefined;

  constructor(find: () => Map<string, TextRange>) {
    this.#find = find;
  }

  get #map(): Map<string, TextRange> {
    this.#known ??= this.#find();
    return this.#known;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: string): TextRange | undefined {
    return this.#map.get(key);
  }

  has(key: string): boolean {
    return this.#map.has(key);
  }

  forEach(take: (value: TextRange, key: string, map: ReadonlyMap<string, TextRange>) => void): void {
    for (const [key, value] of this.#map) take(value, key, this);
  }

  entries(): MapIterator<[string, TextRange]> {
    return this.#map.entries();
  }

  keys(): MapIterator<string> {
    return this.#map.keys();
  }

  values(): MapIterator<TextRange> {
    return this.#map.values();
  }

  [Symbol.iterator](): MapIterator<[string, TextRange]> {
    return this.#map[Symbol.iterator]();
  }
}
