// Marks that something puts text in the place of before anybody applies the manifest: envsubst, Flux, sed.

const VARIABLE = /\$\{[A-Za-z_]\w*[^}]*\}|^__[A-Z0-9_]+__$/;

/** Whether a value is not what will be applied. */
export function isSubstituted(value: unknown): boolean {
  return typeof value === 'string' && VARIABLE.test(value);
}
