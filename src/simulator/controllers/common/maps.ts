// Labels and annotations.

export function sameMap(a: { readonly [k: string]: string } = {}, b: { readonly [k: string]: string } = {}): boolean {
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((k) => a[k] === b[k]);
}
