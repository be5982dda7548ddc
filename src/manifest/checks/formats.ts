// Strings that have a form of their own, which kube-apiserver holds them to when it decodes them. Words are its own.
import { base64Error, encodeBase64, utf8 } from '../../model/base64.ts';
import { parseQuantity, quantityError } from '../../model/quantity.ts';
import type { ValueKind } from '../../model/schema.ts';

export interface Malformed {
  readonly message: string;
  readonly words: string;
  /** Who says so; kube-apiserver where nobody is named. */
  readonly component?: 'user';
  readonly fix?: { readonly title: string; readonly text: string };
}

/** What is wrong with the form of a scalar; undefined where nothing is, and for those that have none. */
export function malformed(value: unknown, kind: ValueKind): Malformed | undefined {
  if (kind === 'quantity' && (typeof value === 'string' || typeof value === 'number')) return ofQuantity(value);
  return kind === 'bytes' && typeof value === 'string' ? ofBytes(value) : undefined;
}

/** Numbers that YAML has and JSON has not, so that kubectl cannot send them. */
export function neverSent(value: unknown): Malformed | undefined {
  if (typeof value !== 'number' || Number.isFinite(value)) return undefined;
  const name = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  return {
    message: `Without quotes this is the number ${name}, which JSON cannot say.`,
    words: `error converting YAML to JSON: json: unsupported value: ${name}`,
    component: 'user',
  };
}

function ofQuantity(value: string | number): Malformed | undefined {
  const words = quantityError(value);
  if (words === undefined) return undefined;
  const meant = meantQuantity(String(value));
  return {
    message: `\`${value}\` is no quantity: a number, then at most one of n, u, m, k, M, G, T, P, E or Ki, Mi, Gi, Ti, Pi, Ei.`,
    words,
    ...(meant !== undefined && { fix: { title: `Change to ${meant}`, text: meant } }),
  };
}

/** Units as people write them elsewhere: `512MB`, `2 GiB`, `1gi`. */
function meantQuantity(text: string): string | undefined {
  const [, number, prefix = '', binary = ''] = /^\s*([0-9.]+)\s*([kmgtpe]?)(i?)b?\s*$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const unit = prefix.toUpperCase();
  const meant = `${number}${unit === 'K' && binary === '' ? 'k' : unit}${binary.toLowerCase()}`;
  return parseQuantity(meant) ? meant : undefined;
}

/** The value is not repeated: it may be a secret. */
function ofBytes(value: string): Malformed | undefined {
  const words = base64Error(value);
  // SOPS has put it there, and takes it out again before anybody applies it.
  if (words === undefined || value.startsWith('ENC[')) return undefined;
  return {
    message: 'This is no base64, in which bytes are written here.',
    words,
    fix: { title: 'Encode it as base64', text: encodeBase64(utf8(value)) },
  };
}
