// Marks that something puts text in the place of before anybody applies the manifest: envsubst, Flux.

const VARIABLE = /\$\{[A-Za-z_]\w*[^}]*\}/;

/** Whether a value is not what will be applied. */
export function isSubstituted(value: unknown): boolean {
  return typeof value === 'string' && VARIABLE.test(value);
}
