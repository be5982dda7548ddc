// Functions that remember what they answered. What they are made of must depend on nothing but its argument.

/** By text. When there are `max` answers all are forgotten: the same few texts come again and again, and others never twice. */
export function byText<T>(max: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const hit = known.get(text);
    if (hit !== undefined) return hit;
    if (known.size >= max) known.clear();
    const value = make(text);
    if (value !== undefined) known.set(text, value);
    return value;
  };
}

/** By object, which nobody changes; for as long as it is there. */
export function byObject<K extends object, T>(make: (object: K) => T): (object: K) => T {
  const known = new WeakMap<K, T>();
  return (object) => {
    const hit = known.get(object);
    if (hit !== undefined) return hit;
    const value = make(object);
    known.set(object, value);
    return value;
  };
}
