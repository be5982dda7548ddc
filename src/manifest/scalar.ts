// How Kubernetes reads a scalar: sigs.k8s.io/yaml decodes with goyaml.v2, which follows YAML 1.1.
// Models sigs.k8s.io/yaml/goyaml.v2 resolve.go.

export type ScalarValue = string | number | boolean | null;

const TRUE = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const FALSE = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const NULL = new Set(['', '~', 'null', 'Null', 'NULL']);
const INFINITE = /^[-+]?\.(inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(nan|NaN|NAN)$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const DIGITS = { x: /^[0-9a-f]+$/i, o: /^[0-7]+$/, b: /^[01]+$/, decimal: /^[0-9]+$/ } as const;

function integer(text: string): number | undefined {
  const sign = text[0] === '-' ? -1 : 1;
  const body = text.replace(/^[-+]/, '').replaceAll('_', '');
  const prefix = /^0([xob])/i.exec(body)?.[1]?.toLowerCase();
  if (prefix === 'x' || prefix === 'o' || prefix === 'b') {
    const digits = body.slice(2);
    if (!DIGITS[prefix].test(digits)) return undefined;
    return sign * Number.parseInt(digits, prefix === 'x' ? 16 : prefix === 'o' ? 8 : 2);
  }
  if (body.length > 1 && body.startsWith('0')) {
    return DIGITS.o.test(body) ? sign * Number.parseInt(body, 8) : undefined;
  }
  return DIGITS.decimal.test(body) ? sign * Number(body) : undefined;
}

/** The value of a plain (unquoted, untagged) scalar. */
export function resolvePlain(text: string): ScalarValue {
  if (NULL.has(text)) return null;
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  const first = text.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (!numeric) return text;
  const whole = integer(text);
  // JSON, in which kubectl sends it, has no negative zero.
  if (whole !== undefined) return whole + 0;
  if (INFINITE.test(text)) return first === 45 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (NOT_A_NUMBER.test(text)) return Number.NaN;
  const plain = text.replaceAll('_', '');
  // What is too large for a float stays text.
  return FLOAT.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : text;
}

/** A string as YAML writes it: without quotes where it stays a string without them. */
export function writtenString(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) && typeof resolvePlain(text) === 'string' ? text : JSON.stringify(text);
}
