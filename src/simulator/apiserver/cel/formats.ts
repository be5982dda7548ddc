// Formats by name: `format.dns1123Label().validate(name)`. Models k8s.io/apiserver/pkg/cel/library/format.go.
import { type Declared, declare } from '../../../cel/signature.ts';
import { ArrayList, NONE, Opaque, Optional, type Value } from '../../../cel/values.ts';
import { parseTime } from '../../../model/time.ts';
import {
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isLabelValue,
  isQualifiedName,
  type Messages,
} from '../validation/names.ts';

const FORMAT = 'kubernetes.NamedFormat';

type Check = (text: string) => Messages;

class NamedFormat extends Opaque {
  readonly type = FORMAT;
  readonly name: string;
  readonly check: Check;
  private readonly weight: number;
  constructor(name: string, check: Check, pattern: number) {
    super();
    this.name = name;
    this.check = check;
    this.weight = pattern;
  }
  override get pattern(): number {
    return this.weight;
  }
  equals(other: Opaque): boolean {
    return other instanceof NamedFormat && other.name === this.name;
  }
}

/** A prefix may end in a dash: something is appended to it. */
const prefix =
  (check: Check): Check =>
  (text) =>
    check(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);
const must =
  (good: (text: string) => boolean, message: string): Check =>
  (text) =>
    good(text) ? [] : [message];

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && parseTime(`${text}T00:00:00Z`) !== undefined;

/** How long the patterns are, as far as cost is concerned; the rest counts as the longest. */
const PATTERNS: Readonly<Record<string, number>> = {
  dns1123Label: 30,
  dns1123Subdomain: 60,
  dns1035Label: 30,
  qualifiedName: 60,
  dns1123LabelPrefix: 30,
  dns1123SubdomainPrefix: 60,
  dns1035LabelPrefix: 30,
  labelValue: 40,
};
const LONGEST = 128;

const CHECKS: Readonly<Record<string, Check>> = {
  dns1123Label: isDns1123Label,
  dns1123Subdomain: isDns1123Subdomain,
  dns1035Label: isDns1035Label,
  qualifiedName: isQualifiedName,
  dns1123LabelPrefix: prefix(isDns1123Label),
  dns1123SubdomainPrefix: prefix(isDns1123Subdomain),
  dns1035LabelPrefix: prefix(isDns1035Label),
  labelValue: isLabelValue,
  uri: must((t) => /^(\/|[a-zA-Z][a-zA-Z0-9+.-]*:)\S*$/.test(t), 'invalid URI'),
  uuid: must((t) => UUID.test(t), 'does not match the UUID format'),
  byte: must((t) => BASE64.test(t), 'invalid base64'),
  date: must(isDate, 'invalid date'),
  datetime: must((t) => parseTime(t) !== undefined, 'invalid datetime'),
};
const FORMATS = new Map(
  Object.entries(CHECKS).map(([name, check]) => [name, new NamedFormat(name, check, PATTERNS[name] ?? LONGEST)]),
);

function named(name: string): Value {
  const found = FORMATS.get(name);
  return found === undefined ? NONE : new Optional(found);
}

function validate(format: NamedFormat, text: string): Value {
  const messages = format.check(text);
  return messages.length === 0 ? NONE : new Optional(new ArrayList(messages));
}

export const FORMAT_LIBRARY: readonly Declared[] = [
  ...[...FORMATS].map(([name, format]) => declare(`format.${name}(): ${FORMAT}`, () => format)),
  declare(`format.named(string): optional(${FORMAT})`, named),
  declare(`${FORMAT}.validate(string): optional(list(string))`, validate),
];
