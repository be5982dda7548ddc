// The generic machinery of the API server, as pure functions: what the registry needs to turn requests into objects.
export {
  type Body,
  type Decoded,
  type DecodeOptions,
  decodeBody,
  type FieldValidation,
  type GroupVersionKind,
} from './decode.ts';
export { applyDefaults } from './defaults/index.ts';
