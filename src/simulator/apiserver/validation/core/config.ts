// Models the checks of ConfigMaps, Secrets, ServiceAccounts and Namespaces.
import type { ConfigMap, Namespace, Secret, ServiceAccount } from '../../../../model/generated/core.v1.ts';
import { IMMUTABLE, qualifiedName, same, sortedKeys } from '../common.ts';
import { type Errors, type Loose, NO_PATH, Path } from '../field.ts';
import type { StringMap } from '../labels.ts';
import { byteLength, METADATA, validateKubeFinalizer, validateMeta, validateMetaUpdate } from '../meta.ts';
import { isConfigMapKey, nameIsDnsLabel, nameIsDnsSubdomain } from '../names.ts';

const META = { namespaced: true, name: nameIsDnsSubdomain };
const MAX_DATA = 1024 * 1024;
const DATA = Path.of('data');
const BINARY = Path.of('binaryData');

/** How many bytes a base64 text stands for. */
function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.floor((base64.length * 3) / 4) - padding;
}

export function validateConfigMap(errs: Errors, o: Loose<ConfigMap>): void {
  validateMeta(errs, o.metadata, META);
  const data: StringMap = o.data ?? {};
  const binary: StringMap = o.binaryData ?? {};
  let size = 0;
  for (const key of sortedKeys(data)) {
    errs.each(DATA.key(key), key, isConfigMapKey(key));
    if (binary[key] !== undefined) errs.invalid(DATA.key(key), key, 'duplicate of key present in binaryData');
    size += byteLength(data[key] ?? '');
  }
  for (const key of sortedKeys(binary)) {
    errs.each(BINARY.key(key), key, isConfigMapKey(key));
    size += decodedLength(binary[key] ?? '');
  }
  if (size > MAX_DATA) errs.tooLong(NO_PATH, MAX_DATA);
}

const FROZEN = 'field is immutable when `immutable` is set';

interface Freezable {
  readonly immutable?: boolean | undefined;
  readonly data?: StringMap | undefined;
  readonly binaryData?: StringMap | undefined;
}

function validateFrozen(errs: Errors, now: Freezable, old: Freezable): void {
  if (!old.immutable) return;
  if (!now.immutable) errs.forbidden(Path.of('immutable'), FROZEN);
  if (!same(now.data, old.data)) errs.forbidden(DATA, FROZEN);
  if (!same(now.binaryData, old.binaryData)) errs.forbidden(BINARY, FROZEN);
}

export function validateConfigMapUpdate(errs: Errors, now: Loose<ConfigMap>, old: Loose<ConfigMap>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateFrozen(errs, now, old);
  validateConfigMap(errs, now);
}

export function validateSecret(errs: Errors, o: Loose<Secret>): void {
  validateMeta(errs, o.metadata, META);
  const data: StringMap = o.data ?? {};
  let size = 0;
  for (const key of sortedKeys(data)) {
    errs.each(DATA.key(key), key, isConfigMapKey(key));
    size += decodedLength(data[key] ?? '');
  }
  if (size > MAX_DATA) errs.tooLong(DATA, MAX_DATA);
  validateSecretType(errs, o, data);
}

const ACCOUNT = 'kubernetes.io/service-account.name';

function validateSecretType(errs: Errors, { type, metadata }: Loose<Secret>, data: StringMap): void {
  const need = (...keys: string[]): void => {
    for (const key of keys) if (data[key] === undefined) errs.required(DATA.key(key));
  };
  if (type === 'kubernetes.io/service-account-token') {
    if (!metadata?.annotations?.[ACCOUNT]) errs.required(METADATA.child('annotations').key(ACCOUNT));
  } else if (type === 'kubernetes.io/dockercfg') validateJson(errs, '.dockercfg', data);
  else if (type === 'kubernetes.io/dockerconfigjson') validateJson(errs, '.dockerconfigjson', data);
  else if (type === 'kubernetes.io/basic-auth') {
    if (data.username === undefined && data.password === undefined) need('username', 'password');
  } else if (type === 'kubernetes.io/ssh-auth') {
    if (!data['ssh-privatekey']) errs.required(DATA.key('ssh-privatekey'));
  } else if (type === 'kubernetes.io/tls') need('tls.crt', 'tls.key');
}

/** The text is a JSON object; the message of what is wrong with it is that of Go's encoding/json for the usual faults. */
function validateJson(errs: Errors, key: string, data: StringMap): void {
  const value = data[key];
  if (value === undefined) {
    errs.required(DATA.key(key));
    return;
  }
  const problem = jsonObjectProblem(decodeBase64(value));
  if (problem) errs.invalid(DATA.key(key), '<secret contents redacted>', problem);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes as characters of one byte each: enough to find out whether they are JSON. */
function decodeBase64(text: string): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (const char of text.replace(/=+$/, '')) {
    held = (held << 6) | ALPHABET.indexOf(char);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += String.fromCharCode((held >> bits) & 255);
    held &= (1 << bits) - 1;
  }
  return out;
}

function jsonObjectProblem(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const first = text.trimStart();
    if (first === '') return 'unexpected end of JSON input';
    if (/^[[{"\-0-9tfn]/.test(first)) return 'unexpected end of JSON input';
    return `invalid character '${first.charAt(0)}' looking for beginning of value`;
  }
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
}

export function validateSecretUpdate(errs: Errors, now: Loose<Secret>, old: Loose<Secret>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  if (now.type !== old.type) errs.invalid(Path.of('type'), now.type ?? '', IMMUTABLE);
  validateFrozen(errs, now, old);
  validateSecret(errs, now);
}

export function validateServiceAccount(errs: Errors, o: Loose<ServiceAccount>): void {
  validateMeta(errs, o.metadata, META);
}

export function validateServiceAccountUpdate(
  errs: Errors,
  now: Loose<ServiceAccount>,
  old: Loose<ServiceAccount>,
): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  validateServiceAccount(errs, now);
}

const FINALIZERS = Path.of('spec', 'finalizers');

function validateNamespaceFinalizer(errs: Errors, path: Path, name: string): void {
  qualifiedName(errs, path, name);
  validateKubeFinalizer(errs, path, name);
}

export function validateNamespace(errs: Errors, o: Loose<Namespace>): void {
  validateMeta(errs, o.metadata, { namespaced: false, name: nameIsDnsLabel });
  for (const name of o.spec?.finalizers ?? []) validateNamespaceFinalizer(errs, FINALIZERS, name);
}

export function validateNamespaceUpdate(errs: Errors, now: Loose<Namespace>, old: Loose<Namespace>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
}

export function validateNamespaceStatus(errs: Errors, now: Loose<Namespace>, old: Loose<Namespace>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  const deleted = now.metadata?.deletionTimestamp !== undefined;
  const phase = now.status?.phase ?? '';
  const expected = deleted ? 'Terminating' : 'Active';
  if (phase === expected) return;
  const detail = `may only be '${expected}' if \`deletionTimestamp\` is ${deleted ? 'not ' : ''}empty`;
  errs.invalid(Path.of('status', 'Phase'), phase, detail);
}

export function validateNamespaceFinalize(errs: Errors, now: Loose<Namespace>, old: Loose<Namespace>): void {
  validateMetaUpdate(errs, now.metadata, old.metadata);
  for (const [i, name] of (now.spec?.finalizers ?? []).entries()) {
    validateNamespaceFinalizer(errs, FINALIZERS.index(i), name);
  }
}
