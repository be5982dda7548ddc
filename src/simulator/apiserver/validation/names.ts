// Models k8s.io/apimachinery/pkg/util/validation and pkg/api/validate/content: the formats of names, labels, ports and
// addresses. Each check returns the messages of what is wrong with a value; most often none.

export type Messages = readonly string[];

export const NONE: Messages = [];

export function maxLengthError(max: number): string {
  return `must be no more than ${max} characters`;
}

export function maxBytesError(max: number): string {
  return `must be no more than ${max} bytes`;
}

export function rangeError(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

/** `message (e.g. 'a',  or 'b', regex used for validation is 'format')`. */
export function regexError(message: string, format: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${format}')`;
  const shown = examples.map((e) => `'${e}', `).join(' or ');
  return `${message} (e.g. ${shown}regex used for validation is '${format}')`;
}

/** A format given by a regular expression and a greatest length. */
interface Format {
  readonly test: RegExp;
  readonly max: number;
  readonly tooLong: string;
  readonly mismatch: string;
}

function format(pattern: string, max: number, message: string, ...examples: string[]): Format {
  return {
    test: new RegExp(`^(?:${pattern})$`),
    max,
    tooLong: maxLengthError(max),
    mismatch: regexError(message, pattern, ...examples),
  };
}

function check(value: string, f: Format): Messages {
  const short = value.length <= f.max;
  const good = f.test.test(value);
  if (short && good) return NONE;
  const messages: string[] = [];
  if (!short) messages.push(f.tooLong);
  if (!good) messages.push(f.mismatch);
  return messages;
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LABEL_ = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const SUBDOMAIN_ = `${LABEL_}(\\.${LABEL_})*`;

const label1123 = format(
  LABEL,
  63,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  'my-name',
  '123-abc',
);
const subdomain1123 = format(
  SUBDOMAIN,
  253,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  'example.com',
);
const subdomainUnderscore = format(
  SUBDOMAIN_,
  253,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  'example.com',
);
const label1035 = format(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  63,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  'my-name',
  'abc-123',
);
const wildcard1123 = format(
  `\\*\\.${SUBDOMAIN}`,
  253,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  '*.example.com',
);

export function isDns1123Label(value: string): Messages {
  const messages = check(value, label1123);
  if (messages.length === 0 || !subdomain1123.test.test(value)) return messages;
  return messages.map((m) => (m === label1123.mismatch ? 'must not contain dots' : m));
}

export const isDns1123Subdomain = (value: string): Messages => check(value, subdomain1123);
export const isDns1123SubdomainWithUnderscore = (value: string): Messages => check(value, subdomainUnderscore);
export const isDns1035Label = (value: string): Messages => check(value, label1035);
export const isWildcardDns1123Subdomain = (value: string): Messages => check(value, wildcard1123);

const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const qualifiedTest = new RegExp(`^${QUALIFIED}$`);
const qualifiedMismatch = regexError(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  QUALIFIED,
  'MyName',
  'my.name',
  '123-abc',
);

/** A label key, an annotation key, a taint key: an optional DNS subdomain, a slash, and a name. */
export function isQualifiedName(value: string): Messages {
  const slash = value.indexOf('/');
  const name = slash < 0 ? value : value.slice(slash + 1);
  if (slash < 0 && name.length <= 63 && qualifiedTest.test(name)) return NONE;
  if (name.includes('/')) {
    return [
      `a valid label key ${qualifiedMismatch} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const messages: string[] = [];
  if (slash === 0) messages.push('prefix part must be non-empty');
  else if (slash > 0) for (const m of isDns1123Subdomain(value.slice(0, slash))) messages.push(`prefix part ${m}`);
  if (name.length === 0) messages.push('name part must be non-empty');
  else if (name.length > 63) messages.push(`name part ${maxBytesError(63)}`);
  if (!qualifiedTest.test(name)) messages.push(`name part ${qualifiedMismatch}`);
  return messages;
}

const LABEL_VALUE = `(${QUALIFIED})?`;
const labelValue = {
  ...format(
    LABEL_VALUE,
    63,
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    'MyValue',
    'my_value',
    '12345',
  ),
  tooLong: maxBytesError(63),
};

export const isLabelValue = (value: string): Messages => check(value, labelValue);

const configMapKey = format(
  '[-._a-zA-Z0-9]+',
  253,
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  'key.name',
  'KEY_NAME',
  'key-name',
);

export function isConfigMapKey(value: string): Messages {
  const messages = check(value, configMapKey);
  const dots = noBackstep(value);
  return dots.length === 0 ? messages : [...messages, ...dots];
}

function noBackstep(value: string): Messages {
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  return value.startsWith('..') ? ["must not start with '..'"] : NONE;
}

export function isRelaxedEnvVarName(value: string): Messages {
  if (value === '') return ['environment variable name must be non-empty'];
  return /^[ -<>-~]*$/.test(value)
    ? NONE
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

const headerName = format(
  '[-A-Za-z0-9]+',
  Number.POSITIVE_INFINITY,
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  'X-Header-Name',
);
export const isHttpHeaderName = (value: string): Messages => check(value, headerName);

const percent = format(
  '[0-9]+%',
  Number.POSITIVE_INFINITY,
  "a valid percent string must be a numeric string followed by an ending '%'",
  '1%',
  '93%',
);
export const isPercent = (value: string): Messages => check(value, percent);

export function isPortNumber(port: number): Messages {
  return port >= 1 && port <= 65535 ? NONE : [rangeError(1, 65535)];
}

export function isPortName(name: string): Messages {
  if (/^(?!.*--)(?=.*[a-z])[a-z0-9](?:[-a-z0-9]{0,13}[a-z0-9])?$/.test(name)) return NONE;
  const messages: string[] = [];
  if (name.length > 15) messages.push(maxLengthError(15));
  if (!/^[-a-z0-9]+$/.test(name)) {
    messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) messages.push('must contain at least one letter (a-z)');
  if (name.includes('--')) messages.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) messages.push('must not begin or end with a hyphen');
  return messages;
}

const MAX_ID = 2 ** 31 - 1;

/** User and group ids. */
export function isUnixId(id: number): Messages {
  return id >= 0 && id <= MAX_ID ? NONE : [rangeError(0, MAX_ID)];
}

/** Checks a name, or with `prefix` the beginning of one that is to be completed (metadata.generateName). */
export type NameCheck = (name: string, prefix: boolean) => Messages;

/** A trailing dash is fine where more characters follow. */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

const named =
  (base: (value: string) => Messages): NameCheck =>
  (name, prefix) =>
    base(prefix ? maskTrailingDash(name) : name);

export const nameIsDnsSubdomain: NameCheck = named(isDns1123Subdomain);
export const nameIsDnsLabel: NameCheck = named(isDns1123Label);

/** What can stand as one segment of a URL: the rule for names that nothing else restricts, such as those of RBAC. */
export const nameIsPathSegment: NameCheck = (name, prefix) => {
  const messages: string[] = [];
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  for (const illegal of ['/', '%']) if (name.includes(illegal)) messages.push(`may not contain '${illegal}'`);
  return messages;
};
