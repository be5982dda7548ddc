// Regular expressions and JSON patches. Models k8s.io/apiserver/pkg/cel/library/{regex,jsonpatch}.go.
import { findAll } from '../regex.ts';
import { type Declared, declare } from '../signature.ts';
import { ArrayList } from '../values.ts';

export const REGEX: readonly Declared[] = [
  declare('string.find(string): string', (s: string, re: string) => findAll(s, re, 1)[0] ?? ''),
  declare('string.findAll(string): list(string)', (s: string, re: string) => new ArrayList(findAll(s, re, -1))),
  declare(
    'string.findAll(string, int): list(string)',
    (s: string, re: string, limit: bigint) => new ArrayList(findAll(s, re, Number(limit))),
  ),
];

export const JSON_PATCH: readonly Declared[] = [
  declare('jsonpatch.escapeKey(string): string', (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')),
];
