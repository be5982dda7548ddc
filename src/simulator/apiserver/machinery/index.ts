// The generic machinery of the API server, as pure functions: what the registry needs to turn requests into objects.
//
// Upstream's order, which decides who owns what: decodeBody (or applyPatch, applyServerSide) → applyDefaults → updateManagedFields
// → mutating admission → the resource's strategy → validation → validating admission → storage. What admission and the strategy
// add belongs to nobody.
export {
  type Body,
  type Decoded,
  type DecodeOptions,
  decodeBody,
  type FieldValidation,
  type GroupVersionKind,
} from './decode.ts';
export { applyDefaults } from './defaults/index.ts';
export { completed, withEmpties } from './empties.ts';
export { type Applied, type ApplyServerSide, applyServerSide } from './managedfields/apply.ts';
export { type UpdateManagedFields, updateManagedFields } from './managedfields/update.ts';
export { type ApplyPatch, applyPatch, PATCH_TYPES } from './merge/index.ts';
